"""What feeds.yaml may say. The only module that knows pydantic's models."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import time as Clock
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from monitor.config.settings import (
    Config,
    EngineName,
    Kind,
    MailSettings,
    PollSettings,
)
from monitor.config.tree import Loc
from monitor.model import Country, Feed, Language, Subscriber, Watchlist
from monitor.text import squeeze

T = TypeVar("T")


def _must(be: str, is_right: Callable[[Any], object]) -> AfterValidator:
    def checked(value: Any) -> Any:
        # What urlsplit and ZoneInfo raise says less than we do.
        with suppress(ValueError, LookupError, OSError):
            if is_right(value):
                return value
        raise ValueError(f"expected {be}")

    return AfterValidator(checked)


def _is_web_address(value: str) -> bool:
    parts = urlsplit(value)
    named = parts.hostname and parts.port != 0 and not re.search(r"\s", value)
    return bool(named) and parts.scheme in {"http", "https"}


def _has_no_login(value: str) -> bool:
    parts = urlsplit(value)
    return parts.username is None and parts.password is None


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except (re.error, OverflowError) as error:
        raise ValueError(f"expected a regular expression: {error}") from None
    return value


def _clock(value: object) -> Clock:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value))
    if not match:
        raise ValueError('expected a time of day such as "07:00"')
    return Clock(int(match[1]), int(match[2]))


_TEXT = _must("a text", bool)
_ASCII = _must("ASCII, as HTTP headers hold nothing else", str.isascii)
_WEB = _must("a web address such as https://example.org/rss", _is_web_address)
_NO_LOGIN = _must(
    "no user name or password in an address: they are never sent", _has_no_login
)
_MAILBOX = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_MAIL = _must("a mail address such as desk@example.org", _MAILBOX.fullmatch)
_ZONE = _must("an IANA time zone such as America/Mexico_City", ZoneInfo)
_ONE_GROUP = _must("a pattern with one group", lambda p: re.compile(p).groups == 1)

_Text = Annotated[str, AfterValidator(squeeze), _TEXT]
_Pattern = Annotated[str, _TEXT, AfterValidator(_pattern)]
_Some = Annotated[tuple[T, ...], _must("at least one", bool)]
Address = Annotated[_Text, _WEB, _NO_LOGIN]
"""A feed's."""


class _Schema(BaseModel, extra="forbid"):
    """A mapping in which a key we do not know is a mistake."""


class FeedSchema(_Schema):
    """One member of its feeds."""

    url: Address
    outlet: _Text
    country: Country
    language: Language
    kind: Kind
    owner: _Text
    tz: Annotated[_Text, _ZONE]
    drop_params: tuple[_Text, ...] = ()
    id_pattern: Annotated[_Pattern, _ONE_GROUP] | None = None
    recurring_titles: tuple[_Pattern, ...] = ()
    local: bool = False

    def to_feed(self) -> Feed:
        """The same as our own type."""
        return Feed(**self.model_dump())


_POLL = PollSettings()


class _Poll(_Schema):
    interval_minutes: int = Field(default=_POLL.interval_minutes, ge=1, le=24 * 60)
    longest_minutes: int = Field(default=_POLL.longest_minutes, ge=1, le=24 * 60)
    gap_seconds: float = Field(default=_POLL.gap_seconds, ge=0, le=60)
    timeout_seconds: float = Field(default=_POLL.timeout_seconds, gt=0, le=600)
    max_bytes: int = Field(default=_POLL.max_bytes, ge=1000)
    workers: int = Field(default=_POLL.workers, ge=1, le=64)

    def to_settings(self) -> PollSettings:
        """As written; unless it is, the longest wait yields to the shortest."""
        values = self.model_dump()
        if "longest_minutes" not in self.model_fields_set:
            longest = max(self.longest_minutes, self.interval_minutes)
            values["longest_minutes"] = longest
        return PollSettings(**values)


class _Translation(_Schema):
    engine: EngineName = "auto"


class _Watchlist(_Schema):
    name: _Text
    terms: _Some[_Text]


class _Mail(_Schema):
    host: _Text
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    sender: Annotated[_Text, _MAIL]


class _Subscriber(_Schema):
    name: _Text
    address: Annotated[_Text, _MAIL]
    language: Literal["en", "es", "both"] = "both"
    tz: Annotated[_Text, _ZONE]
    time: Annotated[Clock, BeforeValidator(_clock)] = Clock(7)
    watchlists: tuple[_Text, ...] = ()


class _Digest(_Schema):
    mail: _Mail | None = None
    subscribers: tuple[_Subscriber, ...] = ()


class FileSchema(_Schema):
    """A whole feeds.yaml."""

    contact: Annotated[_Text, _ASCII]
    poll: _Poll = _Poll()
    translation: _Translation = _Translation()
    watchlists: tuple[_Watchlist, ...] = ()
    digest: _Digest = _Digest()
    feeds: _Some[FeedSchema]

    def to_config(self, password: str) -> Config:
        """The same as our own types; the password is no part of the file."""
        mail = self.digest.mail
        return Config(
            contact=self.contact,
            poll=self.poll.to_settings(),
            engine=self.translation.engine,
            watchlists=tuple(Watchlist(**w.model_dump()) for w in self.watchlists),
            mail=MailSettings(**mail.model_dump(), password=password) if mail else None,
            subscribers=tuple(
                Subscriber(**s.model_dump()) for s in self.digest.subscribers
            ),
            feeds=tuple(feed.to_feed() for feed in self.feeds),
        )


def known_keys() -> Iterator[str]:
    """Every key feeds.yaml may hold, as a dotted path: ``digest.mail.host``."""
    yield from _keys(FileSchema, "")


def _keys(schema: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, what in schema.model_fields.items():
        yield prefix + name
        for inner in _schemas(what.annotation):
            yield from _keys(inner, f"{prefix}{name}.")


def _schemas(annotation: Any) -> Iterator[type[BaseModel]]:
    """The schemas a field's type is made of: itself, or inside a tuple or union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _schemas(argument)


def siblings(loc: Loc) -> list[str]:
    """The keys that may stand where the last one of ``loc`` does."""
    schema: type[BaseModel] = FileSchema
    for step in loc[:-1]:
        if isinstance(step, str):
            [schema] = _schemas(schema.model_fields[step].annotation)
    return list(schema.model_fields)
