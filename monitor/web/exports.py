"""``/export``: every list as a file, with the same filters as its page.

Files are sent while they are read, so that a list of a million items needs no more
memory than one of a thousand.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from monitor.export_lists import COLUMNS, Form, Row, write_rows
from monitor.text import fold
from monitor.web.api.answers import Answering
from monitor.web.days import day_of
from monitor.web.lists import By, Lists, State
from monitor.web.selecting import Asked, Asking, Days, Ordered, known
from monitor.web.site import Site

MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
}
"""What follows the dot -> its media type."""
_PIECE = 1 << 16
"""Characters sent at once: to send a row alone costs more than to write it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """In which form a list is asked for."""

    form: Form
    bom: bool
    is_head: bool


def wanted_of(
    request: Request,
    form: Form,
    excel: Annotated[
        Literal["", "0", "1"], Query(description="Whether Excel shall open it.")
    ] = "",
) -> Wanted:
    """The form that an address ends in."""
    return Wanted(form, excel == "1", request.method == "HEAD")


Wanting = Annotated[Wanted, Depends(wanted_of)]
Silent = Literal["", "US", "MX"]


class Exports:
    """These addresses over one site."""

    def __init__(self, site: Site, lists: Lists) -> None:
        self._site = site
        self._lists = lists

    def router(self) -> APIRouter:
        """The routes."""
        made = APIRouter(prefix="/export", route_class=Answering)
        for name, route in (
            ("stories", self.stories),
            ("items", self.items),
            ("outlets", self.outlets),
            ("blindspots", self.blind_spots),
            ("corrections", self.corrections),
            ("lags", self.lags),
        ):
            made.add_api_route(f"/{name}.{{form}}", route, methods=["GET", "HEAD"])
        return made

    def stories(
        self, wanted: Wanting, asked: Asking, order: Ordered = "newest"
    ) -> Response:
        """Stories as lists show them."""
        rows = self._lists.all_stories(known(asked, self._site.desk()), order)
        return self._file("stories", wanted, rows, _words(asked))

    def items(self, wanted: Wanting, asked: Asking) -> Response:
        """Items as published, the newest first."""
        rows = self._lists.all_items(known(asked, self._site.desk()))
        return self._file("items", wanted, rows, _words(asked))

    def outlets(self, wanted: Wanting, days: Days = 30) -> Response:
        """Outlets, and what they brought in the last days."""
        with self._site.open_store() as store:
            rows = self._lists.outlets(store, days)
        return self._file("outlets", wanted, rows, [f"{days} days"])

    def blind_spots(
        self, wanted: Wanting, silent: Silent = "", state: State = "open"
    ) -> Response:
        """What one side covers and the other does not."""
        with self._site.open_store() as store:
            rows = self._lists.blind_spots(store, silent or None, state)
        return self._file("blindspots", wanted, rows, [silent, state])

    def corrections(self, wanted: Wanting) -> Response:
        """What people corrected, the newest first."""
        with self._site.open_store() as store:
            rows = self._lists.corrections(store)
        return self._file("corrections", wanted, rows)

    def lags(self, wanted: Wanting, by: By = "outlet", days: Days = 30) -> Response:
        """Who follows whom in the stories that began in the last days."""
        with self._site.open_store() as store:
            rows = self._lists.lags(store, by, days)
        return self._file("lags", wanted, rows, [f"by {by}", f"{days} days"])

    def _file(
        self, name: str, wanted: Wanted, rows: Iterable[Row], words: Sequence[str] = ()
    ) -> Response:
        """A download, named after what is in it and the day."""
        day = day_of(self._site.clock()).isoformat()
        called = "-".join(filter(None, (name, *map(_slug, words), day)))
        pieces = _large(write_rows(wanted.form, COLUMNS[name], rows, bom=wanted.bom))
        # Here, where an error can still be told.
        first = [next(pieces)]
        body = iter(first) if wanted.is_head else chain(first, pieces)
        headers = {
            "Content-Disposition": f'attachment; filename="{called}.{wanted.form}"',
            "Cache-Control": "private, no-cache",
        }
        media_type = MEDIA_TYPES[wanted.form]
        return StreamingResponse(body, headers=headers, media_type=media_type)


def _words(asked: Asked) -> list[str]:
    return [value for _, value in asked.query]


def _slug(word: str) -> str:
    """What may stand in the name of a file anywhere."""
    return re.sub(r"[^a-z0-9]+", "-", fold(word)).strip("-")[:30]


def _large(pieces: Iterable[str]) -> Iterator[bytes]:
    """The same in larger pieces; a feed's half character stands in for itself."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield "".join(held).encode(errors="replace")
            held, size = [], 0
    yield "".join(held).encode(errors="replace")
