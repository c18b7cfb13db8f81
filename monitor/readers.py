"""
Who reads what the monitor finds, and what each of them gets. Frozen values, as in
``model.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from monitor.change import LoggedChange
from monitor.comparison import BlindSpot, Coverage, FeedHealth, SideHealth
from monitor.model import LANGUAGES, Country, Language, Story
from monitor.query import Or, Query, Term

DeliveryState = Literal["queued", "sent", "refused", "failed"]
"""``refused``: its mail server, or its reader, does not want it; only a person can
change that. ``failed``: given up, since it was too old or its reader is gone."""
Stopper = Literal["reader", "person"]
"""Who stopped a digest: its reader, by unsubscribing, or whoever runs the monitor."""
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Length = Literal["short", "standard", "full"]
"""How many stories an edition tells before it only counts them."""

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of ``date.weekday()``."""


@dataclass(frozen=True, slots=True)
class Watchlist:
    """What an analyst follows, in either language: any of its terms, or a query."""

    name: str
    terms: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    """What else the terms are called, looked for in texts of that language alone."""
    es: tuple[str, ...] = ()
    query: Query | None = None
    """Instead of terms."""

    @property
    def asks(self) -> Query:
        """The query, or the one that asks for any of the terms."""
        if self.query is not None:
            return self.query
        # What the terms are called elsewhere counts for all of them at once.
        called = [Term(term, self.en, self.es) for term in self.terms[:1]]
        return Or((*called, *map(Term, self.terms[1:])))


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One reader of the daily digest."""

    name: str
    address: str
    language: Literal["en", "es", "both"]
    tz: str
    time: time
    """When the edition is due, in the subscriber's zone."""
    watchlists: tuple[str, ...] = ()
    translate: bool = True
    """Whether translations stand beside the originals."""
    weekdays: tuple[Weekday, ...] = WEEKDAYS
    """On which days an edition is due; at least one."""
    themes: tuple[str, ...] = ()
    """Stories of other themes are left out, unless on a watch-list; empty: none is."""
    length: Length = "standard"

    @property
    def languages(self) -> tuple[Language, ...]:
        """Those the edition speaks, the page's own first."""
        return LANGUAGES if self.language == "both" else (self.language,)


@dataclass(frozen=True, slots=True)
class KeptWatchlist:
    """A watch-list that was made on the desk: the database has it, not feeds.yaml."""

    name: str
    query: str
    """As ``parse_query`` reads it."""
    by: str
    """Who made it."""
    made: datetime


@dataclass(frozen=True, slots=True)
class KeptSubscriber:
    """A reader who was entered on the desk: the database has it, not feeds.yaml."""

    subscriber: Subscriber
    by: str
    """Who entered it."""
    made: datetime


AlertKind = Literal["watchlist", "crossing", "jump", "blind-spot", "quiet"]
"""What an alert may tell: a story matches a watch-list, has crossed the border, jumps
in volume, is a blind spot of one side; or one side's feeds have gone quiet."""

ALERT_KINDS: tuple[AlertKind, ...] = get_args(AlertKind)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when, on one zone's clock, nobody wants to be told."""

    start: time
    end: time
    """Earlier than ``start`` where a midnight lies between."""
    tz: str


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody wants to be told at once, and through which channels."""

    name: str
    on: tuple[AlertKind, ...]
    to: str = ""
    """Name of the environment variable that holds Apprise addresses."""
    webhook: str = ""
    """Web address that is posted to; the one of ``to`` and ``webhook`` is empty."""
    secret: str = ""
    """Name of the environment variable that holds the webhook's secret."""
    watchlists: tuple[str, ...] = ()
    """Only stories that match one of them; empty: any story."""
    themes: tuple[str, ...] = ()
    """Only stories of one of them; empty: of any theme or none."""
    language: Literal["en", "es", "both"] = "both"
    cooldown: timedelta = timedelta(hours=6)
    """At least so long lies between two messages on one story or side."""
    quiet_hours: QuietHours | None = None
    local: bool = False
    """Whether the webhook may live on a private or loopback address."""

    @property
    def languages(self) -> tuple[Language, ...]:
        """Those the alert speaks, English first."""
        return LANGUAGES if self.language == "both" else (self.language,)


