"""``/readyz``: whether the monitor does what it is for, for whoever watches over it.

Anybody who reaches us may ask. So it tells what is wrong and what to do, and no name of
a file, host or person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

from fastapi.responses import JSONResponse

from monitor.errors import MonitorError
from monitor.store.errors import NEWER
from monitor.store.integrity import Schema
from monitor.store.lock import Running, running
from monitor.web.site import Site

STUCK = timedelta(minutes=15)
"""Without a sign of life from ``monitor run``. It gives one with every feed and batch;
what takes longest in between, second thoughts on a week, takes a minute or two."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one look came to."""

    is_good: bool
    said: str
    remedy: str = ""


class Probes:
    """The probes of one dashboard."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def readyz(self) -> JSONResponse:
        """Each check by its name; 503 if one of them failed."""
        checks = self._checks()
        is_ready = all(check.is_good for check in checks.values())
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        content = {
            "ready": is_ready,
            "checks": {
                name: {"ok": check.is_good, "said": check.said}
                | ({"remedy": check.remedy} if check.remedy else {})
                for name, check in checks.items()
            },
        }
        return JSONResponse(content, status, headers={"Cache-Control": "no-store"})

    def _checks(self) -> Mapping[str, Check]:
        try:
            with self._site.open_store() as store:
                found = store.figures.schema()
                known = running(Path(store.path))
        except MonitorError as error:
            if NEWER in str(error):
                return {"database": Check(True, "can be read"), "schema": _OF_NEWER}
            why = "'monitor doctor' says why"
            return {"database": Check(False, "cannot be read", why)}
        return {
            "database": Check(True, "can be read"),
            "schema": schema_check(found),
            "run": run_check(known, self._site.clock()),
        }


_OF_NEWER = Check(
    False,
    "was taken over by a newer monitor",
    "restart the dashboard with the monitor's newest version",
)


def schema_check(found: Schema) -> Check:
    """Whether the database is of this version of the monitor."""
    if found.unknown:
        return _OF_NEWER
    if found.pending:
        return Check(False, "is of an older monitor", "restart the dashboard")
    return Check(True, "is this version's")


def run_check(known: Running, now: datetime) -> Check:
    """Whether ``monitor run`` is at work, where one was started and not stopped."""
    if not known.is_expected:
        return Check(True, "not started here, or stopped: none is expected")
    if not known.is_alive:
        return Check(False, "was killed", "start 'monitor run' again")
    if known.shown is not None and now - known.shown > STUCK:
        minutes = (now - known.shown) // timedelta(minutes=1)
        said = f"has shown no sign of life for {minutes} minutes"
        return Check(False, said, "look at its log, and restart it")
    return Check(True, "is at work")
