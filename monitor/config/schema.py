"""What feeds.yaml may say. The only module that knows pydantic's models."""

import re
from collections.abc import Iterator
from datetime import date
from datetime import time as Clock
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from monitor.concept import ASIDE, Concept, Frame
from monitor.config.fields import Forms as _Forms
from monitor.config.fields import Schema as _Schema
from monitor.config.fields import Some as _Some
from monitor.config.fields import Text as _Text
from monitor.config.fields import listed
from monitor.config.fields import must as _must
from monitor.config.matching import ThemeSchema, WatchlistSchema, named
from monitor.config.settings import (
    Config,
    DenseName,
    DkimSettings,
    EngineName,
    Kind,
    MailSettings,
    ModelSettings,
    PollSettings,
    Secrets,
)
from monitor.config.tree import Loc
from monitor.entry import Entry
from monitor.entry import Kind as EntryKind
from monitor.model import LANGUAGES, Country, Feed, Language, Reach
from monitor.readers import Subscriber
from monitor.text import squeeze


def _is_web_address(value: str) -> bool:
    parts = urlsplit(value)
    named = parts.hostname and parts.port != 0 and not re.search(r"\s", value)
    return bool(named) and parts.scheme in {"http", "https"}


def _is_encrypted(value: str) -> bool:
    """Or this machine's own, where nobody listens in between."""
    parts = urlsplit(value)
    is_local = re.fullmatch(r"localhost|127(\.\d+){3}|::1", parts.hostname or "")
    return _is_web_address(value) and (parts.scheme == "https" or bool(is_local))


def _is_site(value: str) -> bool:
    """An address of a whole site: its pages lie right below it."""
    parts = urlsplit(value)
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    return _is_encrypted(value) and is_bare


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
    found = listed(value)
    texts = tuple(found) if isinstance(found, list | tuple) else ()
    is_whole = all(isinstance(text, str) and squeeze(text) for text in texts)
    return tuple(map(squeeze, texts)) if is_whole else ()


_ASCII = _must("ASCII, as HTTP headers hold nothing else", str.isascii)
_WEB = _must("a web address such as https://example.org/rss", _is_web_address)
_INDEX = _must("an address such as https://example.org/index.json", _is_encrypted)
_SHA256 = _must("64 hexadecimal digits", re.compile(r"[0-9A-Fa-f]{64}").fullmatch)
_NO_LOGIN = _must(
    "no user name or password in an address: they are never sent", _has_no_login
)
_MAILBOX = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_MAIL = _must("a mail address such as desk@example.org", _MAILBOX.fullmatch)
_PUBLIC = _must(
    "https:// and a host alone, such as https://digest.example.org", _is_site
)
_SELECTOR = _must(
    "a DKIM selector such as monitor2026",
    re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?").fullmatch,
)
_DOMAIN = _must(
    "a domain such as example.org", re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)+").fullmatch
)
_ZONE = _must("an IANA time zone such as America/Mexico_City", ZoneInfo)
_ONE_GROUP = _must("a pattern with one group", lambda p: re.compile(p).groups == 1)

_Pattern = Annotated[str, _must("a text", bool), AfterValidator(_pattern)]
Address = Annotated[_Text, _WEB, _NO_LOGIN]
"""A feed's."""


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


class _Frame(_Schema):
    frame: _Text
    en: _Forms = ()
    es: _Forms = ()


class _Aside(_Schema):
    en: _Forms = ()
    es: _Forms = ()


class ConceptSchema(_Schema):
    """One member of its framing."""

    concept: _Text
    replace: bool = False
    frames: _Some[_Frame]
    aside: _Aside = _Aside()

    def to_concept(self) -> Concept:
        """The same as our own type."""
        return Concept(
            name=self.concept,
            frames=tuple(Frame(f.frame, f.en, f.es) for f in self.frames),
            aside=Frame(ASIDE, self.aside.en, self.aside.es),
            replaces=self.replace,
        )


class _Dkim(_Schema):
    selector: Annotated[_Text, _SELECTOR]
    domain: Annotated[_Text, _DOMAIN]


class _Mail(_Schema):
    host: _Text
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    sender: Annotated[_Text, _MAIL]
    dkim: _Dkim | None = None

    def to_settings(self, secrets: Secrets) -> MailSettings:
        """The same as our own type; secrets are no part of the file."""
        dkim = self.dkim
        return MailSettings(
            host=self.host,
            port=self.port,
            security=self.security,
            username=self.username,
            sender=self.sender,
            password=secrets.password,
            dkim=(
                DkimSettings(dkim.selector, dkim.domain, secrets.dkim_key)
                if dkim
                else None
            ),
        )


class _Web(_Schema):
    address: Annotated[_Text, _PUBLIC, _NO_LOGIN] | None = None


class _Subscriber(_Schema):
    name: _Text
    address: Annotated[_Text, _MAIL]
    language: Literal["en", "es", "both"] = "both"
    tz: Annotated[_Text, _ZONE]
    time: Annotated[Clock, BeforeValidator(_clock)] = Clock(7)
    watchlists: tuple[Annotated[WatchlistSchema, BeforeValidator(named)], ...] = ()
    translate: bool = True

    def to_subscriber(self) -> Subscriber:
        """The same as our own type."""
        names = tuple(watchlist.name for watchlist in self.watchlists)
        return Subscriber(**{**dict(self), "watchlists": names})


class _Digest(_Schema):
    mail: _Mail | None = None
    subscribers: tuple[_Subscriber, ...] = ()


class FileSchema(_Schema):
    """A whole feeds.yaml."""

    contact: Annotated[_Text, _ASCII]
    poll: _Poll = _Poll()
    translation: _Translation = _Translation()
    stories: _Stories = _Stories()
    watchlists: tuple[WatchlistSchema, ...] = ()
    digest: _Digest = _Digest()
    feeds: _Some[FeedSchema]
    bridge: tuple[EntrySchema, ...] = ()
    framing: tuple[ConceptSchema, ...] = ()
    themes: tuple[ThemeSchema, ...] = ()
    web: _Web = _Web()

    @property
    def all_watchlists(self) -> tuple[tuple[Loc, WatchlistSchema], ...]:
        """Those that stand on their own, then those inside subscribers; no names."""
        own = [(("watchlists", n), w) for n, w in enumerate(self.watchlists)]
        inner = [
            (("digest", "subscribers", n, "watchlists", k), watchlist)
            for n, reader in enumerate(self.digest.subscribers)
            for k, watchlist in enumerate(reader.watchlists)
            if not watchlist.is_name
        ]
        return (*own, *inner)

    def to_config(self, secrets: Secrets) -> Config:
        """The same as our own types; secrets are no part of the file."""
        mail = self.digest.mail
        return Config(
            contact=self.contact,
            poll=self.poll.to_settings(),
            engine=self.translation.engine,
            watchlists=tuple(w.to_watchlist() for _, w in self.all_watchlists),
            mail=mail.to_settings(secrets) if mail else None,
            subscribers=tuple(s.to_subscriber() for s in self.digest.subscribers),
            feeds=tuple(feed.to_feed() for feed in self.feeds),
            bridge=tuple(entry.to_entry() for entry in self.bridge),
            framing=tuple(concept.to_concept() for concept in self.framing),
            models=self.translation.to_settings(),
            dense=self.stories.dense,
            themes=tuple(theme.to_edit() for theme in self.themes),
            web_address=(self.web.address or "").rstrip("/"),
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
