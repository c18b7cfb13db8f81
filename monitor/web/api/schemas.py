"""The contract: what the API answers and takes.

Fields have the names of docs/stories-json.md and docs/edition-json.md. New ones may be
added; those here keep their name and meaning.
"""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

from monitor.comparison import BlindSpotEnd, LagCertainty, NoLeader
from monitor.model import Country, DateSource, Language

Moment = Annotated[
    datetime,
    PlainSerializer(datetime.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""RFC 3339, in UTC, to the second."""
Chance = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[int, Field(ge=0)]
T = TypeVar("T")


class BySide(BaseModel, Generic[T]):
    """One of each side."""

    US: T
    MX: T


class Headline(BaseModel):
    """A headline in each language; null where there is none."""

    en: str | None
    es: str | None


class Total(BaseModel):
    """How many rows a list has."""

    number: Number
    is_more: bool
    """Whether there are more: ``number`` is as far as anybody counted."""


class Listed(BaseModel):
    """One page of a list."""

    total: Total
    next: str | None
    """Address of the next page; null on the last one."""


class Fault(BaseModel):
    """What is wrong with one parameter."""

    parameter: str
    detail: str


class Problem(BaseModel):
    """Why the API could not do what it was asked (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault]


class Version(BaseModel):
    """Which monitor answers."""

    name: str
    version: str
    api: Literal["v1"]


# --- stories -------------------------------------------------------------------------


class OutlineSide(BaseModel):
    """How much one country has of one story."""

    items: Number
    outlets: list[str]
    owner_count: Number
    texts: Number


class StoryOutline(BaseModel):
    """One story as lists show it: without its items."""

    id: str
    headline: Headline
    headline_translated: list[Language]
    first_seen: Moment
    last_seen: Moment
    leader: Country | None
    no_leader: NoLeader | None
    lag_minutes: int | None
    lag_certainty: LagCertainty | None
    texts: Number
    item_count: Number
    sides: BySide[OutlineSide]
    languages: list[Language]
    themes: list[str]
    watchlists: list[str]


class Stories(Listed):
    """Stories, in the order asked for."""

    stories: list[StoryOutline]


class Side(BaseModel):
    """The coverage of one side."""

    items: Number
    outlets: list[str]
    owners: list[str]
    texts: Number
    first: str | None
    first_published: Moment | None


class Pickup(BaseModel):
    """The first item of one outlet."""

    outlet: str
    country: Country
    item: str
    minutes: int | None
    is_copy: bool


class Compared(BaseModel):
    """What is said of a story as a whole."""

    id: str
    headline: Headline
    first_seen: Moment
    last_seen: Moment
    leader: Country | None
    no_leader: NoLeader | None
    lag_minutes: int | None
    lag_certainty: LagCertainty | None
    texts: Number
    sides: BySide[Side]
    pickups: list[Pickup]


class Shared(BaseModel):
    """What its items have in common."""

    en: list[str]
    es: list[str]
    both: list[str]


class Related(BaseModel):
    """Another story that is related."""

    id: str
    headline: Headline
    score: Chance
    names: list[str]


class Why(BaseModel):
    """Why an item joined its story."""

    score: float
    parts: dict[str, float]
    shared: list[str]
    nearest: str | None
    runner_up: str | None
    runner_up_score: float


class Brought(BaseModel):
    """The last change that brought an item here."""

    change: int
    at: Moment
    kind: Literal["merge", "move", "split", "again", "undo"]
    reason: str
    score: float | None
    correction: int | None


class Member(BaseModel):
    """An item inside its story."""

    id: str
    outlet: str
    country: Country
    language: Language
    title: str
    translated_title: str | None
    translated_by: str | None
    translation_warnings: list[str]
    url: str
    published: Moment
    date_source: DateSource
    copy_of: str | None
    why: Why
    brought: Brought | None


class Story(Compared):
    """One story as stories.json states it."""

    shared: Shared
    related: list[Related]
    items: list[Member]


# --- coverage ------------------------------------------------------------------------


class FrameCell(BaseModel):
    """How one side uses one frame."""

    items: Number
    texts: Number
    share: Chance


class Frame(BaseModel):
    """One frame of a concept on both sides."""

    frame: str
    log_odds: float | None
    z: float | None
    sides: BySide[FrameCell]


class Concept(BaseModel):
    """How both sides word one concept."""

    concept: str
    uses: BySide[Number]
    frames: list[Frame]


class Estimate(BaseModel):
    """A mean with its interval at 95 %."""

    value: float
    low: float
    high: float


class SideTone(BaseModel):
    """The tone of one side's headlines."""

    texts: Number
    measured: Number
    mean: Estimate | None


class Tone(BaseModel):
    """The tone of both sides; ``difference`` is US less MX."""

    sides: BySide[SideTone]
    difference: Estimate | None


class BlindSpot(BaseModel):
    """A story that one side covers and the other does not."""

    story: str
    headline: Headline
    silent: Country
    since: Moment
    opened: Moment | None
    closed: Moment | None
    end: BlindSpotEnd | None
    items: Number
    outlets: Number
    owners: Number
    texts: Number
    expected: float
    covered: Number
    of: Number
    surprise: float
    can_tell: bool
    feeds: Number
    feeds_down: Number
    share_down: float


class Retitle(BaseModel):
    """One change of one headline."""

    item: str
    outlet: str
    country: Country
    at: Moment
    minutes: int | None
    before: str
    after: str
    went: list[str]
    came: list[str]


class Coverage(Compared):
    """What comparing the two sides of one story comes to."""

    themes: list[str]
    watchlists: list[str]
    framing: list[Concept]
    tone: Tone
    blind_spots: list[BlindSpot]
    retitles: list[Retitle]
