"""The pages on which editors correct stories, and the list of all corrections.

Without a script: a form leads to a page that shows the effect, and that one does it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from urllib.parse import quote, urlencode

from fastapi import FastAPI, HTTPException
from fastapi.responses import RedirectResponse, Response

from monitor.change import Author, LoggedCorrection, Wanted
from monitor.coverage.marks import Marker
from monitor.errors import ConfigError, ConflictError
from monitor.explaining import explain_one
from monitor.model import Story
from monitor.outlining import outline_now
from monitor.previewing import Done, correct, preview
from monitor.store.database import Store
from monitor.text import fold
from monitor.web.effects import (
    clash_view,
    effect_view,
    headline,
    line_view,
    logged_view,
    verb_words,
)
from monitor.web.forms import Sent, editing, editor
from monitor.web.guide import Guide
from monitor.web.site import Site
from monitor.web.visit import Visit, Visiting
from monitor.web.wishes import (
    MAX_REASON,
    Wish,
    fault_of,
    reason_fault,
    wanted,
    wish_of,
)

PAGE = 50
"""Corrections on one page of the list."""
_SEARCHED = 1000
"""Stories, the newest, through whose headlines an editor looks for another one."""
_FOUND = 8
_READ = ["GET", "HEAD"]
_VERBS = ("merge", "split", "move", "undo")
_LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Choice:
    """Another story that the form offers."""

    id: str
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A correction on its way from page to page."""

    wanted: Wanted
    state: str
    """Of the stories, as they were shown."""
    action: str
    """Where its form leads."""
    fields: list[tuple[str, str]]
    """What the form brings along."""


