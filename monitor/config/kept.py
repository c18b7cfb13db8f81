"""
What a person fills in on the desk -> watch-lists and subscribers, and both beside those
of feeds.yaml.

Forms are held to what feeds.yaml is held to, in the same words. What was kept is held
to it again whenever it is read: feeds.yaml has changed since, and so may this program.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationError

from monitor.config.fields import Schema, Text, listed, must
from monitor.config.matching import parsed
from monitor.config.mistakes import FormError, misfits_at, no_such
from monitor.config.schema import SubscriberSchema
from monitor.config.settings import Config
from monitor.config.tree import Loc
from monitor.readers import KeptSubscriber, KeptWatchlist, Subscriber, Watchlist
from monitor.text import printable, squeeze

Form = Mapping[str, object]
"""Keys as in feeds.yaml, each with a text or, where that has a list, several. A key
that is absent or blank takes its usual value."""

LISTS = ("weekdays", "watchlists", "themes")
"""The keys of a subscriber that hold several texts."""
LONGEST: Mapping[str, int] = {"name": 100, "query": 2000, "address": 254}
"""Characters of what anybody may send who may fill in a form. The editor of feeds.yaml
has no such limits. RFC 5321 allows no longer mail address."""

_SUBSCRIBER: Loc = ("digest", "subscribers", 0)
_WATCHLIST: Loc = ("watchlists", 0)


class _KeptWatchlistSchema(Schema):
    """A watch-list that always is a query: the database keeps its text."""

    name: Text
    query: Annotated[Any, must("a text", bool), AfterValidator(parsed)]


@dataclass(frozen=True, slots=True)
class Merged:
    """feeds.yaml and what the database keeps, as one."""

    config: Config
    faults: tuple[str, ...]
    """What of the database does not count, why, and what to do about it."""


def check_watchlist(form: Form, taken: Collection[str]) -> Watchlist:
    """A watch-list from a form with ``name`` and ``query``.

    ``taken`` are the names in feeds.yaml. Raises FormError with every mistake, each
    beginning with its key.
    """
    said = _said(form)
    mistakes = [*_faults(said), *_twins(said, taken)]
    try:
        made = _KeptWatchlistSchema.model_validate(said)
    except ValidationError as error:
        raise FormError([*misfits_at(_WATCHLIST, error), *mistakes]) from None
    # As it is kept, which may be longer than what was typed, or shorter.
    mistakes += _too_long("query", str(made.query))
    if mistakes:
        raise FormError(mistakes)
    return Watchlist(made.name, query=made.query)


def check_subscriber(
    form: Form,
    taken: Collection[str],
    watchlists: Sequence[str],
    themes: Sequence[str],
) -> Subscriber:
    """A subscriber from a form with the keys that feeds.yaml has for one.

    ``taken`` are the names of subscribers in feeds.yaml; ``watchlists`` and ``themes``
    those that there are. Raises FormError with every mistake, each beginning with its
    key.
    """
    said = _said(form)
    mistakes = [*_faults(said), *_twins(said, taken)]
    mistakes += _strangers(said, {"watchlists": watchlists, "themes": themes})
    try:
        made = SubscriberSchema.model_validate(said)
    except ValidationError as error:
        raise FormError([*misfits_at(_SUBSCRIBER, error), *mistakes]) from None
    if mistakes:
        raise FormError(mistakes)
    return made.to_subscriber()


def merged(
    filed: Config,
    watchlists: Iterable[KeptWatchlist],
    subscribers: Iterable[KeptSubscriber],
    themes: Sequence[str],
) -> Merged:
    """feeds.yaml with what is kept beside it; where names clash, feeds.yaml wins.

    What is wrong by now is left out and told, so that one row stops nobody else's mail:
    a watch-list or subscriber that could not be entered any more, and names in a
    subscriber of watch-lists and themes that there are not.
    """
    faults: list[str] = []
    lists = {each.name: each for each in filed.watchlists}
    for kept in watchlists:
        asked = {"name": kept.name, "query": kept.query}
        try:
            lists[kept.name] = check_watchlist(asked, lists)
        except FormError as error:
            faults.append(_left_out("watch-list", kept.name, error))
    readers = {each.name: each for each in filed.subscribers}
    known = {"watchlists": [*lists], "themes": themes}
    for one in subscribers:
        name, (form, lost) = one.subscriber.name, _form(one.subscriber, known)
        faults += lost
        try:
            readers[name] = check_subscriber(form, readers, [*lists], themes)
        except FormError as error:
            faults.append(_left_out("subscriber", name, error))
    config = replace(
        filed, watchlists=(*lists.values(),), subscribers=(*readers.values(),)
    )
    return Merged(config, tuple(faults))


def _form(
    reader: Subscriber, known: Mapping[str, Sequence[str]]
) -> tuple[Form, list[str]]:
    """What a person would fill in for a subscriber, and names that there are not."""
    form = {**asdict(reader), "time": f"{reader.time:%H:%M}"}
    lost = _strangers(form, known)
    for key, names in known.items():
        form[key] = tuple(name for name in form[key] if name in names)
    return form, [f"subscriber {reader.name!r} of the database: {e}" for e in lost]


def _left_out(what: str, name: str, error: FormError) -> str:
    verb = f"'monitor {what.replace('-', '')}s remove'"
    return f"{what} {name!r} of the database is left out: {error}; see {verb}"


# --- forms -----------------------------------------------------------------------


def _said(form: Form) -> dict[str, object]:
    """What a person has filled in; of one text where several may stand, a list."""
    said = {key: value for key, value in form.items() if not _is_blank(value)}
    return said | {key: listed(said[key]) for key in LISTS if key in said}


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not squeeze(value))


def _faults(said: Form) -> Iterator[str]:
    """Texts that are too long, or that nobody could read or type again."""
    for key in LONGEST:
        value = said.get(key)
        text = squeeze(value) if isinstance(value, str) else ""
        if key != "query":
            yield from _too_long(key, text)
        if printable(text) != text:
            yield f"{key}: holds a character that cannot be shown; remove it"


def _too_long(key: str, text: str) -> Iterator[str]:
    if len(text) > LONGEST[key]:
        what = f"expected at most {LONGEST[key]} characters"
        yield f"{key}: {what}, found {len(text)}"


def _twins(said: Form, taken: Collection[str]) -> Iterator[str]:
    name = squeeze(str(said.get("name", "")))
    if name in taken:
        yield f"name: {name} is in feeds.yaml already; choose another name"


def _strangers(said: Form, known: Mapping[str, Sequence[str]]) -> list[str]:
    """Names of watch-lists and themes that there are not; what is no name at all."""
    return [
        f"{key}[{n}]: {fault}"
        for key, names in known.items()
        for n, name in enumerate(_several(said.get(key)))
        if (fault := _strange(key, name, names))
    ]


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _strange(key: str, name: object, known: Sequence[str]) -> str:
    if not isinstance(name, str):
        return "expected a name"
    what = {"watchlists": "watch-list", "themes": "theme"}[key]
    return "" if squeeze(name) in known else no_such(what, squeeze(name), known)
