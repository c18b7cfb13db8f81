"""
feeds.yaml and the environment -> Config.

Every mistake names file, line, key, what was expected and, for a misspelt key, the
nearest one we know. Secrets come from the environment alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time as Clock
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from monitor.errors import ConfigError
from monitor.model import Country, Feed, Language, Subscriber, Watchlist

PASSWORD_VARIABLE = "MONITOR_SMTP_PASSWORD"  # noqa: S105 - a name, not a secret
EngineName = Literal["auto", "argos", "apertium", "none"]
Kind = Literal["national", "border", "regional", "wire", "public", "broadcaster"]


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
        raise MistakesError([_mistake(path, tree, e) for e in error.errors()]) from None
    mistakes = list(_disagreements(path, tree, schema))
    if mistakes:
        raise MistakesError(mistakes)
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
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = (error.problem or "not YAML").splitlines()[0]
        raise ConfigError(f"{where}: {problem}") from error
    except YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {error}") from error
    if not isinstance(tree, dict):
        keys = ", ".join(_File.model_fields)
        raise ConfigError(f"{path}:1: expected a mapping with the keys {keys}")
    return tree


# --- What feeds.yaml may say -------------------------------------------------


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_right = urlsplit(""), False
    named = parts.hostname and not re.search(r"\s", value)
    if not (port_is_right and named and parts.scheme in {"http", "https"}):
        raise ValueError("expected a web address such as https://example.org/rss")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            "expected a time zone of the IANA list such as America/Mexico_City"
        ) from None
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"expected a regular expression: {error}") from None
    return value


def _id_pattern(value: str) -> str:
    if re.compile(_pattern(value)).groups != 1:
        raise ValueError("expected a regular expression with exactly one group")
    return value


def _clock(value: object) -> Clock:
    # YAML 1.1 reads an unquoted 7:00 as the number 420; both spellings mean the same.
    if isinstance(value, int) and 0 <= value < 24 * 60:
        return Clock(value // 60, value % 60)
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value))
    if not match:
        raise ValueError('expected a time of day such as "07:00"')
    return Clock(int(match[1]), int(match[2]))


def _mailbox(value: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+", value):
        raise ValueError("expected a mail address such as desk@example.org")
    return value


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Pattern = Annotated[_Text, AfterValidator(_pattern)]
_Mailbox = Annotated[_Text, AfterValidator(_mailbox)]
_Zone = Annotated[_Text, AfterValidator(_zone)]


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Feed(_Schema):
    url: Annotated[_Text, AfterValidator(_web_address)]
    outlet: _Text
    country: Country
    language: Language
    kind: Kind
    owner: _Text
    tz: _Zone
    drop_params: tuple[_Text, ...] = ()
    id_pattern: Annotated[_Text, AfterValidator(_id_pattern)] | None = None
    recurring_titles: tuple[_Pattern, ...] = ()
    local: bool = False


class _Poll(_Schema):
    interval_minutes: int = Field(default=PollSettings().interval_minutes, ge=1)
    timeout_seconds: float = Field(default=PollSettings().timeout_seconds, gt=0)
    max_bytes: int = Field(default=PollSettings().max_bytes, ge=1000)
    workers: int = Field(default=PollSettings().workers, ge=1, le=64)


class _Translation(_Schema):
    engine: EngineName = "auto"


class _Watchlist(_Schema):
    name: _Text
    terms: tuple[_Text, ...] = Field(min_length=1)


class _Mail(_Schema):
    host: _Text
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    sender: _Mailbox


class _Subscriber(_Schema):
    name: _Text
    address: _Mailbox
    language: Literal["en", "es", "both"] = "both"
    tz: _Zone
    time: Annotated[Clock, BeforeValidator(_clock)] = Clock(7)
    watchlists: tuple[_Text, ...] = ()


class _Digest(_Schema):
    mail: _Mail | None = None
    subscribers: tuple[_Subscriber, ...] = ()


class _File(_Schema):
    contact: _Text
    poll: _Poll = Field(default_factory=_Poll)
    translation: _Translation = Field(default_factory=_Translation)
    watchlists: tuple[_Watchlist, ...] = ()
    digest: _Digest = Field(default_factory=_Digest)
    feeds: tuple[_Feed, ...] = Field(min_length=1)

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


def _mistake(path: Path, tree: Any, error: ErrorDetails) -> str:
    """``feeds.yaml:12: feeds[3].contry: unknown key; did you mean 'country'?``"""
    loc = error["loc"]
    where = f"{path}:{_line(tree, loc)}: {_dotted(loc)}"
    if error["type"] == "extra_forbidden":
        return f"{where}: {_unknown_key(loc)}"
    return f"{where}: {_expected(error)}"


def _expected(error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return "is missing"
    found = f", found {error['input']!r}"
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    message = message.replace("should be", "expected", 1)
    if not message.startswith("expected"):
        message = f"expected another value: {message}"
    return message + (found if len(found) < 80 else "")


def _unknown_key(loc: tuple[int | str, ...]) -> str:
    siblings = _siblings(loc[:-1])
    close = get_close_matches(str(loc[-1]), siblings, n=1, cutoff=0.5)
    if close:
        return f"unknown key; did you mean '{close[0]}'?"
    return f"unknown key; expected one of {', '.join(siblings)}"


def _siblings(loc: tuple[int | str, ...]) -> list[str]:
    schema: type[BaseModel] = _File
    for step in loc:
        if isinstance(step, str) and step in schema.model_fields:
            [schema] = _schemas(schema.model_fields[step].annotation)
    return list(schema.model_fields)


def _dotted(loc: tuple[int | str, ...]) -> str:
    text = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in loc)
    return text.removeprefix(".")


def _line(tree: Any, loc: tuple[int | str, ...]) -> int:
    """The line of the deepest part of ``loc`` that the file really holds, from 1."""
    line = 1
    for step in loc:
        try:
            position = tree.lc.data[step]
            tree = tree[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
        line = position[0] + 1
    return line


def _disagreements(path: Path, tree: Any, schema: _File) -> Iterator[str]:
    """Mistakes that one value alone does not show: twins and dangling names."""
    lists = {w.name for w in schema.watchlists}
    yield from _twins(path, tree, ("feeds",), "url", [f.url for f in schema.feeds])
    yield from _twins(
        path, tree, ("watchlists",), "name", [*map(_name, schema.watchlists)]
    )
    readers = schema.digest.subscribers
    yield from _twins(
        path, tree, ("digest", "subscribers"), "name", [*map(_name, readers)]
    )
    for n, reader in enumerate(readers):
        for name in reader.watchlists:
            if name not in lists:
                loc = ("digest", "subscribers", n, "watchlists")
                yield (
                    f"{path}:{_line(tree, loc)}: {_dotted(loc)}: no watch-list is "
                    f"named {name!r}{_did_you_mean(name, lists)}"
                )
    if readers and schema.digest.mail is None and "mail" in (tree.get("digest") or {}):
        yield f"{path}: digest.mail: is empty; give host and sender, or remove it"
    yield from _owner_clashes(path, tree, schema.feeds)


def _name(schema: _Watchlist | _Subscriber) -> str:
    return schema.name


def _did_you_mean(name: str, known: set[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _twins(
    path: Path, tree: Any, loc: tuple[str, ...], key: str, values: Sequence[str]
) -> Iterator[str]:
    first: dict[str, int] = {}
    for n, value in enumerate(values):
        here = _line(tree, (*loc, n, key))
        if value in first:
            where = f"{path}:{here}: {_dotted((*loc, n, key))}"
            yield f"{where}: {value} is already on line {first[value]}; remove one"
        first.setdefault(value, here)


def _owner_clashes(path: Path, tree: Any, feeds: Sequence[_Feed]) -> Iterator[str]:
    """An outlet has one owner, or independent owners could not be counted."""
    owners: dict[str, str] = {}
    for n, feed in enumerate(feeds):
        known = owners.setdefault(feed.outlet, feed.owner)
        if known != feed.owner:
            loc = ("feeds", n, "owner")
            yield (
                f"{path}:{_line(tree, loc)}: {_dotted(loc)}: {feed.outlet} has the "
                f"owner {known!r} elsewhere, found {feed.owner!r}"
            )
