"""The units and the Containerfile: read as their readers do, and lived under."""

import configparser
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from test_docs import COMMANDS, faults
from test_end_to_end import ROOT, environment, feeds_yaml, wait_for

from monitor.newsroom.content import FIRST_HOUR
from monitor.newsroom.server import serve

UNITS = sorted((ROOT / "packaging").iterdir())
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
MOST_EXPOSED = 2.0
"""Of 10, as systemd-analyze reckons; an ordinary service has 9.6."""


def unit(name: str) -> configparser.SectionProxy:
    """The service section; of keys that stand several times, the last."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    text = (ROOT / "packaging" / name).read_text(encoding="utf-8")
    parser.read_string(text.replace("\\\n", " "))
    return parser["Service"]


# --- systemd ----------------------------------------------------------------------


@pytest.fixture
def units(tmp_path) -> Path:
    """The units, calling a program that there is everywhere."""
    for path in UNITS:
        text = path.read_text(encoding="utf-8")
        text = text.replace("/opt/monitor/.venv/bin/monitor", "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="needs systemd-analyze"
)


@needs_systemd
def test_systemd_understands_every_line_of_the_units(units):
    names = [str(path) for path in sorted(units.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", *names], capture_output=True, text=True
    )
    ours = [line for line in done.stderr.splitlines() if "monitor" in line]
    assert ours == []


@needs_systemd
@pytest.mark.parametrize("name", ["monitor.service", "monitor-backup.service"])
def test_systemd_finds_the_services_hardly_exposed(units, name):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(units / name)],
        capture_output=True,
        text=True,
    )
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze judges no file")
    level = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert float(level[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("name", ["monitor.service", "monitor-backup.service"])
def test_the_services_write_their_state_alone_and_are_nobody_else(name):
    found = unit(name)
    wanted = {
        "ProtectSystem": "strict",
        "DynamicUser": "yes",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "PrivateTmp": "yes",
        "UMask": "0077",
    }
    assert wanted.items() <= dict(found).items()
    assert "ReadWritePaths" not in found
    assert found["StateDirectory"].split()[0] == "monitor"
    db = re.search(r"--db (\S+)", found["ExecStart"])[1]
    assert db == "/var/lib/monitor/monitor.db"


@pytest.mark.parametrize("name", ["monitor.service", "monitor-backup.service"])
def test_the_services_call_commands_that_there_are(name):
    words = unit(name)["ExecStart"].split()
    assert list(faults(" ".join(["monitor", *words[1:]]))) == []


def test_backups_go_where_the_backup_service_may_write_and_no_further():
    found = unit("monitor-backup.service")
    folder = re.search(r"--into (\S+)", found["ExecStart"])[1]
    assert folder.removeprefix("/var/lib/") in found["StateDirectory"].split()
    # It locks what the service of the monitor holds, as the same user.
    assert found["User"] == unit("monitor.service")["User"]


def test_the_processes_of_the_dashboard_may_share_a_folder():
    """In memory, where PrivateDevices leaves it, or else in a /tmp of their own."""
    found = unit("monitor.service")
    assert (found["PrivateTmp"], found["PrivateDevices"]) == ("yes", "yes")
    hidden = {"InaccessiblePaths", "TemporaryFileSystem", "ReadOnlyPaths"}
    assert not hidden & set(found)


def test_the_service_is_given_time_for_what_takes_long():
    found = unit("monitor.service")
    assert (found["Type"], found["WatchdogSec"]) == ("notify", "30min")
    # V8, which draws the charts, dies without; seen with PR_SET_MDWE.
    assert found["MemoryDenyWriteExecute"] == "no"


# --- the container ----------------------------------------------------------------


def instructions(text: str) -> list[tuple[str, str]]:
    """``RUN``, ``apt-get ...``: each instruction with its lines put together."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    found = (line.partition(" ") for line in whole.splitlines() if line.strip())
    return [(name, " ".join(rest.split())) for name, _, rest in found]


def test_the_container_runs_as_nobody_and_keeps_all_in_one_volume():
    made = instructions(CONTAINERFILE)
    last = dict(made)  # of each instruction the last
    assert {name for name, _ in made} <= {
        *("FROM", "AS", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "ENV", "EXPOSE"),
        *("STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"),
    }
    number, _, group = last["USER"].partition(":")
    assert int(number) > 999
    assert int(group) > 999
    assert (last["VOLUME"], last["WORKDIR"]) == ("/data", "/data")
    after = [name for name, _ in made[[n for n, _ in made].index("USER") :]]
    assert "RUN" not in after
    homes = re.findall(r"(?:HOME|_DIR)=(\S+)", last["ENV"])
    assert homes
    assert all(home.startswith("/data") for home in homes)


