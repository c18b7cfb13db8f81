"""What a person decides, as the rest of the monitor gets it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from monitor.concept import Concept
from monitor.entry import Entry
from monitor.model import Feed
from monitor.readers import Alert, Subscriber, Watchlist
from monitor.theme import ThemeEdit

EngineName = Literal["auto", "argos", "apertium", "none"]
DenseName = Literal["auto", "none"]
"""Whether stories use the dense channel where it is installed."""
Kind = Literal["national", "border", "regional", "wire", "public", "broadcaster"]


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How feeds are asked."""

    interval_minutes: int = 15
    """The shortest wait between two polls of a feed."""
    longest_minutes: int = 240
    """The longest, to which it grows for a feed that seldom has anything new."""
    gap_seconds: float = 1
    """Between the starts of two requests to one host or outlet."""
    timeout_seconds: float = 20
    max_bytes: int = 5_000_000
    """Of one document, after decompression."""
    workers: int = 8


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the environment alone tells."""

    password: str = field(default="", repr=False)
    """Of the mail server."""
    dkim_key: str = field(default="", repr=False)
    """In PEM."""


@dataclass(frozen=True, slots=True)
class DkimSettings:
    """Under which name mails are signed."""

    selector: str
    domain: str
    key: str = field(default="", repr=False)
    """In PEM."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where editions are handed over."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str
    sender: str
    password: str = field(default="", repr=False)
    dkim: DkimSettings | None = None


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Where translation models come from."""

    index: str = ""
    """Address of an index of Argos packages; empty: argostranslate's own."""
    sha256: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """From and to -> what a package for these languages must have."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a person decides, checked."""

    contact: str
    poll: PollSettings
    engine: EngineName
    watchlists: tuple[Watchlist, ...]
    mail: MailSettings | None
    subscribers: tuple[Subscriber, ...]
    feeds: tuple[Feed, ...]
    bridge: tuple[Entry, ...] = ()
    """What the two languages call things, beside the list we ship."""
    models: ModelSettings = ModelSettings()
    dense: DenseName = "auto"
    framing: tuple[Concept, ...] = ()
    """What a person adds to the framing lexicon."""
    themes: tuple[ThemeEdit, ...] = ()
    """Changes of the themes we ship."""
    web_address: str = ""
    """The dashboard's public one, for editions and unsubscribing; empty: none."""
    alerts: tuple[Alert, ...] = ()
    keep_days: int | None = None
    """How long stories are kept after their last item; None: for ever."""

    @property
    def owners(self) -> Mapping[str, str]:
        """Outlet -> who owns it."""
        return {feed.outlet: feed.owner for feed in self.feeds}
