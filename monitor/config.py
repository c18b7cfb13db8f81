"""
feeds.yaml and the environment -> Config.

Every mistake names file, line, key, what was expected and, for a misspelt key, the
nearest one we know. Secrets come from the environment alone.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time as Clock
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
)
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from monitor.errors import ConfigError
from monitor.model import Country, Feed, Language, Subscriber, Watchlist
from monitor.text import squeeze

PASSWORD_VARIABLE = "MONITOR_SMTP_PASSWORD"  # noqa: S105 - a name, not a secret
EngineName = Literal["auto", "argos", "apertium", "none"]
Kind = Literal["national", "border", "regional", "wire", "public", "broadcaster"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How feeds are asked."""

    interval_minutes: int = 15
    timeout_seconds: float = 20
    max_bytes: int = 5_000_000
    """Of one document, after decompression."""
    workers: int = 8


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where editions are handed over."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str
    sender: str
    password: str = field(default="", repr=False)


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

    @property
    def owners(self) -> Mapping[str, str]:
        """Outlet -> who owns it."""
        return {feed.outlet: feed.owner for feed in self.feeds}


class MistakesError(ConfigError):
    """One or more mistakes in one file; ``mistakes`` holds a line for each."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        more = len(mistakes) - 1
        note = f" (and {more} more: 'monitor check' lists them all)" if more else ""
        super().__init__(mistakes[0] + note)
        self.mistakes = tuple(mistakes)


def read_config(path: Path, environ: Mapping[str, str]) -> Config:
    """The checked content of a feeds.yaml.

    Raises ConfigError if the file cannot be read, MistakesError if it says something
    we cannot act on.
    """
    tree = _load(path)
    try:
        schema = _File.model_validate(tree)
    except ValidationError as error:
        raise MistakesError(_lines(path, tree, _misfits(error.errors()))) from None
    if found := list(_disagreements(tree, schema)):
        raise MistakesError(_lines(path, tree, found))
    return schema.to_config(environ.get(PASSWORD_VARIABLE, ""))


def _load(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: no such file; name another with --config or copy the feeds.yaml "
            "that comes with the monitor"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: is not UTF-8; save it as UTF-8") from error
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        # A doubled key is quoted with both values, one of which may be a secret.
        problem = (error.problem or "is not YAML").split(" with value")[0]
        raise ConfigError(f"{path}:{line}: {problem}") from error
    except (YAMLError, ValueError, LookupError, AttributeError) as error:
        # Of these, which 2025-02-30 and odd tags raise, only the first has a place.
        at = getattr(error, "position", None)
        where = path if at is None else f"{path}:{text.count(chr(10), 0, at) + 1}"
        problem = str(error).partition("\n")[0]
        raise ConfigError(f"{where}: is not YAML: {problem}") from error
    if not isinstance(tree, dict):
        keys = ", ".join(_File.model_fields)
        raise ConfigError(f"{path}:1: expected a mapping with the keys {keys}")
    return tree


# --- What feeds.yaml may say -------------------------------------------------


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
_MAILBOX = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_MAIL = _must("a mail address such as desk@example.org", _MAILBOX.fullmatch)
_ZONE = _must("an IANA time zone such as America/Mexico_City", ZoneInfo)
_ONE_GROUP = _must("a pattern with one group", lambda p: re.compile(p).groups == 1)

_Text = Annotated[str, AfterValidator(squeeze), _TEXT]
_Pattern = Annotated[str, _TEXT, AfterValidator(_pattern)]
_Some = Annotated[tuple[T, ...], _must("at least one", bool)]


class _Schema(BaseModel, extra="forbid"):
    """A mapping in which a key we do not know is a mistake."""


class _Feed(_Schema):
    url: Annotated[_Text, _WEB]
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


_POLL = PollSettings()


class _Poll(_Schema):
    interval_minutes: int = Field(default=_POLL.interval_minutes, ge=1, le=24 * 60)
    timeout_seconds: float = Field(default=_POLL.timeout_seconds, gt=0, le=600)
    max_bytes: int = Field(default=_POLL.max_bytes, ge=1000)
    workers: int = Field(default=_POLL.workers, ge=1, le=64)


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


class _File(_Schema):
    contact: Annotated[_Text, _ASCII]
    poll: _Poll = _Poll()
    translation: _Translation = _Translation()
    watchlists: tuple[_Watchlist, ...] = ()
    digest: _Digest = _Digest()
    feeds: _Some[_Feed]

    def to_config(self, password: str) -> Config:
        mail = self.digest.mail
        return Config(
            contact=self.contact,
            poll=PollSettings(**self.poll.model_dump()),
            engine=self.translation.engine,
            watchlists=tuple(Watchlist(**w.model_dump()) for w in self.watchlists),
            mail=MailSettings(**mail.model_dump(), password=password) if mail else None,
            subscribers=tuple(
                Subscriber(**s.model_dump()) for s in self.digest.subscribers
            ),
            feeds=tuple(Feed(**f.model_dump()) for f in self.feeds),
        )


def known_keys() -> Iterator[str]:
    """Every key feeds.yaml may hold, as a dotted path: ``digest.mail.host``."""
    yield from _keys(_File, "")


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


# --- Mistakes ----------------------------------------------------------------

_Loc = tuple[int | str, ...]
"""Where in the file: the keys and positions that lead there."""

_EXPECTED = {
    "missing": "is missing",
    "model_type": "expected a mapping",
    "tuple_type": "expected a list",
    "string_type": "expected a text",
}
"""For what pydantic says in words of Python's."""
_UNKNOWN = {"extra_forbidden", "invalid_key"}


