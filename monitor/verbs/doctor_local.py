"""What ``monitor doctor`` finds out on this machine, without asking any other."""

import os
import shutil
import ssl
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.config.settings import Config
from monitor.store import integrity as integrity_of
from monitor.store.database import Store
from monitor.store.lock import running
from monitor.verbs import compose
from monitor.verdict import (
    Verdict,
    fail,
    of_certificate,
    of_disk,
    of_file,
    of_memory,
    of_versions,
    ok,
    warn,
)
from monitor.web.probes import run_check

QUICK_SECONDS = 5.0
"""Looks through 2 GB where the disk is warm."""
THOROUGH_SECONDS = 3600.0
SENTENCES = {"es": "El agua llegó al río.", "en": "The water reached the river."}
_RESTORE = "stop the monitor and put a backup in its place: 'monitor restore'"


def versions() -> Verdict:
    """Python and the libraries, against what the monitor was made for."""
    try:
        wanted = distribution("bilingual-coverage-monitor").requires or []
    except PackageNotFoundError:
        remedy = "install the monitor, rather than run its folder"
        return warn("versions", "nothing says which libraries are needed", remedy)
    needs = [line for line in wanted if "extra ==" not in line and _is_meant(line)]
    return of_versions(needs, dict(_installed(needs)), sys.version_info[:3])


def _is_meant(need: str) -> bool:
    """Whether a line is for this Python; the only marker that we use says below which.

    Some libraries are left out on purpose; see design.md.
    """
    _, _, marker = need.partition("python_version <")
    below = marker.strip(" '\"")
    if not below:
        return True
    return sys.version_info[:2] < tuple(int(part) for part in below.split("."))


def _installed(needs: list[str]) -> Iterator[tuple[str, str]]:
    for line in needs:
        name = line.split(">")[0].split("<")[0].split(";")[0].split("=")[0].strip()
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def config(path: Path, config: Config) -> Verdict:
    """A feeds.yaml that could be read."""
    feeds, readers = len(config.feeds), len(config.subscribers)
    said = f"{path}: {feeds} feeds, {readers} subscribers"
    if not feeds:
        return fail("config", said, "add feeds with 'monitor feeds add'")
    return ok("config", said)


def zones() -> Verdict:
    """Whether dates can be told in the outlets' time zones."""
    try:
        ZoneInfo("America/Mexico_City")
    except ZoneInfoNotFoundError:
        return fail("zones", "no time zone data", "install the library tzdata")
    return ok("zones", "time zone data is there")


def memory() -> Verdict:
    """What this machine, or its container, has left."""
    return of_memory(_available(Path("/proc/meminfo")))


def _available(path: Path) -> int | None:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = (line.split() for line in lines if line.startswith("MemAvailable:"))
    return next((int(words[1]) * 1024 for words in found), None)


def permissions(db: Path) -> Verdict:
    """Whether we may write where we must, and others may not read what is ours."""
    folder = db.resolve().parent
    if not os.access(folder, os.W_OK):
        remedy = f"'chown' {folder} to the monitor's user, or name another --db"
        return fail("permissions", f"{folder}: may not be written", remedy)
    if db.exists() and not os.access(db, os.R_OK | os.W_OK):
        remedy = "'chown' it to the monitor's user"
        return fail("permissions", f"{db}: may not be written", remedy)
    files = [db, Path(f"{db}-wal"), *_secret_files(os.environ)]
    open_ones = [str(path) for path in files if _is_open(path)]
    if open_ones:
        remedy = f"chmod 600 {' '.join(open_ones)}"
        return warn("permissions", "other users may read files of ours", remedy)
    return ok("permissions", "the folder may be written, files are ours alone")


def _secret_files(environ: Mapping[str, str]) -> Iterator[Path]:
    for name, value in sorted(environ.items()):
        if name.startswith("MONITOR_") and name.endswith("_FILE") and value:
            yield Path(value)