def test_the_container_installs_what_the_lock_pins_and_copies_no_more():
    made = instructions(CONTAINERFILE)
    runs = [rest for name, rest in made if name == "RUN"]
    assert any("--require-hashes -r requirements.lock" in rest for rest in runs)
    copied = [w for n, rest in made if n == "COPY" for w in rest.split()[:-1]]
    ours = [word for word in copied if not word.startswith(("/", "--"))]
    assert all((ROOT / word).exists() for word in ours)
    assert {"requirements.lock", "pyproject.toml", "./monitor", "monitor"} & set(ours)
    python = re.search(r"python:(\d\.\d+)-slim", CONTAINERFILE)[1]
    assert CONTAINERFILE.count(f"python:{python}-slim") == 2


def test_the_container_starts_a_command_that_there_is_and_asks_whether_it_is_ready():
    last = dict(instructions(CONTAINERFILE))
    words = json.loads(last["ENTRYPOINT"]) + json.loads(last["CMD"])
    assert list(faults(" ".join(words))) == []
    asked = json.loads(last["HEALTHCHECK"].partition("CMD ")[2])
    assert asked[:2] == ["python", "-c"]
    compile(asked[2], "HEALTHCHECK", "exec")
    port = {p.name: p.default for p in COMMANDS.commands["run"].params}["port"]
    assert f"127.0.0.1:{port}/readyz" in asked[2]
    assert last["EXPOSE"] == str(port)


# --- a root that is read-only -----------------------------------------------------


READ_ONLY = r"""
set -e
mount --make-rprivate /
mount --bind "$DATA" "$DATA"
awk '{print $2}' /proc/self/mounts | while read -r place; do
  case "$place" in "$DATA"|/proc|/proc/*|/sys|/sys/*|/dev|/dev/*) continue;; esac
  mount -o remount,ro,bind "$place" 2>/dev/null || true
done
mount --bind /dev/shm /dev/shm && mount -o remount,ro,bind /dev/shm
if touch "$PROBE" /dev/shm/probe 2>/dev/null; then echo "root can be written" >&2; exit 77; fi
cd "$DATA"
exec setpriv --bounding-set -all --inh-caps -all --no-new-privs "$@"
"""
"""Every file system read-only but for DATA; no capabilities, none to be had. The user
stays: nobody else may enter the folder of this Python everywhere."""


def can_unshare() -> bool:
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("setpriv"):
        return False
    words = ("unshare", "-m", "mount", "--make-rprivate", "/")
    return subprocess.run(words, capture_output=True).returncode == 0


@pytest.mark.skipif(not can_unshare(), reason="takes root that may mount")
def test_a_run_under_a_root_that_is_read_only_writes_its_data_alone(tmp_path):
    """No /tmp and no /dev/shm either: the dashboard's processes share a folder there."""
    data = tmp_path / "data"
    data.mkdir()
    with serve() as newsroom:
        newsroom.now = FIRST_HOUR + timedelta(hours=6)
        path = feeds_yaml(data, newsroom)
        tree = json.loads(path.read_text())
        tree |= {"feeds": tree["feeds"][:6], "translation": {"engine": "none"}}
        path.write_text(json.dumps(tree))
        own = {"DATA": str(data), "PROBE": str(tmp_path / "probe"), "HOME": str(data)}
        words = (sys.executable, "-m", "monitor", "run", "--serve", "--port", "0")
        with (
            (tmp_path / "log").open("w") as log,
            subprocess.Popen(
                ["unshare", "-m", "sh", "-c", READ_ONLY, "sh", *words],
                env=environment() | own,
                stdout=log,
                stderr=log,
            ) as process,
        ):
            try:
                wait_for(lambda: process.poll() is not None or ticked(data), 60)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(20)
    said = (tmp_path / "log").read_text()
    assert "stories opened" in said, said
    assert "Traceback" not in said
    assert "Read-only" not in said
    assert "run: stopped" in said
    assert {path.name for path in tmp_path.iterdir()} == {"data", "log"}
    assert "no temporary folder" not in said
    assert not [*data.glob("monitor-meters-*")]


def ticked(data: Path) -> bool:
    """Whether a tick ended, by what it kept."""
    try:
        with sqlite3.connect(f"file:{data}/monitor.db?mode=ro", uri=True) as db:
            query = "select 1 from step_runs where step = 'tick'"
            return bool(db.execute(query).fetchall())
    except sqlite3.Error:
        return False