@dataclass(frozen=True, slots=True)
class Links:
    """Where one subscriber's edition leads beyond the stories' own links."""

    web: str | None = None
    """The edition's permanent copy; None without a public address."""
    unsubscribe: str | None = None
    """The page, or the mailto: address, by which its reader stops it."""


@dataclass(frozen=True, slots=True)
class News:
    """What became of one story since the subscriber's edition before."""

    is_new: bool
    """Whether no earlier edition can have told it."""
    items: int
    """Published or first seen in the window."""
    outlets: int
    """Those that first had the story in the window."""
    crossed: Country | None
    """The side that took it up in the window by a text of its own, while the other had
    one before."""
    retitled: int
    """Headlines of it that were changed in the window."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """One correction by a person, and the stories that it left."""

    logged: LoggedChange
    stories: tuple[Story, ...]
    """Those of the change that have items, the one with most first."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One digest for one subscriber and date."""

    subscriber: Subscriber
    date: date
    start: datetime
    end: datetime
    """Stories with an item published or first seen in [start, end)."""
    both: tuple[Coverage, ...]
    only: Mapping[Country, tuple[Coverage, ...]]
    """Stories that one side alone covers, by that side."""
    watched: Mapping[str, tuple[str, ...]]
    """Story id -> names of the subscriber's watch-lists it matches."""
    health: tuple[FeedHealth, ...]
    untranslated: int
    """Items in the window that have no translation a reader would need."""
    translator: str
    """Which engine made the translations, or why there are none."""
    news: Mapping[str, News] = field(default_factory=dict)
    """Story id -> what became of it; of every story told."""
    themes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Story id -> names of its themes; of those that have any."""
    labels: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    """Name of a theme -> what a reader of a language calls it."""
    left_out: int = 0
    """Stories of other themes than the subscriber's."""
    blind_spots: tuple[BlindSpot, ...] = ()
    """Open when the window closed; of stories told here, in the order given."""
    sides: Mapping[Country, SideHealth] = field(default_factory=dict)
    """Whether a side's silence in the window can be believed, where that is known."""
    corrected: tuple[Corrected, ...] = ()
    """Corrections made in the window, in order."""
    timeline: Mapping[Country, tuple[int, ...]] = field(default_factory=dict)
    """Items of the stories told, by side and hour of the window: published in it, or
    first seen in it where published before."""
    links: Links = Links()


@dataclass(frozen=True, slots=True)
class Image:
    """A picture inside an edition."""

    cid: str
    """What the HTML calls it: ``cid:`` and this. Letters, digits and hyphens."""
    png: bytes
    alt: str
    """The same in words."""


@dataclass(frozen=True, slots=True)
class RenderedEdition:
    """An edition as mail parts."""

    subject: str
    html: str
    text: str
    images: tuple[Image, ...] = ()
    """In the order in which the HTML shows them."""
    told: frozenset[str] = frozenset()
    """Ids of the stories that it tells and does not only count."""


@dataclass(frozen=True, slots=True)
class KeptEdition:
    """An edition as it was made, for good: what is mailed and what the web shows."""

    id: str
    """Nobody can guess it: 128 random bits, in letters, digits, ``-`` and ``_``."""
    subscriber: str
    date: date
    made: datetime
    rendered: RenderedEdition
    links: Links = Links()
    json: str = ""
    atom: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One kept edition on its way to one address."""

    edition: str
    """Its id; empty for those sent before editions were kept."""
    subscriber: str
    date: date
    address: str
    message_id: str
    state: DeliveryState = "queued"
    queued: datetime | None = None
    """When it was put into the outbox, or put there again."""
    attempts: int = 0
    """Tries begun since."""
    next_try: datetime | None = None
    error: str = ""
    """Why the last try failed."""
    sent: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscriber at one address: whether mail goes there."""

    token: str
    """By which its reader can stop it: 128 random bits."""
    subscriber: str
    address: str
    language: Literal["en", "es", "both"]
    stopped: datetime | None = None
    stopped_by: Stopper | Literal["both"] | None = None
    """Both: each has stopped it, and neither takes back the other's word."""
    refused: str = ""
    """What the mail server said when it refused the address; empty if it did not."""

    @property
    def is_paused(self) -> bool:
        """Whether a person has stopped it."""
        return self.stopped_by in ("person", "both")

    @property
    def is_left(self) -> bool:
        """Whether its reader has stopped it."""
        return self.stopped_by in ("reader", "both")
