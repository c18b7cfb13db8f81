"""``POST /corrections``: what people correct by their programs, previewed first."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request

from monitor.access import Person
from monitor.change import Author, Move
from monitor.change import Wanted as Asked
from monitor.coverage.marks import Marker
from monitor.export_lists import correction_row
from monitor.model import Story
from monitor.outlining import outline_now
from monitor.previewing import correct, preview
from monitor.web.api import schemas_lists as forms
from monitor.web.api.answers import Answering
from monitor.web.filters import FilterError, said
from monitor.web.site import Site
from monitor.web.visit import visit_of


def writer(request: Request) -> Person:
    """Who may write; raises HTTPException for whoever only reads."""
    person = visit_of(request).person
    if not person.is_editor:
        raise HTTPException(HTTPStatus.FORBIDDEN, "This takes an editor.")
    return person


class CorrectionRoutes:
    """These addresses over one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def router(self) -> APIRouter:
        """The routes."""
        made = APIRouter(route_class=Answering, tags=["corrections"])
        for path, form, route in (
            ("/corrections/preview", forms.Preview, self.preview),
            ("/corrections", forms.Done, self.correct),
        ):
            made.add_api_route(path, route, methods=["POST"], response_model=form)
        return made

    def preview(self, request: Request, wanted: forms.Wanted) -> dict[str, Any]:
        """What a correction would do; nothing is done. Send ``state`` along."""
        writer(request)
        with self._site.open_store() as store:
            made = preview(store, _asked(wanted), self._site.clock())
        return {
            "state": made.state,
            "moves": list(map(_move, made.moves)),
            "stayed": made.stayed,
            "notes": made.notes,
            "before": dict(map(_held, made.before)),
            "after": dict(map(_held, made.after)),
            "leads": made.leads,
        }

    def correct(self, request: Request, wanted: forms.Stated) -> dict[str, Any]:
        """Do what was previewed, unless somebody changed the stories meanwhile."""
        by = Author(writer(request).name, "api")
        state = wanted.state or request.headers.get("if-match", "").strip('"')
        if not state:
            told = "is missing; send the state that the preview told, or If-Match"
            raise FilterError([said("state", told)])
        desk = self._site.desk()
        with self._site.open_store() as store:
            done = correct(store, _asked(wanted), state, by, self._site.clock())
            marker = Marker(desk.themes, tuple(desk.watchlists))
            outline_now(store, marker, desk.owners, done.stories)
        return {
            "correction": correction_row(done.logged),
            "moves": list(map(_move, done.moves)),
            "joined": done.joined,
            "stories": done.stories,
        }


def _asked(wanted: forms.Wanted) -> Asked:
    return Asked(
        verb=wanted.verb,
        stories=tuple(wanted.stories),
        items=tuple(wanted.items),
        correction=wanted.correction,
        reason=wanted.reason,
    )


def _move(move: Move) -> dict[str, str]:
    return {"item": move.item, "before": move.before, "after": move.after}


def _held(story: Story) -> tuple[str, list[str]]:
    return story.id, [member.item.id for member in story.members]
