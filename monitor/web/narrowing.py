"""
How a page narrows its list down: the form, what is chosen, and the ways on from there.

Every list shows the same: ``templates/_filters.html`` has the macros.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.digest.headline import clean
from monitor.model import SIDES
from monitor.outline import Count, Order
from monitor.pipeline import Desk
from monitor.text import clip
from monitor.web.catalogue import later
from monitor.web.filters import BOUNDS, CHOICES, KEYS, ORDERS, query_of
from monitor.web.guide import Guide

Kind = Literal["date", "text", "choice", "name"]
Of = Literal["stories", "items"]
"""What a list is of."""
_CHIP = 60
"""Characters of a name that a chip shows."""

LABELS: Mapping[str, str] = {
    "since": later("From"),
    "until": later("To"),
    "side": later("Side"),
    "language": later("Language"),
    "outlet": later("Outlet"),
    "theme": later("Theme"),
    "certainty": later("Certainty"),
    "leader": later("First to tell it"),
    "watchlist": later("Watch-list"),
    "order": later("Order"),
}
"""Of the filters, by their keys in an address."""
_TOLD = {
    "both": later("On both sides"),
    "en": later("English"),
    "es": later("Spanish"),
}
_CERTAINTIES: Mapping[Of, Mapping[str, str]] = {
    "stories": {
        "feed": later("By the outlets’ own times"),
        "default-zone": later("A time zone is assumed"),
        "poll-bounded": later("Uncertain"),
    },
    "items": {
        "feed": later("The feed’s own time"),
        "default-zone": later("Read in the outlet’s zone"),
        "poll-bounded": later("Undated"),
    },
}
_ORDERS: Mapping[Order, str] = {
    "newest": later("Newest item first"),
    "first": later("Last begun first"),
    "largest": later("Most items first"),
    "lag": later("Longest lag first"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a filter may have."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One filter of the form."""

    key: str
    label: str
    kind: Kind
    value: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is chosen, and the address of the list without it."""

    label: str
    value: str
    address: str


@dataclass(frozen=True, slots=True)
class Link:
    """A way on."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """How one list is narrowed down."""

    path: str
    """Where the form leads."""
    fields: tuple[Field, ...]
    kept: tuple[tuple[str, str], ...]
    """What else of the address the form brings along."""
    chips: tuple[Chip, ...]
    clear: str
    """The list without any filter."""


class Narrower:
    """Makes the forms of one site's lists; of ``desk`` are the names it offers."""

    def __init__(
        self,
        desk: Desk,
        guide: Guide,
        of: Of = "stories",
        choices: Mapping[str, Collection[str]] = CHOICES,
    ) -> None:
        self._guide = guide
        self._choices = choices
        outlets = sorted({feed.outlet for feed in desk.feeds}, key=str.casefold)
        language = guide.language
        self._names: Mapping[str, Sequence[tuple[str, str]]] = {
            "outlet": [(name, clean(name)) for name in outlets],
            "theme": [(t.name, clean(t.label(language))) for t in desk.themes.themes],
            "watchlist": [(w.name, clean(w.name)) for w in desk.watchlists],
            "certainty": [(k, guide.say(m)) for k, m in _CERTAINTIES[of].items()],
            "order": [(each, guide.say(_ORDERS[each])) for each in ORDERS],
        }

    def of(
        self,
        path: str,
        query: Mapping[str, str],
        keys: Collection[str] = KEYS,
        kept: Collection[str] = (),
        labels: Mapping[str, str] | None = None,
    ) -> Narrowing:
        """The filters ``keys`` of a list; ``order`` may be one of them.

        ``kept`` are keys of the page that the filters leave alone, ``labels`` texts of
        the catalogue that fit this list better than ours.
        """
        said = {k: query[k] for k in (*kept, *keys) if query.get(k, "").strip()}
        named = {**LABELS, **(labels or {})}
        chips = (
            Chip(
                self._guide.say(named[key]),
                clip(self._shown(key, said[key]), _CHIP),
                path + query_of(said, kept=kept, **{key: None}),
            )
            for key in keys
            if key in said and key != "order"
        )
        lasting = {k: said[k] for k in (*kept, "order") if k in said}
        return Narrowing(
            path=path,
            fields=tuple(
                self._field(key, self._guide.say(named[key]), said.get(key, ""))
                for key in keys
            ),
            kept=tuple((key, said[key]) for key in kept if key in said),
            chips=tuple(chips),
            clear=path + query_of(lasting, kept=kept),
        )

    def _field(self, key: str, label: str, value: str) -> Field:
        if key in BOUNDS:
            return Field(key, label, "text" if "T" in value else "date", value)
        choices = tuple(
            Choice(each, text, is_chosen=each == value) for each, text in self._all(key)
        )
        return Field(
            key, label, "name" if key == "outlet" else "choice", value, choices
        )

    def _all(self, key: str) -> Sequence[tuple[str, str]]:
        if key in self._names:
            return self._names[key]
        return [(value, self._word(value)) for value in self._choices[key]]

    def _shown(self, key: str, value: str) -> str:
        if key in BOUNDS:
            return value
        return dict(self._all(key)).get(value, clean(value))

    def _word(self, value: str) -> str:
        words = self._guide.words
        for side in SIDES:
            if value == side:
                return words.side[side]
            if value == f"only-{side}":
                return words.only[side]
        return self._guide.say(_TOLD[value])


def counted(count: Count, one: str, many: str, guide: Guide) -> str:
    """``12 stories``, or ``More than 10,000 stories``: texts of the catalogue."""
    told = guide.say_n(one, many, count.number)
    return guide.say("More than {told}", told=told) if count.is_more else told


def exports(
    name: str, query: Mapping[str, str], atom: str = "", kept: Collection[str] = ()
) -> tuple[Link, ...]:
    """The same list as files, and ``atom`` as a feed."""
    asked = query_of(query, kept=kept)
    files = (("CSV", "csv"), ("JSON", "json"), ("JSON Lines", "jsonl"))
    links = [Link(text, f"/export/{name}.{form}{asked}") for text, form in files]
    return (*links, Link("Atom", atom + asked)) if atom else tuple(links)
