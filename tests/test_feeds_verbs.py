"""The verbs that keep feeds.yaml, against real servers on loopback."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from monitor.config.read import read_config
from monitor.errors import ConfigError, FeedError
from monitor.model import Feed
from monitor.verbs import feeds, probe, steps
from monitor.verbs.choose import choose
from monitor.verbs.compose import Paths

ROOT = Path(__file__).parent.parent
OURS = ROOT / "feeds.yaml"
ENGLISH = "The governor of Texas visits the border"
SPANISH = "Llueve en la ciudad y en la frontera del norte"
KEYS = {"country": "MX", "language": "es", "kind": "border", "local": True}


def rss(title=SPANISH, date=None, language="es-MX", name="El Faro", items=3) -> bytes:
    when = date or format_datetime(datetime.now(UTC) - timedelta(hours=1))
    members = "".join(
        f"<item><title>{title} {n}</title><link>https://faro.example/{n}</link>"
        f"<pubDate>{when}</pubDate></item>"
        for n in range(items)
    )
    return (
        f"<rss version='2.0'><channel><title>{name}</title>"
        f"<language>{language}</language>{members}</channel></rss>"
    ).encode()


class Site:
    """A web server: path -> a body, or a status and a Location."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | tuple[int, str]] = {}
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._answerer())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def _answerer(site) -> type[BaseHTTPRequestHandler]:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                found = site.pages.get(self.path, (404, ""))
                status, body = (
                    (200, found) if isinstance(found, bytes) else (found[0], b"")
                )
                self.send_response(status)
                if not isinstance(found, bytes) and found[1]:
                    self.send_header("Location", found[1])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Answer

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


