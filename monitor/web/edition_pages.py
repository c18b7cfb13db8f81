"""``/editions``: the archive of what subscribers got."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from monitor.digest.headline import clean
from monitor.errors import ConfigError
from monitor.outline import Page
from monitor.readers import Delivery, DeliveryState
from monitor.store.database import Store
from monitor.store.editions import Issue
from monitor.web.catalogue import later
from monitor.web.days import parse_day
from monitor.web.guide import Guide
from monitor.web.mistakes import Mistake, told
from monitor.web.site import Site
from monitor.web.visit import Visit, Visiting

LIMIT = 50
"""Editions on a page."""
_KEYS = ("subscriber", "from", "to")
_FORMS = ("txt", "json", "atom")
_STATES: Mapping[DeliveryState, str] = {
    "sent": later("sent {time}"),
    "queued": later("waits to be mailed"),
    "refused": later("refused"),
    "failed": later("given up on"),
}


@dataclass(frozen=True, slots=True)
class IssueView:
    """One edition."""

    address: str
    forms: tuple[tuple[str, str], ...]
    """Name and address of each."""
    subscriber: str
    day: str
    """As it is shown, and as programs read it."""
    date: str
    subject: str
    mailed: str
    to: str
    """The mail address, for editors alone; empty for others."""


class EditionPages:
    """The archive over one database."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_to(self, app: FastAPI) -> None:
        """Let an app answer for it."""
        app.add_api_route("/editions", self.all, methods=["GET", "HEAD"])

    def all(self, visit: Visiting, request: Request) -> HTMLResponse:
        """``/editions``: the newest first, by subscriber and days."""
        query = request.query_params
        kept = {key: query.get(key, "").strip() for key in _KEYS}
        faults: list[tuple[str, Mistake]] = []
        days = {key: _day(kept, key, faults, visit.guide) for key in ("from", "to")}
        page, sent = Page[Issue]((), None), dict[str, Delivery]()
        with self._site.open_store() as store:
            names = store.editions.subscribers()
            if not faults:
                try:
                    page = _page(store, kept, days, query.get("after"))
                except ConfigError as error:
                    faults.append(("", told(str(error), visit.guide)))
            sent = store.outbox.of(issue.id for issue in page.rows)
        more = {**_filled(kept), "after": page.after or ""}
        return visit.page(
            "editions.html",
            HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK,
            issues=[_view(each, sent.get(each.id), visit) for each in page.rows],
            names=names,
            kept=kept,
            faults=faults,
            more=f"/editions?{urlencode(more)}" if page.after else "",
            first=f"/editions?{urlencode(_filled(kept))}" if "after" in query else "",
            mails=self._site.filed.mail is not None,
        )


def _page(
    store: Store,
    kept: Mapping[str, str],
    days: Mapping[str, date | None],
    after: str | None,
) -> Page[Issue]:
    """Raises ConfigError for an ``after`` that no page has said."""
    return store.editions.page(
        after or None,
        LIMIT,
        subscriber=kept["subscriber"] or None,
        start=days["from"],
        end=days["to"],
    )


def _filled(kept: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in kept.items() if value}


def _day(
    kept: Mapping[str, str], key: str, faults: list[tuple[str, Mistake]], guide: Guide
) -> date | None:
    """The day that one key names; what is wrong with it joins the faults."""
    try:
        return parse_day(kept[key]) if kept[key] else None
    except ValueError as error:
        faults.append((key, told(str(error), guide)))
        return None


def _view(issue: Issue, sent: Delivery | None, visit: Visit) -> IssueView:
    address = f"/editions/{quote(issue.id, safe='')}"
    forms = _FORMS if issue.is_for_programs else _FORMS[:1]
    return IssueView(
        address=address,
        forms=tuple((form, f"{address}.{form}") for form in forms),
        subscriber=clean(issue.subscriber),
        day=visit.guide.long_date(issue.date),
        date=issue.date.isoformat(),
        subject=clean(issue.subject) or "…",
        mailed=_mailed(sent, visit.guide),
        to=clean(sent.address) if sent and visit.person.is_editor else "",
    )


def _mailed(sent: Delivery | None, guide: Guide) -> str:
    if sent is None:
        return guide.say("not mailed")
    time = guide.time(sent.sent) if sent.sent else ""
    return guide.say(_STATES[sent.state], time=time).strip()
