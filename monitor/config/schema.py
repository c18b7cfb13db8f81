"""What feeds.yaml may say. The only module that knows pydantic's models."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from datetime import time as Clock
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from monitor.config.settings import (
    Config,
    DenseName,
    EngineName,
    Kind,
    MailSettings,
    ModelSettings,
    PollSettings,
)
from monitor.config.tree import Loc
from monitor.entry import Entry
from monitor.entry import Kind as EntryKind
from monitor.model import LANGUAGES, Country, Feed, Language, Reach
from monitor.readers import WEEKDAYS, Length, Subscriber, Watchlist, Weekday
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


def _is_encrypted(value: str) -> bool:
    """Or this machine's own, where nobody listens in between."""
    parts = urlsplit(value)
    is_local = re.fullmatch(r"localhost|127(\.\d+){3}|::1", parts.hostname or "")
    return _is_web_address(value) and (parts.scheme == "https" or bool(is_local))


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


def _listed(value: object) -> object:
    """One form stands for a list of one."""
    return (value,) if isinstance(value, str) else value


def _match(value: object) -> object:
    """What an entry's key of this name may say: forms by language, or yes or no."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict) and value.keys() <= set(LANGUAGES):
        forms = {language: _texts(of) for language, of in value.items()}
        if all(forms.values()):
            return forms
    raise ValueError("expected true, false or forms such as {en: [...], es: [...]}")


def _texts(value: object) -> tuple[str, ...]:
    """One text or a list of them; nothing if any is none."""
    found = _listed(value)
    texts = tuple(found) if isinstance(found, list | tuple) else ()
    is_whole = all(isinstance(text, str) and squeeze(text) for text in texts)
    return tuple(map(squeeze, texts)) if is_whole else ()


_TEXT = _must("a text", bool)
_ASCII = _must("ASCII, as HTTP headers hold nothing else", str.isascii)
_WEB = _must("a web address such as https://example.org/rss", _is_web_address)
_INDEX = _must("an address such as https://example.org/index.json", _is_encrypted)
_SHA256 = _must("64 hexadecimal digits", re.compile(r"[0-9A-Fa-f]{64}").fullmatch)
_NO_LOGIN = _must(
    "no user name or password in an address: they are never sent", _has_no_login
)
_MAILBOX = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_MAIL = _must("a mail address such as desk@example.org", _MAILBOX.fullmatch)
_ZONE = _must("an IANA time zone such as America/Mexico_City", ZoneInfo)
_ONE_GROUP = _must("a pattern with one group", lambda p: re.compile(p).groups == 1)

_Text = Annotated[str, AfterValidator(squeeze), _TEXT]
_Pattern = Annotated[str, _TEXT, AfterValidator(_pattern)]
_Forms = Annotated[tuple[_Text, ...], BeforeValidator(_listed)]
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
    translate: Reach = "all"

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


class _Sums(_Schema):
    es_en: Annotated[str, _SHA256] | None = None
    en_es: Annotated[str, _SHA256] | None = None


class _Translation(_Schema):
    engine: EngineName = "auto"
    index: Annotated[_Text, _INDEX] | None = None
    sha256: _Sums = _Sums()

    def to_settings(self) -> ModelSettings:
        """Where models come from."""
        sums = {("es", "en"): self.sha256.es_en, ("en", "es"): self.sha256.en_es}
        return ModelSettings(
            index=self.index or "",
            sha256={pair: digest for pair, digest in sums.items() if digest},
        )


class _Stories(_Schema):
    dense: DenseName = "auto"


class _Watchlist(_Schema):
    name: _Text
    terms: _Some[_Text]


class EntrySchema(_Schema):
    """One member of its bridge."""

    kind: EntryKind
    en: _Forms = ()
    es: _Forms = ()
    both: _Forms = ()
    only: Language | None = None
    match: Annotated[Any, AfterValidator(_match)] = None
    office: str = ""
    since: date | None = None
    checked: date | None = None

    def to_entry(self) -> Entry:
        """The same as our own type."""
        is_forms = isinstance(self.match, dict)
        more = self.match if is_forms else {}
        return Entry(
            kind=self.kind,
            en=self.both or self.en,
            es=self.both or self.es,
            match_en=more.get("en", ()),
            match_es=more.get("es", ()),
            match=None if is_forms else self.match,
            only=self.only,
            office=self.office,
            since=self.since,
            checked=self.checked,
        )


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
    translate: bool = True
    weekdays: _Some[Weekday] = WEEKDAYS
    themes: tuple[_Text, ...] = ()
    length: Length = "standard"


class _Digest(_Schema):
    mail: _Mail | None = None
    subscribers: tuple[_Subscriber, ...] = ()


class FileSchema(_Schema):
    """A whole feeds.yaml."""

    contact: Annotated[_Text, _ASCII]
    poll: _Poll = _Poll()
    translation: _Translation = _Translation()
    stories: _Stories = _Stories()
    watchlists: tuple[_Watchlist, ...] = ()
    digest: _Digest = _Digest()
    feeds: _Some[FeedSchema]
    bridge: tuple[EntrySchema, ...] = ()

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
            bridge=tuple(entry.to_entry() for entry in self.bridge),
            models=self.translation.to_settings(),
            dense=self.stories.dense,
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
