"""What feeds.yaml may say, all of it as one shape."""

from collections.abc import Iterator
from datetime import date
from datetime import time as Clock
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from monitor.config.alerts import AlertSchema
from monitor.config.fields import (
    ASCII,
    DOMAIN,
    INDEX,
    MAIL,
    NO_LOGIN,
    ONE_GROUP,
    PUBLIC,
    SELECTOR,
    SHA256,
    WEB,
    ZONE,
    Forms,
    Pattern,
    Schema,
    Some,
    Text,
    clock,
    listed,
)
from monitor.config.matching import ConceptSchema, ThemeSchema, WatchlistSchema, named
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
from monitor.readers import WEEKDAYS, Length, Subscriber, Weekday
from monitor.text import squeeze


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


Address = Annotated[Text, WEB, NO_LOGIN]
"""A feed's."""


class FeedSchema(Schema):
    """One member of its feeds."""

    url: Address
    outlet: Text
    country: Country
    language: Language
    kind: Kind
    owner: Text
    tz: Annotated[Text, ZONE]
    drop_params: tuple[Text, ...] = ()
    id_pattern: Annotated[Pattern, ONE_GROUP] | None = None
    recurring_titles: tuple[Pattern, ...] = ()
    local: bool = False
    translate: Reach = "all"

    def to_feed(self) -> Feed:
        """The same as our own type."""
        return Feed(**self.model_dump())


_POLL = PollSettings()


class _Poll(Schema):
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


class _Sums(Schema):
    es_en: Annotated[str, SHA256] | None = None
    en_es: Annotated[str, SHA256] | None = None


class _Translation(Schema):
    engine: EngineName = "auto"
    index: Annotated[Text, INDEX] | None = None
    sha256: _Sums = _Sums()

    def to_settings(self) -> ModelSettings:
        """Where models come from."""
        sums = {("es", "en"): self.sha256.es_en, ("en", "es"): self.sha256.en_es}
        return ModelSettings(
            index=self.index or "",
            sha256={pair: digest for pair, digest in sums.items() if digest},
        )


class _Stories(Schema):
    dense: DenseName = "auto"


class EntrySchema(Schema):
    """One member of its bridge."""

    kind: EntryKind
    en: Forms = ()
    es: Forms = ()
    both: Forms = ()
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


class _Dkim(Schema):
    selector: Annotated[Text, SELECTOR]
    domain: Annotated[Text, DOMAIN]


class _Mail(Schema):
    host: Text
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    sender: Annotated[Text, MAIL]
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


class _Web(Schema):
    address: Annotated[Text, PUBLIC, NO_LOGIN] | None = None


class _Retention(Schema):
    # As ``monitor.pruning.LEAST_DAYS``: what the longest page looks back.
    keep_days: int | None = Field(default=None, ge=120, le=36_500)


class SubscriberSchema(Schema):
    """One member of its subscribers."""

    name: Text
    address: Annotated[Text, MAIL]
    language: Literal["en", "es", "both"] = "both"
    tz: Annotated[Text, ZONE]
    time: Annotated[Clock, BeforeValidator(clock)] = Clock(7)
    watchlists: tuple[Annotated[WatchlistSchema, BeforeValidator(named)], ...] = ()
    translate: bool = True
    weekdays: Some[Weekday] = WEEKDAYS
    themes: tuple[Text, ...] = ()
    length: Length = "standard"

    def to_subscriber(self) -> Subscriber:
        """The same as our own type."""
        names = tuple(watchlist.name for watchlist in self.watchlists)
        return Subscriber(**{**dict(self), "watchlists": names})


class _Digest(Schema):
    mail: _Mail | None = None
    subscribers: tuple[SubscriberSchema, ...] = ()


class FileSchema(Schema):
    """A whole feeds.yaml."""

    contact: Annotated[Text, ASCII]
    poll: _Poll = _Poll()
    translation: _Translation = _Translation()
    stories: _Stories = _Stories()
    watchlists: tuple[WatchlistSchema, ...] = ()
    digest: _Digest = _Digest()
    feeds: Some[FeedSchema]
    bridge: tuple[EntrySchema, ...] = ()
    framing: tuple[ConceptSchema, ...] = ()
    themes: tuple[ThemeSchema, ...] = ()
    web: _Web = _Web()
    alerts: tuple[AlertSchema, ...] = ()
    retention: _Retention = _Retention()

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
            alerts=tuple(alert.to_alert() for alert in self.alerts),
            keep_days=self.retention.keep_days,
        )


def known_keys() -> Iterator[str]:
    """Every key feeds.yaml may hold, as a dotted path: ``digest.mail.host``."""
    yield from _keys(FileSchema, "")


def _keys(schema: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, what in schema.model_fields.items():
        name = what.alias or name
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
    return [what.alias or name for name, what in schema.model_fields.items()]
