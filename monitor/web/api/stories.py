"""``/stories``: what lists show of them, one in full, and how the sides cover it."""

from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from monitor.contrasting import material_of, retitled_in
from monitor.coverage.framing import ConceptUse, FrameUse, Framing
from monitor.coverage.framing_file import lexicon
from monitor.coverage.retitles import Retitle
from monitor.coverage.sides import compare
from monitor.coverage.tone import Estimate, SideTone, ToneBySide, tone_by_side
from monitor.coverage.valence import valences
from monitor.explaining import explain_one
from monitor.export import coverage_dict, story_dict
from monitor.model import SIDES, Story
from monitor.store.database import Store
from monitor.web.api import schemas
from monitor.web.api.answers import CACHING, ROOT, Answering, page
from monitor.web.lists import Lists, blind_spot_rows
from monitor.web.selecting import After, Asking, Limit, Ordered, blaming, known
from monitor.web.site import Site


class StoryRoutes:
    """These addresses over one site."""

    def __init__(self, site: Site, lists: Lists) -> None:
        self._site = site
        self._lists = lists

    def router(self) -> APIRouter:
        """The routes."""
        made = APIRouter(route_class=Answering, tags=["stories"])
        made.get("/stories", response_model=schemas.Stories)(self.stories)
        for path, form, route in (
            ("/stories/{story}", schemas.Story, self.story),
            ("/stories/{story}/coverage", schemas.Coverage, self.coverage),
        ):
            made.add_api_route(path, route, response_model=form, responses=_MERGED)
        return made

    def stories(
        self,
        request: Request,
        response: Response,
        asked: Asking,
        order: Ordered = "newest",
        limit: Limit = 50,
        after: After = "",
    ) -> dict[str, Any]:
        """Stories as lists show them, without their items."""
        chosen = known(asked, self._site.desk())
        with self._site.open_store() as store:
            with blaming("after"):
                found = self._lists.stories(store, chosen, order, after or None, limit)
            total = store.outlines.count(chosen)
        return page(request, response, "stories", found.rows, total, found.after)

    def story(self, request: Request, story: str) -> Any:
        """One story in full, as stories.json states it."""
        with self._site.open_store() as store:
            found = _story(store, story)
            if found.id != story:
                return _moved(request, found.id)
            why = explain_one(store, found, self._site.desk().own)
        return story_dict(compare(found, self._site.desk().owners), why)

    def coverage(self, request: Request, story: str) -> Any:
        """How the two sides cover one story: who, when, how, and in what tone."""
        with self._site.open_store() as store:
            found = _story(store, story)
            if found.id != story:
                return _moved(request, found.id)
            outline = store.outlines.some([story]).get(story)
            spots = blind_spot_rows(store, store.blind_spots.of(story))
            retitles = retitled_in(store, found)
        framing = _framing(self._site.desk().framing)
        return {
            **coverage_dict(compare(found, self._site.desk().owners)),
            "themes": outline.themes if outline else (),
            "watchlists": outline.watchlists if outline else (),
            "framing": list(map(_concept, framing.compare(material_of(found).found))),
            "tone": _tone(tone_by_side(found.members, valences())),
            "blind_spots": spots,
            "retitles": list(map(_retitle, retitles)),
        }


_MERGED: dict[int | str, dict[str, Any]] = {
    308: {"description": "It was merged into another story."}
}


def _story(store: Store, story: str) -> Story:
    found = store.stories.one(story)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "No story has this id.")
    return found


def _moved(request: Request, living: str) -> RedirectResponse:
    """To the story that another was merged into; programs ask again, for a merge may
    be taken back."""
    rest = "/coverage" if request.url.path.endswith("/coverage") else ""
    address = f"{ROOT}/stories/{quote(living, safe='')}{rest}"
    return RedirectResponse(address, HTTPStatus.PERMANENT_REDIRECT, CACHING)


@lru_cache(maxsize=2)
def _framing(own: tuple[Any, ...]) -> Framing:
    return Framing(lexicon(own))


def _concept(use: ConceptUse) -> dict[str, Any]:
    return {
        "concept": use.concept,
        "uses": dict(use.totals),
        "frames": list(map(_frame, use.uses)),
    }


def _frame(use: FrameUse) -> dict[str, Any]:
    return {
        "frame": use.frame,
        "log_odds": use.leaning.log_odds if use.leaning else None,
        "z": use.leaning.z if use.leaning else None,
        "sides": {
            side: {"items": cell.items, "texts": cell.texts, "share": cell.share}
            for side, cell in use.cells.items()
        },
    }


def _tone(found: ToneBySide) -> dict[str, Any]:
    return {
        "sides": {side: _side_tone(found.sides[side]) for side in SIDES},
        "difference": _estimate(found.difference),
    }


def _side_tone(side: SideTone) -> dict[str, Any]:
    return {
        "texts": side.texts,
        "measured": len(side.measured),
        "mean": _estimate(side.mean),
    }


def _estimate(of: Estimate | None) -> dict[str, float] | None:
    return {"value": of.value, "low": of.low, "high": of.high} if of else None


def _retitle(each: Retitle) -> dict[str, Any]:
    return {
        "item": each.item.id,
        "outlet": each.item.outlet,
        "country": each.item.country,
        "at": each.at,
        "minutes": each.minutes,
        "before": each.before,
        "after": each.after,
        "went": each.went,
        "came": each.came,
    }
