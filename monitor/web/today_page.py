"""The page of one day: which stories it shows, and what stands beside them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus

from fastapi.responses import HTMLResponse

from monitor.comparing import EVERY, rising_stories
from monitor.comparison import FeedHealth
from monitor.coverage.blindspots import ranked
from monitor.coverage.trends import Rise
from monitor.digest.edition import window
from monitor.editing import make_edition
from monitor.model import SIDES, Story
from monitor.outline import StoryVolume
from monitor.store.database import Store
from monitor.web.blindspots import SpotView, spot_view
from monitor.web.days import (
    DaysView,
    day_of,
    days_view,
    edition_date,
    parse_day,
    reader,
)
from monitor.web.evidence import StoryLink, story_link
from monitor.web.guide import Guide
from monitor.web.health import idle, well
from monitor.web.list_pages import newest_change
from monitor.web.refusal import Refusal
from monitor.web.remembered import Remembered
from monitor.web.render import render
from monitor.web.site import Site
from monitor.web.themes import rise_words
from monitor.web.today import DayTotals, TodayView, today_view
from monitor.web.visit import Visiting

MOST_BOTH = 18
"""Stories of both sides on the page, of 4 kB each; the list of stories has all."""
MOST_ONLY = 20
"""Stories of one side alone, each."""
MOST_WATCHED = 30
"""Stories on watch-lists that stand on the page whatever their size."""
_BESIDE = 4
"""Blind spots of a side, and rising stories, beside the day."""
_LASTS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the stories of the newest day."""

    rising: tuple[StoryLink, ...]
    blind: tuple[SpotView, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """A day's page for readers of one language."""

    page: TodayView
    days: DaysView
    stories: str
    """HTML, as all see it who read the language: most of the page and of its making."""
    news: str
    """What ``/news.json`` said at that moment."""
    health: tuple[FeedHealth, ...]


class TodayPage:
    """``/`` over one database."""

    def __init__(self, site: Site) -> None:
        self._site = site
        settles = site.settles
        self._made: Remembered[_Made] = Remembered(_LASTS, 24, settles, 2 * settles)
        self._rising: Remembered[list[Rise]] = Remembered(EVERY, 2)

    def today(self, visit: Visiting, day: str = "") -> HTMLResponse:
        """``/``: one day's stories, the newest day's unless told otherwise."""
        asked = day_asked(day) if day else None
        guide, now = visit.guide, self._site.clock()
        with self._site.open_store() as store:
            polled = self._site.polled(store)
            path, version = store.stories.path, (store.stories.mark(), polled)
        made = self._made.get(
            # Another desk, with a list that was just saved, waits for nothing.
            (path, asked, visit.language, id(self._site.desk())),
            now,
            lambda: self._make(asked, polled, guide),
            version,
        )
        return visit.page(
            "today.html",
            page=made.page,
            days=made.days,
            stories=made.stories,
            news=made.news,
            feeds=well(made.health, guide),
            idle=idle(polled, now, guide),
        )

    def _make(self, asked: date | None, polled: datetime | None, guide: Guide) -> _Made:
        with self._site.open_store() as store:
            return self._made_of(store, asked, polled, guide)

    def _made_of(
        self, store: Store, asked: date | None, polled: datetime | None, guide: Guide
    ) -> _Made:
        now, desk = self._site.clock(), self._site.desk()
        news = newest_change(store)
        seen = store.items.first_seen(), store.items.last_moment()
        first, last = (day_of(at or now) for at in seen)
        # A feed's clock may run ahead of ours.
        newest = day_of(min(store.items.last_published() or now, now))
        shown = asked or newest
        us = reader(desk.watchlists)
        came = store.volumes.stories(*window(us, edition_date(shown)))
        watched = store.outlines.followed(each.story for each in came)
        chosen = _chosen(came, watched)
        edition = make_edition(
            store, desk, us, edition_date(shown), polled or now, chosen
        )
        totals = _totals(store, came, chosen)
        page = today_view(edition, polled, totals, guide)
        days = days_view(shown, newest, first, last, guide)
        beside = (
            self._beside(store, polled or now, guide)
            if shown == newest
            else Beside((), ())
        )
        stories = render(
            "_day.html", guide.language, page=page, days=days, beside=beside
        )
        return _Made(page, days, stories, news, edition.health)

    def _beside(self, store: Store, now: datetime, guide: Guide) -> Beside:
        """What the newest day alone can say."""
        rises = self._rising.get(
            store.volumes.path,
            now,
            lambda: rising_stories(store, self._site.desk().feeds, now),
        )[:_BESIDE]
        opened = [s for s in store.blind_spots.open() if s.health.can_tell]
        spots = [
            spot
            for side in SIDES
            for spot in [s for s in ranked(opened) if s.silent == side][:_BESIDE]
        ]
        named = [*(r.story for r in rises), *(s.story for s in spots)]
        living = store.relations.living(named)
        stories = {s.id: s for s in store.stories.some(set(living.values()))}
        found = {old: stories[new] for old, new in living.items() if new in stories}
        return Beside(
            rising=tuple(_rising_links(rises, found, guide)),
            blind=tuple(spot_view(s, found.get(s.story), now, guide) for s in spots),
        )


def _chosen(came: Sequence[StoryVolume], watched: Iterable[str]) -> list[str]:
    """Ids of the stories that a page has room for, the largest of each kind."""
    follows = set(watched)
    both = [v.story for v in came if len(v.sides) == len(SIDES)][:MOST_BOTH]
    only = [
        story
        for side in SIDES
        for story in [v.story for v in came if v.sides == {side}][:MOST_ONLY]
    ]
    followed = [v.story for v in came if v.story in follows][:MOST_WATCHED]
    return [*dict.fromkeys((*both, *only, *followed))]


def _totals(
    store: Store, came: Sequence[StoryVolume], chosen: Iterable[str]
) -> DayTotals:
    """Of all the stories of a day; outlines say who leads those not chosen."""
    rest = {v.story for v in came if len(v.sides) == len(SIDES)} - set(chosen)
    leaders = Counter(each.leader for each in store.outlines.some(rest).values())
    return DayTotals(
        both=sum(len(v.sides) == len(SIDES) for v in came),
        only={side: sum(v.sides == {side} for v in came) for side in SIDES},
        leading={side: leaders[side] for side in SIDES},
    )


def _rising_links(
    rises: Iterable[Rise], stories: Mapping[str, Story], guide: Guide
) -> Iterable[StoryLink]:
    for rise in rises:
        if story := stories.get(rise.story):
            yield story_link(story, guide, rise_words(rise, guide))


def day_asked(text: str) -> date:
    """The day that an address asks for; raises Refusal."""
    try:
        return parse_day(text)
    except ValueError as error:
        refusal = Refusal(HTTPStatus.BAD_REQUEST, str(error), text=repr(text))
        raise refusal from error