def _lines(path: Path, tree: Any, found: Iterable[tuple[_Loc, str]]) -> list[str]:
    """``feeds.yaml:12: feeds[3].contry: unknown key ...``, in the file's order."""
    placed = sorted((_line(tree, loc), n, loc, w) for n, (loc, w) in enumerate(found))
    return [f"{path}:{line}: {_dotted(loc)}: {what}" for line, _, loc, what in placed]


def _misfits(errors: Sequence[ErrorDetails]) -> Iterator[tuple[_Loc, str]]:
    """Values and keys that do not fit; a misspelt key is not missing as well."""
    unknown = [e["loc"] for e in errors if e["type"] in _UNKNOWN]
    meant = {(*loc[:-1], _nearest(loc[-1], _siblings(loc))) for loc in unknown}
    for error in errors:
        loc = error["loc"]
        if error["type"] in _UNKNOWN:
            yield loc, f"unknown key; {_hint(loc[-1], _siblings(loc))}"
        elif error["type"] != "missing" or loc not in meant:
            yield loc, _misfit(error)


def _misfit(error: ErrorDetails) -> str:
    what = _EXPECTED.get(error["type"])
    if what is None:
        message = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
        what = message.replace("should be", "expected", 1)
    found = "nothing" if error["input"] is None else repr(error["input"])
    is_clear = error["type"] != "missing" and len(found) < 80
    return f"{what}, found {found}" if is_clear else what


def _siblings(loc: _Loc) -> list[str]:
    """The keys that may stand where the last one of ``loc`` does."""
    schema: type[BaseModel] = _File
    for step in loc[:-1]:
        if isinstance(step, str):
            [schema] = _schemas(schema.model_fields[step].annotation)
    return list(schema.model_fields)


def _nearest(name: int | str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(str(name), known, n=1)), None)


def _hint(name: int | str, known: Sequence[str]) -> str:
    close = _nearest(name, known)
    choice = f"one of {', '.join(known)}" if known else "none"
    return f"did you mean {close!r}?" if close else f"expected {choice}"


def _dotted(loc: _Loc) -> str:
    text = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in loc)
    return text.removeprefix(".")


def _line(tree: Any, loc: _Loc) -> int:
    """The line of the deepest part of ``loc`` that the file really holds, from 1."""
    line = 1
    with suppress(AttributeError, LookupError, TypeError):
        for step in loc:
            line = tree.lc.data[step][0] + 1
            tree = tree[step]
    return line


def _disagreements(tree: Any, schema: _File) -> Iterator[tuple[_Loc, str]]:
    """Mistakes that one value alone does not show: twins and dangling names."""
    readers = ("digest", "subscribers")
    yield from _twins(tree, ("feeds",), "url", schema.feeds)
    yield from _twins(tree, ("watchlists",), "name", schema.watchlists)
    yield from _twins(tree, readers, "name", schema.digest.subscribers)
    known = [w.name for w in schema.watchlists]
    for n, reader in enumerate(schema.digest.subscribers):
        for k, name in enumerate(reader.watchlists):
            if name not in known:
                what = f"no watch-list is named {name!r}; {_hint(name, known)}"
                yield (*readers, n, "watchlists", k), what
    yield from _owner_clashes(schema.feeds)


def _twins(
    tree: Any, loc: _Loc, key: str, schemas: Iterable[BaseModel]
) -> Iterator[tuple[_Loc, str]]:
    first: dict[str, int] = {}
    for n, schema in enumerate(schemas):
        here, value = (*loc, n, key), getattr(schema, key)
        if value in first:
            yield here, f"{value} is already on line {first[value]}; remove one"
        first.setdefault(value, _line(tree, here))


def _owner_clashes(feeds: Sequence[_Feed]) -> Iterator[tuple[_Loc, str]]:
    """An outlet has one owner, or independent owners could not be counted."""
    owners: dict[str, str] = {}
    for n, feed in enumerate(feeds):
        known = owners.setdefault(feed.outlet, feed.owner)
        if known != feed.owner:
            what = f"expected {known!r}, the owner of {feed.outlet} elsewhere"
            yield ("feeds", n, "owner"), f"{what}, found {feed.owner!r}"
