"""What ``monitor doctor`` concludes from what it found: pure decisions, no look-ups.

Sizes are in bytes. A *warning* is what will do harm later or may be meant; a *failure*
keeps the monitor from its work now.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

State = Literal["ok", "warn", "fail"]

SKEW_WARN = timedelta(minutes=2)
"""Between our clock and that of servers. A feed's lag is told in minutes."""
SKEW_FAIL = timedelta(minutes=15)
"""Items would be dated ahead, and mails look forged."""
DISK_WARN_DAYS, DISK_FAIL_DAYS = 30.0, 3.0
"""Until the disk is full, at the speed at which the database has grown so far."""
DISK_LEAST = 200 << 20
"""SQLite needs room for its log, whatever the growth."""
MEMORY_WARN, MEMORY_FAIL = 500 << 20, 100 << 20
"""A week of 20,000 items takes 300 MB to cluster; a model to translate 200 MB more."""
WAL_WARN = 256 << 20
"""SQLite writes the log back at 4 MB: one that has grown so far cannot be."""
FREE_WARN = 0.5
"""Share of the file that holds nothing."""
CERTIFICATE_WARN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check came to."""

    check: str
    state: State
    said: str
    remedy: str = ""


def ok(check: str, said: str) -> Verdict:
    """All is well."""
    return Verdict(check, "ok", said)


def warn(check: str, said: str, remedy: str) -> Verdict:
    """It works, and somebody should look."""
    return Verdict(check, "warn", said, remedy)


def fail(check: str, said: str, remedy: str) -> Verdict:
    """It does not work."""
    return Verdict(check, "fail", said, remedy)


def of_clock(ahead: Sequence[timedelta]) -> Verdict:
    """By how much our clock is ahead of each server's; the middle one counts, since a
    server's clock may be wrong, too."""
    if not ahead:
        said = "no server told the time"
        return warn("clock", said, "see that the feeds can be reached")
    off = median(each.total_seconds() for each in ahead)
    told = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'}"
    said = f"{told} {len(ahead)} servers" if abs(off) >= 1 else "as servers have it"
    remedy = "set it by the network (NTP): 'timedatectl set-ntp true'"
    if abs(off) >= SKEW_FAIL.total_seconds():
        return fail("clock", said, remedy)
    if abs(off) >= SKEW_WARN.total_seconds():
        return warn("clock", said, remedy)
    return ok("clock", said)


def of_disk(free: int, size: int, age: timedelta) -> Verdict:
    """Whether the disk lasts, if the database grows as it has: ``size`` in ``age``."""
    days = age / timedelta(days=1)
    a_day = size / days if days >= 1 else 0.0
    left = free / a_day if a_day else float("inf")
    said = f"{_bytes(free)} free"
    if a_day:
        said += f", the database grows by {_bytes(a_day)} a day"
    if left < 10 * 365:
        said += f": enough for {left:.0f} days"
    remedy = "free some space, or move the database to a larger disk"
    if free < DISK_LEAST or left < DISK_FAIL_DAYS:
        return fail("disk", said, remedy)
    return warn("disk", said, remedy) if left < DISK_WARN_DAYS else ok("disk", said)


def of_memory(available: int | None) -> Verdict:
    """Whether there is memory left; None: this system does not say."""
    if available is None:
        return ok("memory", "not told by this system")
    said = f"{_bytes(available)} available"
    remedy = "end other programs, or give the machine more memory"
    if available < MEMORY_FAIL:
        return fail("memory", said, remedy)
    return (warn if available < MEMORY_WARN else _ok)("memory", said, remedy)


def of_file(size: int, free: int, wal: int) -> Verdict:
    """Whether the database's file is in good order."""
    said = f"{_bytes(size)}, {_bytes(free)} of it free, log {_bytes(wal)}"
    if wal > WAL_WARN:
        remedy = "end what keeps the database open for reading, or restart it"
        return warn("file", said, remedy)
    if size > DISK_LEAST and free > FREE_WARN * size:
        return warn("file", said, "a backup that is restored takes less room")
    return ok("file", said)


def of_certificate(name: str, until: datetime, now: datetime) -> Verdict:
    """Whether a certificate lasts."""
    said = f"{name}: until {until:%Y-%m-%d}"
    if until <= now:
        return fail("certificate", said, "renew it")
    is_near = until - now < CERTIFICATE_WARN
    return (warn if is_near else _ok)("certificate", said, "renew it")


def of_versions(
    needs: Sequence[str], has: Mapping[str, str], python: tuple[int, ...]
) -> Verdict:
    """Whether Python and libraries are those the monitor was made for.

    ``needs`` are lines such as ``numpy>=2,<3``; ``has`` name -> version, without those
    that are missing.
    """
    told = ".".join(map(str, python))
    if python < (3, 11):
        return fail("versions", f"Python {told}", "install Python 3.11 or newer")
    found = {plain(name): version for name, version in has.items()}
    amiss = [line for line in needs if not _is_met(line, found)]
    if amiss:
        remedy = "install the versions of requirements.lock"
        return fail("versions", f"not met: {', '.join(amiss)}", remedy)
    return ok("versions", f"Python {told}, {len(needs)} libraries as needed")


def plain(name: str) -> str:
    """A library's name in its one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_met(need: str, found: Mapping[str, str]) -> bool:
    name = re.match(r"[\w.-]+", need)
    version = found.get(plain(name[0])) if name else None
    if version is None:
        return False
    has = _numbers(version)
    for sign, bound in re.findall(r"(>=|<(?!=))\s*([\d.]+)", need.partition(";")[0]):
        if (has >= _numbers(bound)) is (sign == "<"):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    """``2.10.1rc1`` -> ``(2, 10, 1, 0)``."""
    start = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(n) for n in start[0].split(".")] if start else []
    return tuple((numbers + [0, 0, 0, 0])[:4])


def some(
    check: str, good: Sequence[str], bad: Mapping[str, str], remedy: str
) -> Verdict:
    """Whether of several alike all, some or none did well; ``bad``: name -> why."""
    if not bad:
        return ok(check, f"{len(good)} of {len(good)}")
    told = "; ".join(f"{name}: {why}" for name, why in bad.items())
    said = f"{len(good)} of {len(good) + len(bad)}: {told}"
    return (warn if good else fail)(check, said, remedy)


def _ok(check: str, said: str, _: str) -> Verdict:
    return ok(check, said)


def _bytes(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