class CorrectionPages:
    """These pages over one database."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_to(self, app: FastAPI) -> None:
        """Let an app answer for them."""
        app.add_api_route("/stories/{story}/correct", self.form, methods=_READ)
        app.add_api_route("/stories/{story}/correct", self.correct, methods=["POST"])
        app.add_api_route("/corrections", self.all, methods=_READ)
        app.add_api_route("/corrections/{number}", self.one, methods=_READ)
        app.add_api_route("/corrections/{number}/undo", _to_undo, methods=_READ)
        app.add_api_route("/corrections/{number}/undo", self.undo, methods=["POST"])

    # --- merge, split, move ----------------------------------------------------

    def form(self, visit: Visiting, story: str) -> Response:
        """``GET /stories/{id}/correct``: what can be done about a story."""
        editor(visit)
        with self._site.open_store() as store:
            found = _story(store, story, visit)
            if found.id != story:
                address = f"/stories/{quote(found.id, safe='')}/correct"
                return RedirectResponse(address, HTTPStatus.SEE_OTHER)
            return self._form(visit, store, found, Wish())

    def correct(self, visit: Visiting, story: str, form: Sent) -> Response:
        """``POST``: shows the effect, does it, or shows the form anew."""
        editing(visit, form)
        wish, step = wish_of(form), form.one("step")
        with self._site.open_store() as store:
            found = _story(store, story, visit)
            if step not in ("preview", "do"):
                return self._form(visit, store, found, wish)
            if fault := fault_of(wish, visit.guide):
                return self._form(visit, store, found, wish, fault)
            action = f"/stories/{quote(story, safe='')}/correct"
            asked = _Asked(wanted(wish, story), wish.state, action, _fields(wish))
            try:
                return self._step(visit, store, asked, step)
            except ConfigError as error:
                return self._form(visit, store, found, wish, told=str(error))

    def _form(
        self,
        visit: Visit,
        store: Store,
        story: Story,
        wish: Wish,
        fault: str = "",
        told: str = "",
    ) -> Response:
        title, language = headline(story, visit.guide)
        choices = {choice.id: choice for choice in self._choices(visit, store, story)}
        found = {c.id: c for c in _find(store, wish.find, story.id, visit.guide)}
        return visit.page(
            "correct.html",
            HTTPStatus.BAD_REQUEST if fault or told else HTTPStatus.OK,
            story=story.id,
            title=title,
            spoken=language,
            lines=[line_view(m.item, visit.guide) for m in story.members],
            choices=list((found | choices).values()),
            is_found=bool(found),
            wish=wish,
            fault=fault,
            told=told,
            longest=MAX_REASON,
        )

    def _choices(self, visit: Visit, store: Store, story: Story) -> Iterator[Choice]:
        """The stories near one."""
        why = explain_one(store, story, self._site.desk().own)
        for each in why.related:
            other = each.other
            yield Choice(other.id, other.headline or other.id, other.language)

    # --- undo ------------------------------------------------------------------

    def undo(self, visit: Visiting, number: int, form: Sent) -> Response:
        """``POST /corrections/{id}/undo``: shows the effect, or takes it back."""
        editing(visit, form)
        reason, step = form.one("reason"), form.one("step")
        with self._site.open_store() as store:
            logged = _correction(store, number, visit)
            fault = reason_fault(reason, visit.guide)
            if fault or step not in ("preview", "do"):
                return self._one(visit, store, logged, reason, fault)
            undo = Wanted("undo", correction=number, reason=reason)
            action, fields = f"/corrections/{number}/undo", [("reason", reason)]
            asked = _Asked(undo, form.one("state"), action, fields)
            try:
                return self._step(visit, store, asked, step)
            except ConfigError as error:
                return self._one(visit, store, logged, reason, told=str(error))

    # --- both ------------------------------------------------------------------

    def _step(self, visit: Visit, store: Store, asked: _Asked, step: str) -> Response:
        """Show or do; raises ConfigError for what cannot be."""
        if step == "preview":
            return self._preview(visit, store, asked)
        by = Author(visit.person.name, "page")
        try:
            with store.atomic():
                now = self._site.clock()
                done = correct(store, asked.wanted, asked.state, by, now)
                self._outline(store, done)
        except ConflictError as error:
            return visit.page(
                "conflict.html",
                HTTPStatus.CONFLICT,
                asked=asked,
                what=verb_words(asked.wanted.verb, visit.guide),
                clashes=[clash_view(clash, visit.guide) for clash in error.clashes],
            )
        query = f"?joined={len(done.joined)}" if done.joined else ""
        address = f"/corrections/{done.logged.id}{query}"
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)

    def _preview(self, visit: Visit, store: Store, asked: _Asked) -> Response:
        shown = preview(store, asked.wanted, self._site.clock())
        desk = self._site.desk()
        before = {story.id for story in shown.before}
        spots = [spot for spot in store.blind_spots.open() if spot.story in before]
        return visit.page(
            "effect.html",
            asked=replace(asked, state=shown.state),
            what=verb_words(asked.wanted.verb, visit.guide),
            effect=effect_view(shown, desk.owners, desk.themes, spots, visit.guide),
        )

    def _outline(self, store: Store, done: Done) -> None:
        """Let lists show at once what was corrected."""
        desk = self._site.desk()
        marker = Marker(desk.themes, tuple(desk.watchlists))
        outline_now(store, marker, desk.owners, done.stories)

    # --- what was corrected ----------------------------------------------------

    def one(self, visit: Visiting, number: int, joined: int = 0) -> Response:
        """``/corrections/{id}``: what one correction says and did, and by whom."""
        with self._site.open_store() as store:
            logged = _correction(store, number, visit)
            return self._one(visit, store, logged, joined=min(max(joined, 0), 99_999))

    def _one(
        self,
        visit: Visit,
        store: Store,
        logged: LoggedCorrection,
        reason: str = "",
        fault: str = "",
        told: str = "",
        joined: int = 0,
    ) -> Response:
        changes = store.stories.changes_by(logged.id)
        moves = [(c, move) for c in changes for move in c.change.moves]
        items = store.items.named(move.item for _, move in moves)
        rows = [
            (visit.guide.moment(c.at), line_view(items[m.item], visit.guide), m)
            for c, m in moves
            if m.item in items
        ]
        return visit.page(
            "correction.html",
            HTTPStatus.BAD_REQUEST if fault or told else HTTPStatus.OK,
            logged=logged_view(logged, visit.guide),
            rows=rows,
            reason=reason,
            fault=fault,
            told=told,
            joined=joined,
            longest=MAX_REASON,
        )

    def all(
        self,
        visit: Visiting,
        verb: str = "",
        person: str = "",
        undone: str = "",
        before: int = _LAST_ID,
    ) -> Response:
        """``/corrections``: all of them, the newest first, or those of a filter."""
        with self._site.open_store() as store:
            known = store.corrections.all()
        wants_undone = {"yes": True, "no": False}.get(undone)
        chosen = [
            logged
            for logged in reversed(known)
            if logged.id < before
            and verb in ("", logged.correction.verb)
            and person in ("", *_names(logged))
            and wants_undone in (None, logged.undone)
        ]
        kept = {"verb": verb, "person": person, "undone": undone}
        query = {name: value for name, value in kept.items() if value}
        more = ""
        if len(chosen) > PAGE:
            more = "?" + urlencode(query | {"before": chosen[PAGE - 1].id})
        return visit.page(
            "corrections.html",
            rows=[logged_view(logged, visit.guide) for logged in chosen[:PAGE]],
            verbs=[(name, verb_words(name, visit.guide)) for name in _VERBS],
            people=sorted({name for logged in known for name in _names(logged)}),
            kept=kept,
            more=more,
            longest=MAX_REASON,
        )


def _to_undo(number: int) -> RedirectResponse:
    """``GET /corrections/{id}/undo``: where the form for it is."""
    return RedirectResponse(f"/corrections/{number}", HTTPStatus.SEE_OTHER)


def _fields(wish: Wish) -> list[tuple[str, str]]:
    """What the next page's form brings along."""
    fields = asdict(replace(wish, items=(), state=""))
    named = [(name, text) for name, text in fields.items() if text]
    return [*named, *(("item", item) for item in wish.items)]


def _names(logged: LoggedCorrection) -> list[str]:
    """Who made a correction and who took it back."""
    taken = logged.taken_back
    return [by.name for by in (logged.by, taken.by if taken else None) if by]


def _story(store: Store, story: str, visit: Visit) -> Story:
    found = store.stories.one(story)
    if found is None:
        told = visit.guide.say("No story has this id.")
        raise HTTPException(HTTPStatus.NOT_FOUND, told)
    return found


def _correction(store: Store, number: int, visit: Visit) -> LoggedCorrection:
    known = store.corrections.one(number) if abs(number) <= _LAST_ID else None
    if known is None:
        told = visit.guide.say("No correction has this number.")
        raise HTTPException(HTTPStatus.NOT_FOUND, told)
    return known


def _find(store: Store, words: str, own: str, guide: Guide) -> list[Choice]:
    """Stories whose headline has all these words, the newest first."""
    sought = fold(words).split()
    if not sought:
        return []
    found = []
    for outline in store.outlines.page(limit=_SEARCHED).rows:
        texts = {code: each.text for code, each in outline.headlines.items()}
        said = fold(" ".join(texts.values()))
        if outline.story != own and all(word in said for word in sought):
            first = next(iter(texts))
            language = guide.language if guide.language in texts else first
            found.append(Choice(outline.story, texts[language], language))
    return found[:_FOUND]
