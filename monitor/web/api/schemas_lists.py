"""The contract, continued: items, what is followed, editions and corrections."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from monitor.model import Country, DateSource, FailureKind, Language
from monitor.web.api.schemas import BlindSpot, Listed, Moment, Number

Name = Annotated[str, StringConstraints(max_length=200)]

# --- items ---------------------------------------------------------------------------


class Item(BaseModel):
    """One item as published, and the story it is in."""

    id: str
    feed: str
    outlet: str
    country: Country
    language: Language
    url: str
    title: str
    summary: str
    published: Moment
    published_raw: str
    date_source: DateSource
    seen: Moment
    recurring: bool
    kicker: str | None
    dateline: str | None
    story: str | None


class Items(Listed):
    """Items, the newest first."""

    items: list[Item]


class Revision(BaseModel):
    """A headline that an item had, and until when."""

    title: str
    until: Moment


class Translation(BaseModel):
    """An item in another language, by one engine."""

    language: Language
    engine: str
    engine_version: str
    title: str
    summary: str | None
    warnings: list[str]


class WholeItem(Item):
    """One item, its earlier headlines and its translations."""

    revisions: list[Revision]
    translations: list[Translation]


# --- what is followed ----------------------------------------------------------------


class OutletFeed(BaseModel):
    """One feed of an outlet."""

    url: str
    country: Country
    language: Language
    kind: str


class Outlet(BaseModel):
    """One outlet, and what it brought in the days asked for."""

    outlet: str
    countries: list[Country]
    languages: list[Language]
    owner: str | None
    feeds: list[OutletFeed]
    items: Number
    stories: Number


class Outlets(Listed):
    """Outlets, the one with most items first."""

    outlets: list[Outlet]


class Named(BaseModel):
    """A side, or one outlet of it."""

    country: Country
    outlet: str | None


class ByCertainty(BaseModel):
    """How many lags are how certain."""

    feed: Number
    default_zone: Number = Field(alias="default-zone")


class Following(BaseModel):
    """Who follows whom, and by how long."""

    theme: str | None
    leader: Named
    follower: Named
    stories: Number
    led: Number
    followed: Number
    ties: Number
    bounded: Number
    unclear: Number
    certainty: ByCertainty
    low_minutes: float | None
    median_minutes: float | None
    high_minutes: float | None


class Lags(Listed):
    """The matrix of who follows whom, those with most stories first."""

    lags: list[Following]


class BlindSpots(Listed):
    """Blind spots, the most surprising first."""

    blindspots: list[BlindSpot]


class Theme(BaseModel):
    """What stories are tagged with; ``label`` speaks the language asked for."""

    name: str
    label: str
    en: str
    es: str


class Themes(Listed):
    """Themes, in the order of the lexicon."""

    themes: list[Theme]


class Watchlist(BaseModel):
    """What analysts follow."""

    name: str
    terms: list[str]
    query: str | None


class Watchlists(Listed):
    """Watch-lists, in their order."""

    watchlists: list[Watchlist]


class FeedHealth(BaseModel):
    """Whether one feed can vouch for its side."""

    outlet: str
    country: Country
    language: Language
    url: str
    is_healthy: bool
    failures: Number
    failure: FailureKind | None
    error: str | None
    last_poll: Moment | None
    last_good: Moment | None
    next_poll: Moment | None
    retired: Moment | None


class FeedsHealth(Listed):
    """Feeds, in the order of feeds.yaml."""

    feeds: list[FeedHealth]


# --- editions and corrections --------------------------------------------------------


class Edition(BaseModel):
    """One edition that was kept."""

    id: str
    subscriber: str
    date: date
    made: Moment
    subject: str
    forms: dict[str, str]


class Editions(Listed):
    """Editions, the newest first."""

    editions: list[Edition]


class Correction(BaseModel):
    """A person's word on which items belong together."""

    id: int
    made: Moment
    verb: Literal["merge", "split", "move", "undo"]
    reason: str
    together: list[str]
    apart: list[list[str]]
    undone: bool
    by: str | None


class Corrections(Listed):
    """Corrections, the newest first."""

    corrections: list[Correction]


class Wanted(BaseModel):
    """A correction that somebody asks for."""

    model_config = ConfigDict(extra="forbid")

    verb: Literal["merge", "split", "move", "undo"]
    stories: list[Name] = Field(default=[], max_length=2)
    items: list[Name] = Field(default=[], max_length=10_000)
    correction: int | None = Field(default=None, ge=1, le=2**62)
    reason: str = Field(min_length=1, max_length=500)


class Stated(Wanted):
    """The same, as it was previewed."""

    state: str = Field(default="", max_length=500)


class Move(BaseModel):
    """One item that changes its story."""

    item: str
    before: str
    after: str


class Preview(BaseModel):
    """What a correction would do."""

    state: str
    moves: list[Move]
    stayed: list[str]
    notes: list[str]
    before: dict[str, list[str]]
    after: dict[str, list[str]]
    leads: dict[str, str]


class Done(BaseModel):
    """What a correction did."""

    correction: Correction
    moves: list[Move]
    joined: list[str]
    stories: list[str]


# --- search --------------------------------------------------------------------------


class Piece(BaseModel):
    """A stretch of a text."""

    text: str
    is_hit: bool
    """Whether it is what was looked for."""


class TranslatedHit(BaseModel):
    """What was found in a translation."""

    language: Language
    title: list[Piece]
    summary: list[Piece]


class Hit(BaseModel):
    """One item that a search found."""

    id: str
    story: str | None
    outlet: str
    country: Country
    language: Language
    published: Moment
    url: str
    title: list[Piece]
    summary: list[Piece]
    translation: TranslatedHit | None


class StoryHits(BaseModel):
    """One story of which a search found items."""

    id: str
    hits: int
    items: list[Hit]
    """The newest of them."""


class Found(BaseModel):
    """What a search found: items, or stories if they were asked for."""

    query: str
    """As it was understood."""
    items: list[Hit]
    stories: list[StoryHits]
    unindexed: int
    """Older items that the index does not have yet."""
    next: str | None
    """Address of the next page; null on the last one."""
