"""The verb that looks a whole installation over: one line a check, with its remedy."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from monitor.config.settings import Config
from monitor.errors import MonitorError
from monitor.terminal import show, show_json
from monitor.text import clip
from monitor.verbs import compose, doctor_local, doctor_network
from monitor.verbs.compose import Paths
from monitor.verdict import Verdict, fail, warn

LONGEST = 300
"""Characters of what is said of one check; servers may have had their say in it."""
Look = Callable[[], Verdict]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants to have looked at."""

    offline: bool = False
    thorough: bool = False
    certificate: Path | None = None
    key: Path | None = None


def doctor(paths: Paths, asked: Asked, as_json: bool) -> bool:
    """Print what each check came to; whether none failed."""
    verdicts = list(examine(paths, asked))
    if as_json:
        show_json([asdict(verdict) for verdict in verdicts])
    else:
        rows = [asdict(verdict) for verdict in verdicts]
        show(rows, ("state", "check", "said", "remedy"))
    return all(verdict.state != "fail" for verdict in verdicts)


def examine(paths: Paths, asked: Asked) -> Iterator[Verdict]:
    """What each check came to, in the order of the data path."""
    yield _tried("versions", doctor_local.versions)
    config: Config | None = None
    try:
        config = paths.read_config()
        yield doctor_local.config(paths.config, config)
    except MonitorError as error:
        yield fail("config", str(error), "'monitor check' lists every mistake")
    for name, look in _local(paths, asked):
        yield _tried(name, look)
    if config is None:
        left = "feeds, mail, translator and alerts are not looked at"
        yield warn("skipped", left, "put feeds.yaml right first")
        return
    for name, look in _configured(paths, config):
        yield _tried(name, look)
    if not asked.offline:
        for name, look in _network(config):
            yield _tried(name, look)


Looks = Sequence[tuple[str, Look]]


def _local(paths: Paths, asked: Asked) -> Looks:
    looks: list[tuple[str, Look]] = [
        ("zones", doctor_local.zones),
        ("memory", doctor_local.memory),
        ("permissions", lambda: doctor_local.permissions(paths.db)),
        ("disk", lambda: doctor_local.disk(paths.db, compose.now())),
        ("integrity", lambda: doctor_local.integrity(paths.db, asked.thorough)),
        ("schema", lambda: doctor_local.schema(paths.db)),
        ("file", lambda: doctor_local.file(paths.db)),
        ("run", lambda: doctor_local.run(paths.db, compose.now())),
    ]
    if asked.certificate and asked.key:
        pair, now = (asked.certificate, asked.key), compose.now()
        looks.append(("certificate", lambda: doctor_local.certificate(*pair, now)))
    return looks


def _configured(paths: Paths, config: Config) -> Looks:
    return (
        ("translator", lambda: doctor_local.translator(config)),
        ("alerts", lambda: doctor_local.alerts(paths.db, config)),
        ("signing", lambda: doctor_local.signing(config)),
    )


def _network(config: Config) -> Looks:
    asked = doctor_network.ask_feeds(config)
    looks: list[tuple[str, Look]] = [
        ("dns", lambda: doctor_network.dns(config)),
        ("feeds", lambda: doctor_network.feeds(asked())),
        ("clock", lambda: doctor_network.clock(asked(), compose.now())),
    ]
    if config.mail:
        looks.append(("smtp", lambda: doctor_network.smtp(config)))
    if config.mail and config.mail.dkim:
        looks.append(("dkim", lambda: doctor_network.dkim(config)))
    if config.web_address.startswith("https:"):
        look = doctor_network.web_certificate
        looks.append(("web", lambda: look(config.web_address, compose.now())))
    return looks


def _tried(name: str, look: Look) -> Verdict:
    """What a check came to. One that breaks is one line like any other."""
    try:
        found = look()
    except MonitorError as error:
        found = fail(name, str(error), "")
    # Nothing that a sick machine does to one check may hide what the others find.
    except Exception as error:
        said = f"the check itself broke: {type(error).__name__}: {error}"
        found = fail(name, said, "report this, with the line before")
    return Verdict(found.check, found.state, clip(found.said, LONGEST), found.remedy)