class Desk:
    """A feeds.yaml of ours and its verbs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.paths = Paths(path, path.parent / "monitor.db")

    def write(self, *lines: str) -> None:
        head = "contact: desk@example.org\npoll: {gap_seconds: 0, timeout_seconds: 5}\n"
        first = "{outlet: Alba, owner: Alba, country: US, language: en, kind: wire, tz: UTC, url: https://alba.example/rss}"
        text = "".join(f"  - {line}\n" for line in lines or (first,))
        self.path.write_text(f"{head}feeds:\n{text}", encoding="utf-8")

    def write_feeds(self, *urls: str, language: str = "es") -> None:
        self.write(
            *(
                f"{{outlet: Outlet {n}, owner: X, country: MX, language: {language}, kind: wire, tz: UTC, local: true, url: '{url}'}}"
                for n, url in enumerate(urls)
            )
        )

    @property
    def feeds(self):
        return read_config(self.path, {}).feeds

    def add(self, url: str, **given: object) -> None:
        feeds.add_feed(self.paths, url, given)


@pytest.fixture
def desk(tmp_path) -> Desk:
    desk = Desk(tmp_path / "feeds.yaml")
    desk.write()
    return desk


# --- add -------------------------------------------------------------------------


def test_a_feed_is_read_and_then_written(desk, site, capsys):
    site.pages["/rss"] = rss()
    desk.add(f"{site.url}/rss", kind="border", local=True)
    added = desk.feeds[-1]
    assert (added.outlet, added.country, added.language) == ("El Faro", "MX", "es")
    assert (added.kind, added.tz, added.local) == (
        "border",
        "America/Mexico_City",
        True,
    )
    told = capsys.readouterr().out
    assert f"added to {desk.path}:5" in told
    assert desk.path.read_text().splitlines()[4].startswith("  - {outlet: El Faro")
    assert "items     3" in told and "newest    20" in told


def test_what_is_said_by_flag_is_written(desk, site):
    site.pages["/rss"] = rss()
    said = {"outlet": "Faro TV", "owner": "Grupo", "tz": "America/Tijuana"}
    desk.add(f"{site.url}/rss", **KEYS, **said)
    added = desk.feeds[-1]
    assert (added.outlet, added.owner, added.tz) == (
        "Faro TV",
        "Grupo",
        "America/Tijuana",
    )


def test_the_feed_of_a_page_is_found(desk, site):
    site.pages["/"] = (
        b'<!doctype html><a href="/broken.rss">x</a><a href="/true.rss">y</a>'
    )
    site.pages["/broken.rss"] = b"<html>no"
    site.pages["/true.rss"] = rss()
    desk.add(f"{site.url}/", **KEYS)
    assert desk.feeds[-1].url == f"{site.url}/true.rss"
    assert site.asked == ["/", "/broken.rss", "/true.rss"]


def test_a_page_that_declares_nothing_is_tried_in_the_usual_places(desk, site):
    site.pages["/"] = b"<html><p>hola"
    site.pages["/rss.xml"] = rss()
    desk.add(f"{site.url}/", **KEYS)
    assert desk.feeds[-1].url == f"{site.url}/rss.xml"


def test_a_page_without_a_feed_is_named_and_nothing_is_written(desk, site):
    site.pages["/"] = b"<html><p>hola"
    before = desk.path.read_bytes()
    with pytest.raises(ConfigError, match="is a page, and none of 10 likely addresses"):
        desk.add(f"{site.url}/", **KEYS)
    assert desk.path.read_bytes() == before


def test_a_feed_that_moved_for_good_is_written_where_it_lives(desk, site):
    site.pages |= {"/old": (301, f"{site.url}/new"), "/new": rss()}
    desk.add(f"{site.url}/old", **KEYS)
    assert desk.feeds[-1].url == f"{site.url}/new"


@pytest.mark.parametrize(
    ("path", "says"), [("/gone", "404"), ("/json", "not a feed"), ("/cut", "cut off")]
)
def test_what_cannot_be_read_is_never_written(desk, site, path, says):
    site.pages |= {"/json": b"no", "/cut": rss()[:150]}
    before = desk.path.read_bytes()
    with pytest.raises(FeedError, match=says):
        desk.add(f"{site.url}{path}", **KEYS)
    assert desk.path.read_bytes() == before


def test_a_feed_inside_the_network_needs_the_flag(desk, site):
    site.pages["/rss"] = rss()
    with pytest.raises(FeedError, match=r"not a public address \(--local allows it\)"):
        desk.add(f"{site.url}/rss", kind="border")
    assert site.asked == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://[::1/", "expected a web address such as https://example.org/rss"),
        ("http://[foo]/rss", "expected a web address such as"),
        ("example.org/rss", "is no web address; write https:// before it"),
        ("example.org:8080", "write https:// before it"),
        ("ftp://example.org/rss", "expected a web address such as"),
        ("https://me:secret@example.org/rss", "no user name or password in an address"),
    ],
)
def test_what_is_no_address_is_refused_before_anyone_is_asked(desk, url, says):
    before = desk.path.read_bytes()
    with pytest.raises(ConfigError, match=says) as caught:
        desk.add(url, **KEYS)
    assert "secret" not in str(caught.value)
    assert desk.path.read_bytes() == before


@pytest.mark.parametrize("path", ["/rss", "/rss/", "/old", "/"])
def test_a_feed_that_is_there_is_refused_in_any_spelling(desk, site, path):
    site.pages |= {"/rss": rss(), "/old": (301, f"{site.url}/rss")}
    site.pages["/"] = b'<html><link rel=feed href="/rss">'
    desk.write_feeds("https://alba.example/rss", f"{site.url}/rss")
    with pytest.raises(ConfigError, match="is already there.*, at .*feeds.yaml:5$"):
        desk.add(f"{site.url}{path}", **KEYS)


def test_what_it_is_must_be_told_before_it_is_written(desk, site):
    site.pages["/rss"] = rss(title="Kiev", language="")
    with pytest.raises(
        ConfigError, match="cannot tell .*--country.*--language.*--kind"
    ):
        desk.add(f"{site.url}/rss", local=True)


def test_a_wrong_flag_is_named(desk, site):
    site.pages["/rss"] = rss()
    with pytest.raises(ConfigError, match="rss: tz: expected an IANA time zone"):
        desk.add(f"{site.url}/rss", **KEYS, tz="Mars/Base")


# --- remove ----------------------------------------------------------------------


def test_a_feed_is_removed_by_any_spelling_of_its_address(desk, capsys):
    desk.write_feeds("https://a.example/rss", "https://b.example/rss")
    feeds.remove_feed(desk.paths, "http://a.example/rss/")
    assert [feed.url for feed in desk.feeds] == ["https://b.example/rss"]
    assert capsys.readouterr().out == (
        f"removed from {desk.path}:4: Outlet 0, https://a.example/rss\n"
    )


def test_an_outlet_is_removed_with_all_its_feeds(tmp_path, capsys):
    desk = Desk(tmp_path / "feeds.yaml")
    desk.path.write_bytes(OURS.read_bytes())
    before = [feed.outlet for feed in desk.feeds]
    feeds.remove_feed(desk.paths, "los angeles times")
    after = [feed.outlet for feed in desk.feeds]
    assert after == [name for name in before if name != "Los Angeles Times"]
    assert len(capsys.readouterr().out.splitlines()) == len(before) - len(after) > 1


def test_a_name_that_is_not_there_is_answered_with_the_nearest(desk):
    with pytest.raises(
        ConfigError, match="no outlet or feed is 'Albo'; did you mean 'Alba'"
    ):
        feeds.remove_feed(desk.paths, "Albo")
    with pytest.raises(ConfigError, match="see 'monitor feeds list'"):
        feeds.remove_feed(desk.paths, "zzz")


def test_the_last_feed_stays(desk):
    with pytest.raises(ConfigError, match="no feed left"):
        feeds.remove_feed(desk.paths, "Alba")


def test_a_name_is_taken_as_written_before_it_is_folded(desk):
    desk.write(
        *(
            f"{{outlet: {name}, owner: {name}, country: MX, language: es, kind: wire, tz: UTC, url: 'https://{n}.example/'}}"
            for n, name in enumerate(("ALBA", "Alba", "Brío"))
        )
    )

    def chosen(*names: str) -> list[str]:
        return [feed.outlet for feed in choose(desk.paths, desk.feeds, names)]

    assert chosen("Alba") == ["Alba"]
    assert chosen("alba") == ["ALBA", "Alba"]
    assert chosen("brio", "http://0.example") == ["ALBA", "Brío"]
    with pytest.raises(ConfigError, match="is 'brip'; did you mean 'Brío'"):
        chosen("Alba", "brip")


def test_poll_names_feeds_as_the_other_verbs_do(desk, site, capsys):
    site.pages["/0"] = rss()
    desk.write_feeds(f"{site.url}/0")
    steps.poll(desk.paths, ["outlet 0"])
    assert capsys.readouterr().out == "poll: Outlet 0: 3 new of 3\n"
    with pytest.raises(ConfigError, match="'Outlet 1'; did you mean 'Outlet 0'"):
        steps.poll(desk.paths, ["Outlet 1"])


def test_poll_names_the_address_where_an_outlet_has_several_feeds(desk, site, capsys):
    site.pages |= {"/a": rss(items=1), "/b": rss(items=0)}
    one = "outlet: El Faro, owner: X, country: MX, language: es, kind: wire, tz: UTC, local: true"
    desk.write(*(f"{{{one}, url: '{site.url}/{path}'}}" for path in "ab"))
    for outcomes in (("1 new of 1", "0 items"), ("unchanged", "unchanged")):
        steps.poll(desk.paths, ["El Faro"])
        assert sorted(capsys.readouterr().out.splitlines()) == [
            f"poll: El Faro ({site.url}/{path}): {outcome}"
            for path, outcome in zip("ab", outcomes, strict=True)
        ]


# --- probe -----------------------------------------------------------------------

OLD = "Mon, 02 Mar 2020 12:00:00 GMT"


@pytest.mark.parametrize(
    ("answer", "verdict", "faults"),
    [
        (rss(), "ok", []),
        (rss(title=ENGLISH), "wrong language", ["wrong language"]),
        (rss(date=OLD), "stale", ["stale"]),
        (rss(date="soon"), "undated", ["undated"]),
        (rss(items=0), "empty", ["empty"]),
        (rss(title=ENGLISH, date=OLD), "wrong language", ["wrong language", "stale"]),
        (b"<!doctype html><link rel=feed href=/x>", "html", ["html"]),
        (b"nothing", "dead", ["dead"]),
        ((404, ""), "dead", ["dead"]),
        ((503, ""), "dead", ["dead"]),
        ((410, ""), "gone", ["gone"]),
        ((301, "/good"), "moved", ["moved"]),
        ((302, "/good"), "ok", []),
    ],
)
def test_a_probe_says_what_ails_a_feed(desk, site, capsys, answer, verdict, faults):
    site.pages |= {"/rss": answer, "/good": rss()}
    desk.write_feeds(f"{site.url}/rss")
    try:
        probe.probe_feeds(desk.paths, [], as_json=True)
        assert verdict == "ok"
    except ConfigError as error:
        assert verdict != "ok"
        assert str(error) == f"{desk.path}: 1 of 1 feeds are not well"
    [row] = json.loads(capsys.readouterr().out)
    assert (row["verdict"], row["faults"]) == (verdict, faults)
    if verdict == "html":
        assert row["reason"] == f"a page; its feed may be {site.url}/x"
    if verdict == "moved":
        assert row["reason"] == f"to {site.url}/good"


def test_an_interrupted_probe_waits_for_no_slow_feed(desk, monkeypatch):
    def interrupt(title, units, total):
        raise KeyboardInterrupt

    monkeypatch.setattr(probe, "watched", interrupt)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        desk.write_feeds(f"http://127.0.0.1:{silent.getsockname()[1]}/rss")
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            probe.probe_feeds(desk.paths, [], as_json=True)
        assert time.monotonic() - start < 4  # a request may take 5


@pytest.mark.parametrize(
    ("page", "where"),
    [
        (b"", "is not named there"),
        (b"<link rel=feed href=/rss>", "is not named there"),
        (b"<link rel=feed href=/rss><a href=/feed/>", "may be {}/feed/"),
    ],
)
def test_a_page_is_not_said_to_be_its_own_feed(desk, site, capsys, page, where):
    site.pages["/rss"] = b"<!doctype html>" + page
    desk.write_feeds(f"{site.url}/rss")
    with pytest.raises(ConfigError):
        probe.probe_feeds(desk.paths, [], as_json=True)
    [row] = json.loads(capsys.readouterr().out)
    assert row["reason"] == f"a page; its feed {where.format(site.url)}"


def test_a_probe_asks_only_those_that_are_named(desk, site, capsys):
    site.pages |= {"/0": rss(), "/1": rss(), "/2": rss()}
    desk.write_feeds(*(f"{site.url}/{n}" for n in range(3)))
    probe.probe_feeds(desk.paths, ["outlet 2", f"{site.url}/0"], as_json=False)
    assert sorted(site.asked) == ["/0", "/2"]
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[3] for row in rows] == ["verdict", "ok", "ok"]
    with pytest.raises(ConfigError, match="no outlet or feed is 'Outlet 9'"):
        probe.probe_feeds(desk.paths, ["Outlet 2", "Outlet 9"], as_json=False)


# --- import and export -----------------------------------------------------------


def imported(desk, tmp_path, body: str, capsys, **given: object) -> list[dict]:
    file = tmp_path / "list.opml"
    file.write_text(f"<opml><body>{body}</body></opml>", encoding="utf-8")
    try:
        feeds.import_feeds(desk.paths, file, given, as_json=True)
    except ConfigError as error:
        assert "feeds were not added" in str(error)
    return json.loads(capsys.readouterr().out)


def test_an_import_adds_what_is_not_there_and_tells_of_each(desk, tmp_path, capsys):
    rows = imported(
        desk,
        tmp_path,
        '<outline text="Faro" xmlUrl="https://faro.mx/rss" language="es"/>'
        '<outline text="Who" xmlUrl="https://who.example/rss"/>'
        '<outline text="Bad" xmlUrl="ftp://bad.mx/rss" language="es"/>'
        '<outline text="Alba" xmlUrl="http://alba.example/rss/"/>'
        '<outline text="Faro" xmlUrl="http://faro.mx/rss/" language="es"/>'
        '<outline text="Faro" xmlUrl="http://faro.mx/deportes"/>',
        capsys,
        kind="border",
    )
    assert [row["result"] for row in rows] == [
        "added", "refused", "refused", "already there", "already there", "added",
    ]  # fmt: skip
    assert rows[1]["reason"].startswith("cannot tell what it is; say --country")
    assert "expected a web address" in rows[2]["reason"]
    lines = desk.path.read_text().splitlines()
    for row in (rows[0], rows[5]):
        assert row["url"] in lines[row["line"] - 1]
    assert [feed.outlet for feed in desk.feeds] == ["Alba", "Faro", "Faro"]


def test_an_address_that_is_none_is_refused_alone(desk, tmp_path, capsys):
    rows = imported(
        desk,
        tmp_path,
        '<outline text="Bad" xmlUrl="http://[::1/"/>'
        '<outline xmlUrl="http://[foo]/rss"/>'
        '<outline text="Bare" xmlUrl="faro.mx/rss"/>'
        '<outline text="Faro" xmlUrl="https://me:secret@faro.mx/rss" language="es"/>'
        '<outline text="Faro" xmlUrl="https://faro.mx/rss" language="es"/>',
        capsys,
        kind="border",
    )
    assert [row["result"] for row in rows] == ["refused"] * 4 + ["added"]
    assert rows[2]["reason"] == "is no web address; write https:// before it"
    assert "user name or password" in rows[3]["reason"]
    assert "secret" not in str(rows)


def test_flags_of_an_import_speak_for_those_that_say_nothing(desk, tmp_path, capsys):
    body = '<outline text="A" xmlUrl="https://a.mx/f"/><outline text="B" xmlUrl="https://b.example/f"/>'
    imported(desk, tmp_path, body, capsys, **KEYS | {"tz": "America/Tijuana"})
    _, first, second = desk.feeds
    assert (first.tz, second.country, second.kind) == (
        "America/Tijuana",
        "MX",
        "border",
    )


def test_folders_say_what_the_feed_does_not_and_flags_the_rest(desk, tmp_path, capsys):
    rows = imported(
        desk,
        tmp_path,
        '<outline text="México"><outline text="Frontera">'
        '<outline text="A" xmlUrl="https://a.example/f"/>'
        '<outline text="B" xmlUrl="https://b.us/f"/>'
        "</outline></outline>"
        '<outline text="New Mexico"><outline text="C" xmlUrl="https://c.example/f"/></outline>'
        '<outline text="EE.UU."><outline text="Alba" xmlUrl="https://alba.example/2"/>'
        '<outline text="D" category="/United States/Regional" xmlUrl="https://d.example/f"'
        ' language="en"/></outline>',
        capsys,
        language="es",
        kind="wire",
        local=True,
    )
    assert [row["result"] for row in rows] == [
        "added",
        "added",
        "refused",
        "added",
        "added",
    ]
    assert "say --country" in rows[2]["reason"]
    found = {f.outlet: (f.country, f.language, f.kind) for f in desk.feeds}
    assert found == {
        "A": ("MX", "es", "border"),
        "B": ("US", "es", "border"),
        "Alba": ("US", "en", "wire"),
        "D": ("US", "en", "regional"),
    }
    assert not any(feed.local for feed in desk.feeds)


def test_an_import_that_adds_nothing_leaves_the_file(desk, tmp_path, capsys):
    before = desk.path.stat().st_ino
    imported(desk, tmp_path, '<outline xmlUrl="https://alba.example/rss"/>', capsys)
    assert desk.path.stat().st_ino == before


@pytest.mark.parametrize("local", [False, True])
def test_a_list_of_strangers_opens_no_way_inside(desk, tmp_path, capsys, local):
    desk.write_feeds("http://127.0.0.1:1/rss")
    feeds.export_feeds(desk.paths, tmp_path / "ours.opml")
    body = (tmp_path / "ours.opml").read_text().partition("<body>")[2]
    body = body.partition("</body>")[0].replace("127.0.0.1:1", "127.0.0.1:2")
    name = 'xmlns:monitor="https://bilingual-coverage-monitor.example/opml"'
    body = body.replace("<outline", f"<outline {name}", 1).replace(
        "<outline text", "<outline text"
    )
    capsys.readouterr()
    [row] = imported(desk, tmp_path, body, capsys, local=local)
    assert row["result"] == ("added" if local else "refused")


def test_our_own_list_is_exported_and_imported_without_a_loss(tmp_path, capsys):
    ours = Desk(tmp_path / "ours.yaml")
    ours.path.write_bytes(OURS.read_bytes())
    feeds.export_feeds(ours.paths, tmp_path / "ours.opml")
    other = Desk(tmp_path / "feeds.yaml")
    other.write()
    capsys.readouterr()
    feeds.import_feeds(other.paths, tmp_path / "ours.opml", {}, as_json=False)
    assert set(other.feeds[1:]) | set(other.feeds[:1]) == {
        *ours.feeds,
        *other.feeds[:1],
    }
    assert len(other.feeds) == len(ours.feeds) + 1


@pytest.mark.parametrize(
    ("name", "says"),
    [("no.opml", "cannot be read: No such file"), (".", "cannot be read: Is a dir")],
)
def test_a_file_that_cannot_be_read_is_named(desk, tmp_path, name, says):
    with pytest.raises(ConfigError, match=says):
        feeds.import_feeds(desk.paths, tmp_path / name, {}, as_json=False)
    with pytest.raises(ConfigError, match="cannot be written"):
        feeds.export_feeds(desk.paths, tmp_path / "no" / "x.opml")


# --- as a person runs them ---------------------------------------------------------


def monitor(desk: Desk, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", "--config", str(desk.path), "feeds", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_each_verb_from_the_command_line(desk, site, tmp_path):
    site.pages |= {"/": b"<html><link rel=feed href=/rss>", "/rss": rss()}
    added = monitor(desk, "add", f"{site.url}/", "--kind", "border", "--local")
    assert (added.returncode, added.stderr) == (0, "")
    assert added.stdout.startswith(f"added to {desk.path}:5\n")

    again = monitor(desk, "add", f"{site.url}/rss", "--local")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr.startswith(f"monitor: {site.url}/rss: is already there, at ")
    assert len(again.stderr.splitlines()) == 1

    listed = json.loads(monitor(desk, "list", "--json").stdout)
    assert [row["outlet"] for row in listed] == ["Alba", "El Faro"]
    assert [row["local"] for row in listed] == [False, True]
    assert listed[0].keys() == Feed.__dataclass_fields__.keys()
    probed = monitor(desk, "probe", "el faro", "--json")
    assert probed.returncode == 0
    assert [row["verdict"] for row in json.loads(probed.stdout)] == ["ok"]

    out = tmp_path / "ours.opml"
    assert monitor(desk, "export", "--out", str(out)).stdout == f"{out}\n"
    assert monitor(desk, "remove", "El Faro").returncode == 0
    back = monitor(desk, "import", str(out), "--local", "--json")
    assert back.returncode == 0
    assert [row["result"] for row in json.loads(back.stdout)] == [
        "added",
        "already there",
    ]
    assert len(desk.feeds) == 2


def test_a_choice_that_does_not_exist_is_a_matter_of_usage(desk):
    assert monitor(desk, "add", "https://a.example", "--kind", "blog").returncode == 2
