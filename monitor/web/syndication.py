"""``/stories.atom`` and the lists of feeds (OPML), for feed readers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Annotated
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from monitor import export
from monitor.comparison import Coverage
from monitor.coverage.sides import compare
from monitor.feeds.opml import write_opml
from monitor.model import SIDES
from monitor.outline import Selection
from monitor.store.database import Store
from monitor.text import printable
from monitor.web.api.answers import Answering
from monitor.web.days import parse_day
from monitor.web.filters import Fault, FilterError, midnight
from monitor.web.guide import Guide
from monitor.web.selecting import Asked, Asking, known
from monitor.web.site import Site
from monitor.web.visit import Visiting

MOST = 100
"""Stories of a feed; a reader that sleeps through more wants the pages."""
_DAY = timedelta(days=1)
Day = Annotated[str, Query(description="The stories of one day, on Mexico's clock.")]


class Syndication:
    """These addresses over one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def router(self) -> APIRouter:
        """The routes."""
        made = APIRouter(route_class=Answering)
        for path, route in (
            ("/stories.atom", self.stories),
            ("/feeds.opml", self.feeds),
            ("/atoms.opml", self.atoms),
        ):
            made.add_api_route(path, route, methods=["GET", "HEAD"])
        return made

    def stories(
        self, request: Request, visit: Visiting, asked: Asking, day: Day = ""
    ) -> Response:
        """``/stories.atom``: the newest stories of a selection, one each."""
        chosen = known(asked, self._site.desk())
        with self._site.open_store() as store:
            found, changed = self._newest(store, _of_day(chosen, day))
        also = {"day": day, "lang": visit.language if visit.is_chosen else ""}
        query = [*asked.query, *((k, v) for k, v in also.items() if v)]
        told = export.Told(
            title=_title(asked, day, visit.guide),
            query=urlencode(query),
            language=visit.language,
            pages=_base(request),
            updated=changed,
        )
        newest = max(changed.values(), default=self._site.clock())
        text = export.stories_atom(found, _base(request), newest, told)
        headers = {"Content-Language": visit.language}
        return Response(text, media_type="application/atom+xml", headers=headers)

    def _newest(
        self, store: Store, chosen: Selection
    ) -> tuple[list[Coverage], dict[str, datetime]]:
        """The stories, and when each of them last changed."""
        ids = [o.story for o in store.outlines.page(chosen, "newest", None, MOST).rows]
        found = store.stories.some(ids, is_explained=False)
        changed = {
            story.id: max(max(m.item.published, m.item.seen) for m in story.members)
            for story in found
        }
        homes = {m.item.id: story.id for story in found for m in story.members}
        later = [
            (homes[each.item.id], each.until)
            for each in store.originals.revisions_of(homes)
        ]
        for logged in store.stories.changes_around(*changed):
            for move in logged.change.moves:
                later += [(move.before, logged.at), (move.after, logged.at)]
        for story, at in later:
            if story in changed:
                changed[story] = max(changed[story], at)
        owners = self._site.desk().owners
        return [compare(story, owners) for story in found], changed

    def feeds(self) -> Response:
        """``/feeds.opml``: the feeds that are followed."""
        title = "Bilingual Coverage Monitor"
        made = write_opml(self._site.desk().feeds, title, self._site.clock())
        return _opml(made, "feeds.opml")

    def atoms(self, request: Request, visit: Visiting) -> Response:
        """``/atoms.opml``: our own feeds, one a theme, a watch-list and a side."""
        desk, say = self._site.desk(), visit.guide.say
        folders: dict[str, list[tuple[str, Mapping[str, str]]]] = {
            say("Themes"): [
                (theme.label(visit.language), {"theme": theme.name})
                for theme in desk.themes.themes
            ],
            say("Watch-lists"): [
                (each.name, {"watchlist": each.name}) for each in desk.watchlists
            ],
            say("Sides"): [
                (visit.guide.words.side[side], {"side": side}) for side in SIDES
            ],
        }
        address = f"{_base(request)}/stories.atom?lang={visit.language}&"
        made = _outlines(address, folders.items(), self._site.clock())
        return _opml(made, "atoms.opml")


def _base(request: Request) -> str:
    """Where whoever asks finds us."""
    return str(request.base_url).rstrip("/")


def _title(asked: Asked, day: str, guide: Guide) -> str:
    """``Stories: theme water, side MX``"""
    named = [f"{name} {value}" for name, value in asked.query]
    said = ", ".join([*named, *([day] if day else [])])
    return ": ".join(filter(None, (guide.say("Stories"), said)))


def _of_day(chosen: Selection, day: str) -> Selection:
    """The selection within one day of the dashboard's."""
    if not day:
        return chosen
    try:
        shown = parse_day(day)
    except ValueError as error:
        raise FilterError([Fault("day", str(error), {"text": repr(day)})]) from error
    return replace(chosen, start=midnight(shown), end=midnight(shown + _DAY))


def _opml(made: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type="text/x-opml", headers=headers)


def _outlines(
    address: str,
    folders: Iterable[tuple[str, Sequence[tuple[str, Mapping[str, str]]]]],
    now: datetime,
) -> bytes:
    """Folders of feeds, each by its name and what it narrows the address to."""
    root = ET.Element("opml", version="2.0")
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = "Bilingual Coverage Monitor"
    ET.SubElement(head, "dateCreated").text = format_datetime(now)
    body = ET.SubElement(root, "body")
    for folder, feeds in folders:
        inside = ET.SubElement(body, "outline", text=folder)
        for name, query in feeds:
            title = printable(name)
            ET.SubElement(
                inside,
                "outline",
                {
                    "type": "rss",
                    "text": title,
                    "title": title,
                    "xmlUrl": address + urlencode(query),
                },
            )
    ET.indent(root, " ")
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"
