"""
Builders of nouns for tests: every argument has a default, so a test names only what
it is about. Times are given as ``minutes`` after NOW, or in full as ``published``.

``story(item(...), item(...))`` wraps bare items into members; write
``member(it, translation(it, "..."))`` to give one its translation.

Use ``from builders import item``: a dependency installs a package called ``tests``.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from monitor.change import LoggedChange
from monitor.comparison import FeedHealth, SideHealth
from monitor.coverage.trends import Quiet, Rise
from monitor.model import (
    Assignment,
    Country,
    DateSource,
    Feed,
    FeedState,
    Item,
    Language,
    Member,
    PollDay,
    Reading,
    Sighting,
    Story,
    Translation,
    Why,
)
from monitor.readers import (
    WEEKDAYS,
    Delivery,
    KeptEdition,
    Length,
    RenderedEdition,
    Subscriber,
    Watchlist,
    Weekday,
)
from monitor.store.database import Store
from monitor.stories.explain import Explanation, membership
from monitor.stories.related import Other, Related
from monitor.stories.shared import Shared

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday noon; no country of ours changes its clocks that day."""
TODAY = NOW.date()

_OUTLETS: Mapping[tuple[Country, Language], str] = {
    ("US", "en"): "The Potomac Ledger",
    ("US", "es"): "Canal Horizonte",
    ("MX", "es"): "Diario Anáhuac",
    ("MX", "en"): "Mexico Bulletin Daily",
}
_LANGUAGE_OF: Mapping[Country, Language] = {"US": "en", "MX": "es"}
_TZ_OF: Mapping[Country, str] = {"US": "America/New_York", "MX": "America/Mexico_City"}
_TITLES: Mapping[Language, str] = {
    "en": "Mexico and US agree on water deliveries",
    "es": "México y EE.UU. acuerdan entregas de agua",
}


def _digest(*parts: object) -> str:
    return hashlib.sha256(
        "\0".join(map(str, parts)).encode(errors="replace")
    ).hexdigest()[:16]


def _slug(outlet: str) -> str:
    return "".join(c for c in outlet.casefold() if c.isascii() and c.isalnum())


def feed(
    outlet: str | None = None,
    country: Country = "US",
    language: Language | None = None,
    *,
    url: str | None = None,
    kind: str = "national",
    owner: str | None = None,
    tz: str | None = None,
    drop_params: tuple[str, ...] = (),
    id_pattern: str | None = None,
    recurring_titles: tuple[str, ...] = (),
    local: bool = False,
) -> Feed:
    """A feed of one outlet; by default it owns itself and speaks its country's tongue."""
    language = language or _LANGUAGE_OF[country]
    outlet = outlet or _OUTLETS[country, language]
    return Feed(
        url=url or f"https://{_slug(outlet)}.example/feed.xml",
        outlet=outlet,
        country=country,
        language=language,
        kind=kind,
        owner=owner or outlet,
        tz=tz or _TZ_OF[country],
        drop_params=drop_params,
        id_pattern=id_pattern,
        recurring_titles=recurring_titles,
        local=local,
    )


def health(
    of: Feed | None = None, error: str | None = None, last_good: datetime | None = NOW
) -> FeedHealth:
    """A feed's health; with an ``error`` it is down, otherwise it is well."""
    of = of or feed()
    state = FeedState(
        url=of.url,
        failures=int(error is not None),
        error=error,
        last_poll=NOW,
        last_good=last_good,
    )
    return FeedHealth(feed=of, state=state, is_healthy=error is None)


def poll_day(
    of: Feed | None = None, day: date = TODAY, *, polls: int = 96, **counts: int
) -> PollDay:
    """What the polls of one day came to; ``counts`` are zero unless given."""
    zero = dict.fromkeys(("failures", "new", "duplicates", "undated", "future"), 0)
    return PollDay((of or feed()).url, day, polls, **{**zero, **counts})


def item(
    title: str | None = None,
    country: Country = "US",
    language: Language | None = None,
    *,
    minutes: float = 0,
    outlet: str | None = None,
    summary: str = "",
    id: str | None = None,  # noqa: A002 - the noun's own field
    url: str | None = None,
    published: datetime | None = None,
    published_raw: str | None = None,
    date_source: DateSource = "feed",
    seen: datetime | None = None,
    recurring: bool = False,
) -> Item:
    """An item published ``minutes`` after NOW, unless ``published`` says when."""
    language = language or _LANGUAGE_OF[country]
    outlet = outlet or _OUTLETS[country, language]
    title = _TITLES[language] if title is None else title
    published = published or NOW + timedelta(minutes=minutes)
    item_id = id or _digest(outlet, title, published)
    undated = date_source == "fetched"
    raw = "" if undated else published.isoformat()
    return Item(
        id=item_id,
        feed=f"https://{_slug(outlet)}.example/feed.xml",
        outlet=outlet,
        country=country,
        language=language,
        url=url or f"https://{_slug(outlet)}.example/{item_id}",
        title=title,
        summary=summary,
        published=published,
        published_raw=raw if published_raw is None else published_raw,
        date_source=date_source,
        seen=seen or (published if undated else published + timedelta(minutes=10)),
        recurring=recurring,
    )


def sighting(of: Item | None = None, *keys: str, digest: str | None = None) -> Sighting:
    """An item as a document shows it; by default its id is all it is known by."""
    of = of or item()
    shown = digest or _digest(of.id, of.title, of.summary, of.url)
    return Sighting(of, keys or (f"id:{of.id}",), shown)


def show(store: Store, items: Iterable[Item], now: datetime = NOW) -> int:
    """Keep items as one document of the first one's feed shows them; how many are new.

    Each is known by its id alone.
    """
    shown = [sighting(one) for one in items]
    feed_url = shown[0].item.feed if shown else ""
    return store.items.add(shown, feed_url, (), now).new


