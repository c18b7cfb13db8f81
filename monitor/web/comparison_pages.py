"""The pages that compare the two sides over many stories."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from http import HTTPStatus
from typing import cast
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from monitor.comparing import EVERY, Followed, rising_stories, unclaimed
from monitor.comparison import BlindSpot, Coverage
from monitor.contrasting import Material, material, usual_before
from monitor.coverage.framing import ConceptUse, Framing
from monitor.coverage.framing_file import lexicon
from monitor.coverage.keyness import Usual
from monitor.coverage.marks import Marker
from monitor.coverage.originals import Original, originals
from monitor.coverage.sides import compare
from monitor.coverage.study import Study
from monitor.coverage.themes import Lexicon
from monitor.marking import MARKED, marks_of, themes_since
from monitor.model import OTHER_SIDE, SIDES, Country, Language, Story
from monitor.outline import Selection
from monitor.pipeline import Desk
from monitor.readers import Watchlist
from monitor.store.database import Store
from monitor.studying import Lexicons, Studied, studied, study, week_end
from monitor.web import filters
from monitor.web.blindspots import blind_spots_page
from monitor.web.catalogue import later
from monitor.web.findings import Findings, find, theme_views
from monitor.web.followers import WAYS, By, FollowersPage, followers_page
from monitor.web.framing import concept_views
from monitor.web.guide import Guide
from monitor.web.narrowing import Narrower
from monitor.web.refusal import Refusal
from monitor.web.remembered import Remembered
from monitor.web.site import Site
from monitor.web.themes import ThemesPage, themes_page
from monitor.web.visit import Visiting

FRAMING_DAYS = 7
FOLLOWERS_DAYS = 30
THEMES_DAYS = 7
ENDED = timedelta(days=28)
"""How far back blind spots that ended are listed."""
MOST_DAYS = 92
"""A quarter of a year; longer periods are for the command line, which may take long."""
_HEADLINES = 5
"""Behind each cell where every concept is shown."""
_HEADLINES_OF_ONE = 200
"""Where one concept alone is."""
SPOT_KEYS = ("side", "outlet", "theme")
"""By what blind spots can be narrowed down."""
ONE_SIDE = {**filters.CHOICES, "side": SIDES}
"""Where a filter by sides is one by the side itself."""
PERIODS = (1, 7, 30, MOST_DAYS)
_SECOND = timedelta(seconds=1)
_USUAL_LASTS = timedelta(hours=12)
"""What four weeks say changes slowly."""
_WEEKS = 26
"""Of which what is usual is remembered, of 1 MB each."""


@dataclass(frozen=True, slots=True)
class _Wording:
    """How both sides word the items of a period."""

    uses: tuple[ConceptUse, ...]
    counted: Mapping[Country, int]
    """Items read."""
    end: datetime


class ComparisonPages:
    """These pages over one database."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._open_store = site.open_store
        self._clock = site.clock
        # What reads days or weeks is read as seldom as a long run compares.
        self._untold: Remembered[list[BlindSpot]] = Remembered(EVERY, 1)
        self._worded: Remembered[_Wording] = Remembered(EVERY, 8)
        self._followed: Remembered[tuple[FollowersPage, datetime]]
        self._followed = Remembered(EVERY, 8)
        self._tagged: Remembered[tuple[ThemesPage, datetime]] = Remembered(EVERY, 4)
        self._studied: Remembered[Study] = Remembered(EVERY, 100)
        self._read_by: tuple[Desk, Lexicons] | None = None
        self._usual: Remembered[Mapping[Language, Usual]] = Remembered(
            _USUAL_LASTS, _WEEKS
        )

    @property
    def _desk(self) -> Desk:
        return self._site.desk()

    @cached_property
    def _framing(self) -> Framing:
        return Framing(lexicon(self._desk.framing))

    @property
    def _marker(self) -> Marker:
        return _marker(self._desk.themes, tuple(self._desk.watchlists))

    def study(self, store: Store, story: Story) -> Studied:
        """What reading a story comes to: as kept, or read now, which takes long."""
        by = self._lexicons
        if (kept := studied(store, story, by)) is not None:
            return kept
        found = self._studied.get(
            (store.stories.path, story.id),
            self._clock(),
            lambda: study(store, story, by),
            (by.version, _texts(story)),
        )
        return Studied(found)

    def of_story(
        self,
        store: Store,
        coverage: Coverage,
        found: Studied,
        now: datetime,
        here: Set[str],
        guide: Guide,
    ) -> Findings:
        """What the page of one story tells of its comparison.

        ``here`` are the ids of the items that the page shows.
        """
        concepts = self._framing.concepts
        return find(store, coverage, self._desk, now, found, concepts, here, guide)

    @property
    def _lexicons(self) -> Lexicons:
        """What stories are read by, by the desk of this moment."""
        desk, known = self._desk, self._read_by
        if known is None or known[0] is not desk:
            by = Lexicons(desk.themes, self._framing, desk.own, self._usual_before)
            self._read_by = known = desk, by
        return known[1]

    def framing(
        self, visit: Visiting, days: str = "", theme: str = "", concept: str = ""
    ) -> HTMLResponse:
        """``/framing``: how both sides word things over the last days."""
        themes = [each.name for each in self._desk.themes.themes]
        concepts = [each.name for each in self._framing.concepts]
        count = days_asked(days, FRAMING_DAYS)
        if theme:
            one_of("theme", theme, themes)
        if concept:
            one_of("concept", concept, concepts)
        with self._open_store() as store:
            found = self._worded.get(
                (store.originals.path, count, theme),
                self._clock(),
                lambda: self._word(store, count, theme),
            )
        uses = [use for use in found.uses if concept in ("", use.concept)]
        most = _HEADLINES_OF_ONE if concept else _HEADLINES
        asked = [("days", str(count)), *([("theme", theme)] if theme else [])]
        shown = theme_views(themes, self._desk.themes, visit.guide)
        labels = {each.name: each.label for each in shown}
        return visit.page(
            "framing.html",
            uses=concept_views(
                uses, self._framing.concepts, visit.guide, most, asked=asked
            ),
            items={s: visit.guide.number(n) for s, n in found.counted.items()},
            end=visit.guide.moment(found.end),
            concept=concept,
            theme=theme,
            theme_label=labels.get(theme, ""),
            whole="/framing?" + urlencode(asked),
            themes=shown,
            days=count,
            periods=PERIODS,
        )

    def followers(
        self, visit: Visiting, days: str = "", by: str = "outlet"
    ) -> HTMLResponse:
        """``/followers``: who had first what both sides cover, and by how long."""
        one_of("by", by, WAYS)
        count = days_asked(days, FOLLOWERS_DAYS)
        with self._open_store() as store:
            page, end = self._followed.get(
                (store.stories.path, count, by, visit.language),
                self._clock(),
                lambda: self._follow(store, count, cast(By, by), visit.guide),
            )
        return visit.page(
            "followers.html",
            page=page,
            end=visit.guide.moment(end),
            ways=WAYS,
            days=count,
            periods=PERIODS,
        )

    def blind_spots(self, visit: Visiting, request: Request) -> HTMLResponse:
        """``/blindspots``: what one side covers and the other does not."""
        query, desk = request.query_params, self._desk
        names = {"theme": [theme.name for theme in desk.themes.themes]}
        asked = {key: query.get(key, "") for key in SPOT_KEYS}
        chosen = filters.read(asked, names, ONE_SIDE)
        with self._open_store() as store:
            now = self._site.polled(store) or self._clock()
            opened = store.blind_spots.open()
            ended = store.blind_spots.since(now - ENDED)
            untold = self._untold.get(
                store.blind_spots.path, now, lambda: self._unclaimed(store, now)
            )
            kept = [*opened, *(spot for spot in ended if spot.closed)]
            kept, untold = (_fitting(s, store, chosen) for s in (kept, untold))
            leads = store.relations.living(s.story for s in (*kept, *untold))
            stories = {s.id: s for s in store.stories.some(set(leads.values()))}
        page = blind_spots_page(
            kept,
            untold,
            {old: stories[new] for old, new in leads.items() if new in stories},
            now,
            visit.guide,
        )
        narrower = Narrower(desk, visit.guide, choices=ONE_SIDE)
        return visit.page(
            "blindspots.html",
            page=page,
            at=visit.guide.moment(now),
            narrowing=narrower.of(
                "/blindspots", query, SPOT_KEYS, labels={"side": later("Told by")}
            ),
        )

    def themes(self, visit: Visiting, days: str = "") -> HTMLResponse:
        """``/themes``: how many stories of which theme, by side and day."""
        count = days_asked(days, THEMES_DAYS)
        with self._open_store() as store:
            page, end = self._tagged.get(
                (store.stories.path, count, visit.language),
                self._clock(),
                lambda: self._tag(store, count, visit.guide),
            )
        return visit.page(
            "themes.html",
            page=page,
            end=visit.guide.moment(end),
            days=count,
            periods=PERIODS,
        )

    def _span(self, store: Store, days: int) -> tuple[datetime, datetime]:
        """So many days up to the newest item; one dated ahead is not waited for."""
        now = self._clock()
        end = min(store.items.last_moment() or now, now) + _SECOND
        return end - timedelta(days=days), end

    def _material(
        self, store: Store, start: datetime, end: datetime, theme: str
    ) -> Material:
        """The items of a period, or those in stories of one theme."""
        if not theme:
            return material(store, start, end)
        stories = store.stories.between(start, end, is_explained=False)
        named = self._named(store, stories)
        chosen = (story for story in stories if theme in named[story.id])
        return Material(tuple(_within(chosen, start, end)), end)

    def _word(self, store: Store, days: int, theme: str) -> _Wording:
        start, end = self._span(store, days)
        found = self._material(store, start, end, theme)
        uses = self._framing.compare(found.found)
        return _Wording(uses, found.counted, end - _SECOND)

    def _follow(
        self, store: Store, days: int, by: By, guide: Guide
    ) -> tuple[FollowersPage, datetime]:
        start, end = self._span(store, days)
        stories = store.stories.opened(start, end, on_both_sides=True)
        found = [compare(story, self._desk.owners) for story in stories]
        named = self._named(store, stories) if by == "theme" else {}
        page = followers_page(found, by, self._desk.themes, named, guide)
        return page, end - _SECOND

    def _tag(
        self, store: Store, days: int, guide: Guide
    ) -> tuple[ThemesPage, datetime]:
        start, end = self._span(store, days)
        stories = store.stories.between(start, end, is_explained=False)
        rises = rising_stories(store, self._desk.feeds, end - _SECOND)
        named, span = self._named(store, stories), (start, end)
        page = themes_page(stories, rises, span, self._desk.themes, named, guide)
        return page, end - _SECOND

    def _named(
        self, store: Store, stories: Sequence[Story]
    ) -> dict[str, tuple[str, ...]]:
        """Story -> names of its themes."""
        marks = marks_of(store, self._marker, stories)
        return {s.id: self._marker.from_marks(s, marks).themes for s in stories}

    def _usual_before(self, store: Store, end: datetime) -> Mapping[Language, Usual]:
        """What is usual before the end of a week: its stories share it.

        To read it takes three seconds, and a reader goes from one day's stories to
        another's.
        """
        week = week_end(end)
        return self._usual.get(
            (store.originals.path, week),
            self._clock(),
            lambda: usual_before(store, week),
        )

    def _unclaimed(self, store: Store, now: datetime) -> list[BlindSpot]:
        desk = self._desk
        themes = themes_since(store, self._marker, now - MARKED)
        return unclaimed(store, Followed(desk.feeds, desk.owners, themes), now)