def _is_open(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    # Nobody gets at a file through a folder that is closed to them.
    is_reachable = bool(path.resolve().parent.stat().st_mode & stat.S_IXOTH)
    return bool(mode & stat.S_IROTH) and is_reachable


def disk(db: Path, now: datetime) -> Verdict:
    """Whether the disk lasts."""
    free = shutil.disk_usage(db.resolve().parent).free
    if not _opens(db):
        return of_disk(free, 0, timedelta(0))
    with Store(db) as store:
        first, size = store.items.first_seen(), store.figures.file().size
    return of_disk(free, size, now - first if first else timedelta(0))


def integrity(db: Path, thorough: bool) -> Verdict:
    """Whether the database is sound. Nothing is written."""
    if not db.exists():
        return warn("integrity", f"{db}: no such database", "run 'monitor poll' first")
    found = integrity_of.faults(
        db,
        thorough=thorough,
        seconds=THOROUGH_SECONDS if thorough else QUICK_SECONDS,
    )
    if found is None:
        remedy = "look at all of it with --thorough, while nothing is urgent"
        return warn("integrity", "sound as far as was looked", remedy)
    if found:
        return fail("integrity", "; ".join(found), _RESTORE)
    return ok("integrity", "sound, indexes included" if thorough else "sound")


def schema(db: Path) -> Verdict:
    """Whether the database is of this version."""
    if not db.exists():
        return ok("schema", "none yet")
    found = integrity_of.schema(db)
    if found.unknown:
        return fail("schema", "of a newer monitor", "use the monitor's newest version")
    if found.pending:
        remedy = "back it up; the next verb that writes brings it up to date"
        return warn("schema", "of an older monitor", remedy)
    return ok("schema", "this version's")


def _opens(db: Path) -> bool:
    """Whether it may be opened by us: that would bring an older one up to date."""
    return db.exists() and integrity_of.schema(db).is_ours


def file(db: Path) -> Verdict:
    """Its size, what of it is free, and the log."""
    if not _opens(db):
        return ok("file", "not looked at: none yet, or of another version")
    with Store(db) as store:
        found = store.figures.file()
    return of_file(found.size, found.free, found.wal)


def run(db: Path, now: datetime) -> Verdict:
    """Whether ``monitor run`` is at work."""
    known = running(db)
    found = run_check(known, now)
    said = f"{found.said} (pid {known.pid})" if known.pid else found.said
    if not found.is_good:
        return fail("run", said, found.remedy)
    return ok("run", said)


def translator(config: Config) -> Verdict:
    """Whether a sentence comes out the other way in both directions."""
    with closing(compose.open_translator(config.engine, config.bridge)) as engine:
        pairs = [pair for pair in compose.DIRECTIONS if engine.supports(*pair)]
        if ("es", "en") not in pairs:
            return warn("translator", "nothing translates Spanish", _TRANSLATOR)
        for source, target in pairs:
            sentence = SENTENCES[source]
            [made] = engine.translate([sentence], source, target)
            if not made.strip() or made == sentence:
                said = f"{source} to {target} comes out as it went in"
                return fail("translator", said, _TRANSLATOR)
        told = " and ".join(f"{source} to {target}" for source, target in pairs)
        return ok("translator", f"{engine.name}: {told}")


_TRANSLATOR = (
    "install apertium-eng-spa with apt-get, or a package with 'monitor models install'"
)


def alerts(db: Path, config: Config) -> Verdict:
    """Whether each alert has channels that take it, as far as is known here."""
    if not config.alerts:
        return ok("alerts", "none")
    found = compose.open_channels(config)
    amiss = {name: mine.fault for name, mine in found.items() if mine.fault}
    if amiss:
        said = "; ".join(f"{name}: {fault}" for name, fault in amiss.items())
        return fail("alerts", said, "put their addresses into the environment")
    if _opens(db):
        with Store(db) as store:
            stops = store.alerts.stops()
        if stops:
            names = ", ".join(sorted({alert for alert, _ in stops}))
            return warn(
                "alerts", f"stopped: {names}", "try them: 'monitor alerts test'"
            )
    return ok("alerts", f"{len(found)} with channels; 'monitor alerts test' tries them")


def signing(config: Config) -> Verdict:
    """Whether mails can be signed, where they are to be."""
    if not config.mail or not config.mail.dkim:
        return ok("signing", "mails are not signed")
    compose.open_mailer(config)
    return ok("signing", "the key can be used")


def certificate(path: Path, key: Path, now: datetime) -> Verdict:
    """Whether our own certificate belongs to its key, and lasts.

    It is shown to ourselves, which trust it alone: Python's own means to read one.
    """
    theirs, ours = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(path, key, password=lambda: b"")
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname = False
        client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        client.load_verify_locations(path)
        us = client.wrap_bio(theirs, ours)
        them = server.wrap_bio(ours, theirs, server_side=True)
        _shake_hands(us, them)
    except ssl.SSLCertVerificationError as error:
        return fail("certificate", f"{path}: {error.verify_message}", "renew it")
    except (OSError, ssl.SSLError) as error:
        remedy = "give the chain and its key in PEM, the key without a password"
        return fail("certificate", f"{path}: {error.strerror or error}", remedy)
    return of_certificate(str(path), ends(us), now)


def _shake_hands(us: ssl.SSLObject, them: ssl.SSLObject) -> None:
    """What each end writes, the other reads at its next turn."""
    waiting = [us, them]
    while waiting:
        end = waiting.pop(0)
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            waiting.append(end)


def ends(line: ssl.SSLObject | ssl.SSLSocket) -> datetime:
    """Until when the certificate of the other end is good."""
    found = line.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)
