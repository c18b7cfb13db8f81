"""
feeds.yaml and the environment -> Config.

Every mistake names file, line, key, what was expected and, for a misspelt key, the
nearest one we know. Secrets come from the environment alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from monitor.config.mistakes import (
    MistakesError,
    dotted,
    hint,
    lines,
    misfits,
    without_login,
)
from monitor.config.schema import Address, EntrySchema, FeedSchema, FileSchema
from monitor.config.settings import Config, Secrets
from monitor.config.tree import Loc, line_of, load, read_text
from monitor.entry import Use
from monitor.errors import ConfigError
from monitor.model import Feed

PASSWORD_VARIABLE = "MONITOR_SMTP_PASSWORD"  # noqa: S105 - a name, not a secret
DKIM_VARIABLE = "MONITOR_DKIM_KEY"

NO_SECRETS = Secrets()

_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)
_LACKS_SCHEME = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?]\S*)?$")


def read_config(path: Path, environ: Mapping[str, str]) -> Config:
    """The checked content of a feeds.yaml.

    Raises ConfigError if the file, or one that holds a secret, cannot be read,
    MistakesError if it says something we cannot act on.
    """
    secrets = Secrets(
        _secret(environ, PASSWORD_VARIABLE), _secret(environ, DKIM_VARIABLE)
    )
    return check(path, read_text(path), secrets)


def check(path: Path, text: str, secrets: Secrets = NO_SECRETS) -> Config:
    """What a text would say as the feeds.yaml at ``path``.

    Raises ConfigError and MistakesError as ``read_config`` does.
    """
    tree = load(path, text)
    if not isinstance(tree, dict):
        keys = ", ".join(FileSchema.model_fields)
        raise ConfigError(f"{path}:1: expected a mapping with the keys {keys}")
    try:
        schema = FileSchema.model_validate(tree)
    except ValidationError as error:
        raise MistakesError(lines(path, tree, misfits(error.errors()))) from None
    if found := list(_disagreements(tree, schema)):
        raise MistakesError(lines(path, tree, found))
    return schema.to_config(secrets)


def _secret(environ: Mapping[str, str], name: str) -> str:
    """The variable of this name, or what is in the file that NAME_FILE names."""
    file = environ.get(f"{name}_FILE", "")
    if not file:
        return environ.get(name, "")
    if environ.get(name):
        raise ConfigError(f"{name} and {name}_FILE are both set; remove one")
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        what = f"{file}: cannot be read: {error.strerror}"
        raise ConfigError(f"{name}_FILE: {what}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"{name}_FILE: {file}: is no text in UTF-8") from None


def check_feed(values: Mapping[str, object]) -> Feed:
    """One feed from the values of its keys, as they would stand in feeds.yaml.

    Raises ConfigError with what is wrong first, without a place.
    """
    try:
        return FeedSchema.model_validate(values).to_feed()
    except ValidationError as error:
        placed = [{**e, "loc": ("feeds", 0, *e["loc"])} for e in error.errors()]
        loc, what = next(misfits(cast(list[ErrorDetails], placed)))
        raise ConfigError(f"{dotted(loc[2:])}: {what}") from None


def check_address(url: str) -> None:
    """Raises ConfigError, with a remedy, if no feed of feeds.yaml may be there."""
    try:
        _ADDRESS.validate_python(url)
    except ValidationError as error:
        _, what = next(misfits(error.errors()))
        if _LACKS_SCHEME.match(url):
            raise ConfigError(
                f"{url}: is no web address; write https:// before it"
            ) from None
        raise ConfigError(f"{without_login(url)}: {what}") from None


def _disagreements(tree: Any, schema: FileSchema) -> Iterator[tuple[Loc, str]]:
    """Mistakes that one value alone does not show: twins and dangling names."""
    readers = ("digest", "subscribers")
    yield from _twins(tree, ("feeds",), "url", schema.feeds)
    yield from _twins(tree, readers, "name", schema.digest.subscribers)
    yield from _watchlist_faults(tree, schema)
    yield from _twins(tree, ("themes",), "name", schema.themes)
    yield from _theme_faults(schema)
    yield from _owner_clashes(schema.feeds)
    yield from _entry_faults(tree, schema.bridge)
    yield from _twins(tree, ("framing",), "concept", schema.framing)
    for n, concept in enumerate(schema.framing):
        for place, what in concept.to_concept().faults():
            yield ("framing", n, *place), what
    poll = schema.poll.to_settings()
    if poll.longest_minutes < poll.interval_minutes:
        what = f"expected at least interval_minutes, {poll.interval_minutes}"
        yield ("poll", "longest_minutes"), f"{what}, found {poll.longest_minutes}"


def _watchlist_faults(tree: Any, schema: FileSchema) -> Iterator[tuple[Loc, str]]:
    """Watch-lists that ask for nothing, or twice, and names that none has."""
    first: dict[str, Loc] = {}
    for loc, watchlist in schema.all_watchlists:
        if watchlist.is_name:
            yield (*loc, "terms"), "is missing; give terms or a query"
        if watchlist.terms and watchlist.query is not None:
            yield (*loc, "query"), "stands beside terms; remove one of them"
        if (known := first.setdefault(watchlist.name, loc)) != loc:
            line = line_of(tree, (*known, "name"))
            what = f"{watchlist.name} is already on line {line}; remove one"
            yield (*loc, "name"), what
    for n, reader in enumerate(schema.digest.subscribers):
        for k, watchlist in enumerate(reader.watchlists):
            if watchlist.is_name and watchlist.name not in first:
                what = f"no watch-list is named {watchlist.name!r}"
                here = ("digest", "subscribers", n, "watchlists", k)
                yield here, f"{what}; {hint(watchlist.name, list(first))}"


def _theme_faults(schema: FileSchema) -> Iterator[tuple[Loc, str]]:
    """Themes that are dropped and described in one breath, or say nothing."""
    for n, theme in enumerate(schema.themes):
        edit = theme.to_edit()
        says = any((edit.en, edit.es, edit.terms_en, edit.terms_es))
        if edit.drop and (says or edit.replace):
            yield ("themes", n, "drop"), "leaves nothing to describe; remove the rest"
        elif not edit.drop and not says:
            yield ("themes", n), "changes nothing; give labels or terms, or drop: true"
        elif edit.replace and not (edit.terms_en and edit.terms_es):
            missing = "en" if not edit.terms_en else "es"
            what = f"needs terms of both languages; {missing} has none"
            yield ("themes", n, "replace"), what


def _entry_faults(
    tree: Any, schemas: Sequence[EntrySchema]
) -> Iterator[tuple[Loc, str]]:
    """Entries of the bridge that cannot stand, alone or beside those before them."""
    first: dict[Use, int] = {}
    for n, schema in enumerate(schemas):
        here = ("bridge", n)
        if schema.both and (schema.en or schema.es):
            yield (*here, "both"), "stands for en and es; remove it or them"
        entry = schema.to_entry()
        for key, what in entry.faults():
            yield (*here, key), what
        if use := next((u for u in entry.uses() if first.setdefault(u, n) != n), None):
            line = line_of(tree, ("bridge", first[use]))
            yield here, f"{use[2]!r} is already on line {line}; remove one"


def _twins(
    tree: Any, loc: Loc, key: str, schemas: Iterable[BaseModel]
) -> Iterator[tuple[Loc, str]]:
    first: dict[str, int] = {}
    for n, schema in enumerate(schemas):
        here, value = (*loc, n, key), getattr(schema, key)
        if value in first:
            yield here, f"{value} is already on line {first[value]}; remove one"
        first.setdefault(value, line_of(tree, here))


def _owner_clashes(feeds: Sequence[FeedSchema]) -> Iterator[tuple[Loc, str]]:
    """An outlet has one owner, or independent owners could not be counted."""
    owners: dict[str, str] = {}
    for n, feed in enumerate(feeds):
        known = owners.setdefault(feed.outlet, feed.owner)
        if known != feed.owner:
            what = f"expected {known!r}, the owner of {feed.outlet} elsewhere"
            yield ("feeds", n, "owner"), f"{what}, found {feed.owner!r}"