def _texts(story: Story) -> Hashable:
    """Another one after any change of what is read of a story."""
    return tuple(
        (m.item, m.assignment.copy_of, *m.translations.values()) for m in story.members
    )


@lru_cache(maxsize=2)
def _marker(themes: Lexicon, watchlists: tuple[Watchlist, ...]) -> Marker:
    return Marker(themes, watchlists)


def _within(
    stories: Iterable[Story], start: datetime, end: datetime
) -> Iterator[Original]:
    for story in stories:
        for each in originals(story):
            if start <= each.item.published < end:
                yield each


_A_NUMBER = later("{text}: expected a number of days from 1 to {most}, such as ?days=7")


def _fitting(
    spots: Iterable[BlindSpot], store: Store, chosen: Selection
) -> list[BlindSpot]:
    """Those of a side that tells them, of a theme and of an outlet."""
    told = [s for s in spots if chosen.side in (None, OTHER_SIDE[s.silent])]
    if chosen.theme is None and chosen.outlet is None:
        return told
    outlines = store.outlines.some(spot.story for spot in told)
    return [
        spot
        for spot in told
        if (found := outlines.get(spot.story)) is not None
        and (chosen.theme is None or chosen.theme in found.themes)
        and (
            chosen.outlet is None
            or any(chosen.outlet in side.outlets for side in found.sides.values())
        )
    ]


def days_asked(text: str, usual: int) -> int:
    """How many days an address asks for; raises Refusal."""
    if not text:
        return usual
    is_number = text.isascii() and text.isdecimal() and len(text) < 4
    if not (is_number and 1 <= int(text) <= MOST_DAYS):
        raise Refusal(
            HTTPStatus.BAD_REQUEST, _A_NUMBER, text=repr(text), most=MOST_DAYS
        )
    return int(text)


def one_of(key: str, text: str, known: Iterable[str]) -> None:
    """Raises Refusal for a name that there is not, with those there are."""
    names = list(known)
    if text in names:
        return
    asked = {"key": key, "text": repr(text)}
    if not names:
        raise Refusal(
            HTTPStatus.BAD_REQUEST, later("{key} {text}: there is none"), **asked
        )
    message = later("{key} {text}: expected one of {names}")
    raise Refusal(HTTPStatus.BAD_REQUEST, message, names=", ".join(names), **asked)