def translation(
    of: Item,
    title: str | None = None,
    summary: str | None = None,
    *,
    language: Language | None = None,
    engine: str = "apertium",
    engine_version: str = "3.8",
    warnings: tuple[str, ...] = (),
) -> Translation:
    """An item in the other language; by default its texts in square brackets."""
    language = language or ("en" if of.language == "es" else "es")
    return Translation(
        item=of.id,
        language=language,
        engine=engine,
        engine_version=engine_version,
        title=f"[{of.title}]" if title is None else title,
        summary=(of.summary and f"[{of.summary}]") if summary is None else summary,
        warnings=warnings,
    )


def reading(
    of: Item,
    english_title: str | None = None,
    english_summary: str = "",
    doubts: tuple[str, ...] = (),
) -> Reading:
    """An item as the clusterer reads it; English items read as they are."""
    if english_title is None:
        english_title = of.title if of.language == "en" else ""
    return Reading(
        of,
        english_title,
        english_summary or (of.summary if of.language == "en" else ""),
        doubts,
    )


def assignment(
    of: Item,
    story: str | None = None,
    *,
    score: float = 0.5,
    why: Why | None = None,
    copy_of: str | None = None,
) -> Assignment:
    """An item's membership; by default it opens a story of its own."""
    why = why or Why({"names": score})
    return Assignment(of.id, story or f"s{of.id}", score, why, copy_of)


def member(
    of: Item | None = None,
    *translations: Translation,
    story: str | None = None,
    copy_of: str | None = None,
) -> Member:
    """An item in its story, with the translations given."""
    of = of or item()
    by_language: dict[Language, Translation] = {t.language: t for t in translations}
    return Member(of, assignment(of, story, copy_of=copy_of), by_language)


def story(*members: Member | Item, id: str | None = None) -> Story:  # noqa: A002
    """A story of members or bare items, in any order; its opener names it."""
    made = [m if isinstance(m, Member) else member(m) for m in members or (item(),)]
    made.sort(key=lambda m: (m.item.published, m.item.id))
    story_id = id or f"s{made[0].item.id}"
    return Story(
        story_id,
        tuple(
            replace(m, assignment=replace(m.assignment, story=story_id)) for m in made
        ),
    )


def other(story: str, headline: str = "Another story") -> Other:
    """Another story, with an English headline."""
    return Other(story, {"en": headline})


def explanation(
    of: Story,
    *related: Related,
    shared: Shared | None = None,
    others: Mapping[str, Other] | None = None,
    brought: Mapping[str, LoggedChange] | None = None,
) -> Explanation:
    """Why a story's items are in it; by default they share nothing.

    ``others`` are the runners-up by id, ``brought`` the changes by item.
    """
    items = {m.item.id: m.item for m in of.members}
    return Explanation(
        {
            i: membership(m, items, others or {}, (brought or {}).get(i))
            for i, m in zip(items, of.members, strict=True)
        },
        shared or Shared({"en": (), "es": ()}, ()),
        related,
    )


def subscriber(
    name: str = "dana",
    language: Literal["en", "es", "both"] = "en",
    tz: str = "America/New_York",
    at: time = time(7, 0),
    *,
    address: str | None = None,
    watchlists: tuple[str, ...] = (),
    translate: bool = True,
    weekdays: tuple[Weekday, ...] = WEEKDAYS,
    themes: tuple[str, ...] = (),
    length: Length = "standard",
) -> Subscriber:
    """A reader in New York at seven in the morning, in English."""
    return Subscriber(
        name=name,
        address=address or f"{_slug(name)}@desk.example",
        language=language,
        tz=tz,
        time=at,
        watchlists=watchlists,
        translate=translate,
        weekdays=weekdays,
        themes=themes,
        length=length,
    )


def watchlist(name: str = "Water", *terms: str) -> Watchlist:
    """A watch-list; its name is its only term unless terms are given."""
    return Watchlist(name, terms or (name,))


def kept_edition(
    name: str = "dana", day: date = date(2026, 3, 2), **more: Any
) -> KeptEdition:
    """Of one subscriber and day; its id is made of both."""
    rendered = more.pop("rendered", None) or RenderedEdition(
        f"{day}", f"<p>Llegó el agua a {name}</p>", f"Llegó el agua a {name}\n"
    )
    made = more.pop("made", NOW)
    return KeptEdition(f"{name}-{day}", name, day, made=made, rendered=rendered, **more)


def delivery(name: str = "dana", day: date = date(2026, 3, 2), **more: Any) -> Delivery:
    """Of ``kept_edition`` of the same, just queued."""
    given = {
        "edition": f"{name}-{day}",
        "address": f"{_slug(name)}@desk.example",
        "message_id": f"<{day}.{_slug(name)}@news.example>",
        "queued": NOW,
        "next_try": NOW,
    }
    return Delivery(subscriber=name, date=day, **given | more)


def jump(story: str = "s1", items: int = 14, expected: float = 2.5) -> Rise:
    """A story that has jumped."""
    return Rise(story, items, expected, outlets=4, surprise=12.0)


def last_hours(
    side: Country = "MX",
    items: int = 40,
    expected: float = 40.0,
    surprise: float = 0.0,
    health: SideHealth | None = None,
) -> Quiet:
    """What a side has brought lately: as much as usual, of feeds that are all well."""
    return Quiet(
        side=side,
        start=NOW - timedelta(hours=7),
        end=NOW - timedelta(hours=1),
        items=items,
        expected=expected,
        surprise=surprise,
        before=0.0,
        is_known=True,
        health=health or SideHealth(side, 10, 0, 0.0),
    )
