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

from monitor.config.alerts import alert_faults
from monitor.config.mistakes import (
    MistakesError,
    dotted,
    hint,
    lines,
    misfits,
    without_login,
)
from monitor.config.schema import Address, EntrySchema, FeedSchema, FileSchema
from monitor.config.settings import Config
from monitor.config.tree import Loc, line_of, load, read_text
from monitor.entry import Use
from monitor.errors import ConfigError
from monitor.model import Feed

PASSWORD_VARIABLE = "MONITOR_SMTP_PASSWORD"  # noqa: S105 - a name, not a secret

_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)
_LACKS_SCHEME = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?]\S*)?$")


def read_config(path: Path, environ: Mapping[str, str]) -> Config:
    """The checked content of a feeds.yaml.

    Raises ConfigError if the file cannot be read, MistakesError if it says something
    we cannot act on.
    """
    return check(path, read_text(path), environ.get(PASSWORD_VARIABLE, ""))


def check(path: Path, text: str, password: str = "") -> Config:
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
    return schema.to_config(password)


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
    yield from _twins(tree, ("watchlists",), "name", schema.watchlists)
    yield from _twins(tree, readers, "name", schema.digest.subscribers)
    known = [w.name for w in schema.watchlists]
    for n, reader in enumerate(schema.digest.subscribers):
        for k, name in enumerate(reader.watchlists):
            if name not in known:
                what = f"no watch-list is named {name!r}; {hint(name, known)}"
                yield (*readers, n, "watchlists", k), what
    yield from _owner_clashes(schema.feeds)
    yield from _twins(tree, ("alerts",), "name", schema.alerts)
    for n, alert in enumerate(schema.alerts):
        for place, what in alert_faults(alert.to_alert(), known):
            yield ("alerts", n, *place), what
    yield from _entry_faults(tree, schema.bridge)
    poll = schema.poll.to_settings()
    if poll.longest_minutes < poll.interval_minutes:
        what = f"expected at least interval_minutes, {poll.interval_minutes}"
        yield ("poll", "longest_minutes"), f"{what}, found {poll.longest_minutes}"


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
