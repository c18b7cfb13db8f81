"""
Which item is which: what an item may be known by, and when two are the same.

A feed promises no lasting name for its items. Guids rotate, repeat and are missing;
links gain trackers, new slugs and a second section; headlines change, and a column's
headline returns every day. So an item is known by several *keys*, each a kind and a
digest, and texts are compared before two are taken for one: a wrongly joined item is
lost, one kept twice is only seen twice.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from monitor.model import Feed, Item, Sighting
from monitor.text import fold, words

TEXT_HOURS = 12
"""How far apart the same title and text may be published and be one item. Of 438
Mexican titles that return, 413 do so after more; a day's column never returns in it."""
MIN_TEXT = 40
"""Letters and digits that say enough: ``The cartoon`` over no text is no identity."""
ALIKE = 0.5
"""Share of the shorter title's content words, from which two titles are alike. Holds
for all 46 headlines that three Mexican outlets changed under one article id, and for
0.4 % of 264,000 pairs of other headlines that they published within the hour."""
_MIN_SUMMARY = 60
"""Letters of a text that need no title. Of 40 real pairs with one such text and two
titles within TEXT_HOURS, 37 are one item with a new headline under a new link."""
_MAX_TEXT = 200  # letters compared; feeds of one outlet cut their summaries elsewhere
_MIN_WORD = 4  # letters of a content word; shorter ones are mostly grammar

_LASTING = ("id", "url", "guid", "dated", "text")
"""Kinds of keys, the most lasting first: an item's id is made of the first it has."""
_NO_LETTERS = re.compile(r"[\W_]+")


def keys(
    feed: Feed,
    outlet: str,
    url: str,
    guid: str,
    title: str,
    summary: str,
    published_raw: str,
) -> tuple[str, ...]:
    """What an item may be known by, the surest first; at least one.

    ``url`` is canonical, the others as the feed has them. The guid counts within its
    feed, link, article id and text within their outlet. A link to a bare home page
    names no article. Title and text count if they say enough; those of a recurring
    column only if its text alone does. An item without a guid has its link for one, so
    that it is still known when its outlet gets another name; one with neither is known
    by title and date.
    """
    found = []
    place = _place(url)
    own = _own_id(feed.id_pattern, url)
    if guid:
        found.append(_key("guid", "guid", feed.url, guid))
    elif place:
        found.append(_key("guid", "link", feed.url, *place))
    if place:
        found.append(_key("url", "url", outlet, *place))
    if own:
        found.append(_key("id", "id", outlet, own))
    if not found:
        found.append(_key("dated", "text", feed.url, title, published_raw))
    if text := _telling(feed, title, summary):
        found.append(_key("text", "plain", outlet, text))
    return tuple(found)


def item_id(keys: Iterable[str]) -> str:
    """16 hexadecimal digits, from the key that lasts longest.

    That is, in order: the outlet's own article id; the link, since guids rotate and
    repeat; the guid; title and date. An outlet's feeds share the first two, so an
    item in two of its sections has one id.
    """
    by_kind = {key.partition(":")[0]: key for key in reversed(list(keys))}
    return next(by_kind[k] for k in _LASTING if k in by_kind).partition(":")[2]


def are_alike(one: Item, other: Item) -> bool:
    """Whether two texts may be versions of one: of the title or, if longer, the text.

    A recurring title says nothing; there the text must be alike.
    """
    if not (one.recurring or other.recurring) and _overlap(one.title, other.title):
        return True
    shorter = min(len(one.summary), len(other.summary))
    return shorter >= MIN_TEXT and _overlap(one.summary, other.summary)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows about a document's items."""

    items: Mapping[str, Item]
    """Key -> the item that it names."""
    shared: Collection[str] = ()
    """Keys that proved to name several items: they do not name one by themselves."""
    beside: Collection[str] = ()
    """Ids of the items that the same document shows unchanged."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose sighting one is."""

    item: Item
    """The known one or, if ``is_new``, the one seen, with the id to keep it under."""
    is_new: bool
    keys: tuple[str, ...]
    """Those that may name it from now on."""


def match(sighting: Sighting, known: Known) -> Item | None:
    """The known item that a sighting shows, or none.

    First one whose text is alike, under any key that they share. Then one with its
    article id, however all else has changed; or with its guid, if that is not under
    another link, or has the same date: otherwise the feed gives one guid to several
    items; or with its link, if the guid is the same, too, or the dates are within
    ``TEXT_HOURS``: otherwise it is a page on which bulletins replace each other. Title
    and text count for ``TEXT_HOURS``.
    """
    new = sighting.item
    found = [(key, known.items[key]) for key in sighting.keys if key in known.items]
    for key, old in found:
        is_text = key.startswith("text:")
        if _is_reprint(new, old) if is_text else are_alike(new, old):
            return old
    for key, old in found:
        if key not in known.shared and _suffices(key, sighting, old, known):
            return old
    return None


def tell_apart(
    sightings: Sequence[Sighting], known: Known
) -> tuple[list[Identity], set[str]]:
    """Who each sighting of one document is, and the keys that name several items.

    Of two that share a key but differ in all else, both are kept. Which sightings are
    joined does not depend on their order; the first of those joined is the one kept.
    """
    struck = _contradicted(sightings, known) | _ambiguous(sightings)
    known = replace(known, shared=struck.union(known.shared))
    targets = [match(sighting, known) for sighting in sightings]
    joined = _joined(sightings, known.shared)
    chosen = _chosen(joined, targets)
    made: dict[int, Item] = {}
    identities = []
    for sighting, head, target in zip(sightings, joined, targets, strict=True):
        kept = tuple(key for key in sighting.keys if key not in known.shared)
        item = target or chosen.get(head)
        if item:
            identities.append(Identity(item, False, kept))
        else:
            item = made.setdefault(head, _named(sighting, kept, known))
            identities.append(Identity(item, True, kept))
    return identities, struck


def _key(kind: str, *parts: str) -> str:
    identity = "\0".join(parts)
    digest = hashlib.sha256(identity.encode(errors="replace")).hexdigest()
    return f"{kind}:{digest[:16]}"


def _place(url: str) -> tuple[str, str, str] | None:
    """What of a link names an item; None if nothing does."""
    parts = urlsplit(url)
    if not parts.query and not parts.path.strip("/"):
        return None
    # Feeds move from http to https, and caches shuffle parameters.
    query = "&".join(sorted(parts.query.split("&")))
    return parts.netloc, parts.path, query


def _own_id(pattern: str | None, url: str) -> str | None:
    found = re.search(pattern, url) if pattern else None
    return found[1] if found else None


def _telling(feed: Feed, title: str, summary: str) -> str:
    """The text or, if it is short, title and text; empty if they say too little."""
    text = _letters(summary)
    if len(text) >= _MIN_SUMMARY:
        return text
    both = f"{_letters(title)} {text}"
    is_recurring = any(re.search(name, title) for name in feed.recurring_titles)
    return both if len(text if is_recurring else both) > MIN_TEXT else ""


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text.casefold())[:_MAX_TEXT]


def _overlap(one: str, other: str) -> bool:
    """Whether two texts share enough content words, and more than one."""
    mine, theirs = _content_words(one), _content_words(other)
    shared = len(mine & theirs)
    fewest = min(len(mine), len(theirs))
    return shared >= max(ALIKE * fewest, 2) or mine == theirs


def _content_words(text: str) -> set[str]:
    return {
        word for word in words(fold(text)) if len(word) >= _MIN_WORD or word.isdigit()
    }


def _is_reprint(one: Item, other: Item) -> bool:
    """Whether two items with one text, under different links, are one.

    That is, if they come within hours and their titles do not name different things:
    a forecast for two towns may have one text.
    """
    if not _is_near(one, other):
        return False
    mine, theirs = _names(one.title), _names(other.title)
    name_the_same = mine <= theirs or theirs <= mine
    return name_the_same and _overlap(one.title, other.title)


def _names(title: str) -> set[str]:
    """Words that may name: numbers, and those with a capital or figure in them."""
    return {
        fold(word) for word in words(title) if word != word.lower() or word.isdigit()
    }


def _suffices(key: str, sighting: Sighting, old: Item, known: Known) -> bool:
    """Whether a key is proof enough without a text that is alike."""
    new = sighting.item
    if key.startswith("guid:"):
        return _has_no_other_link(new, old) or _has_same_date(new, old)
    if key.startswith("url:"):
        return _is_near(new, old) or any(
            known.items.get(other) == old
            for other in sighting.keys
            if other.startswith("guid:") and other not in known.shared
        )
    return not key.startswith("text:")


def _is_near(one: Item, other: Item) -> bool:
    return abs(one.published - other.published) <= timedelta(hours=TEXT_HOURS)


def _has_no_other_link(one: Item, other: Item) -> bool:
    here, there = _place(one.url), _place(other.url)
    return not here or not there or here == there


def _has_same_date(one: Item, other: Item) -> bool:
    are_dated = "fetched" not in (one.date_source, other.date_source)
    return are_dated and one.published == other.published


def _contradicted(sightings: Iterable[Sighting], known: Known) -> set[str]:
    """Keys under which the document shows another item, unchanged, beside."""
    return {
        struck
        for sighting in sightings
        for key in sighting.keys
        if key in known.items
        and known.items[key].id in known.beside
        and key.startswith(("guid:", "url:"))
        and not _is_same(sighting, known.items[key], known)
        for struck in _with_own_id(key, sighting)
    }


def _is_same(sighting: Sighting, old: Item, known: Known) -> bool:
    return are_alike(sighting.item, old) or any(
        key.startswith("id:") and known.items.get(key) == old
        for key in sighting.keys
        if not _has_no_other_link(sighting.item, old)
    )


def _with_own_id(key: str, sighting: Sighting) -> Iterable[str]:
    """A link that names nothing takes along the article id that is part of it."""
    yield key
    if key.startswith("url:"):
        yield from (own for own in sighting.keys if own.startswith("id:"))


def _ambiguous(sightings: Iterable[Sighting]) -> set[str]:
    """Keys that the document gives to sightings that differ in all else."""
    struck: set[str] = set()
    for key, holders in _by_key(sightings).items():
        if len(holders) > 1 and key.startswith(("guid:", "url:")):
            # Neighbours only: a hostile feed gives one guid to thousands.
            holders.sort(key=_reading_order)
            if not all(map(_may_be_one, holders, holders[1:])):
                for holder in holders:
                    struck.update(_with_own_id(key, holder))
    return struck


def _reading_order(sighting: Sighting) -> tuple[str, datetime, str, str]:
    item = sighting.item
    return item.title, item.published, item.summary, item.url


def _may_be_one(one: Sighting, other: Sighting) -> bool:
    if are_alike(one.item, other.item):
        return True
    own = {key for key in one.keys if key.startswith("id:")}
    # One article id under two links is an item under a new slug.
    return not own.isdisjoint(other.keys) and one.item.url != other.item.url


def _by_key(sightings: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    found: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        for key in sighting.keys:
            found.setdefault(key, []).append(sighting)
    return found


def _joined(sightings: Sequence[Sighting], shared: Collection[str]) -> list[int]:
    """For each sighting, the place of the first of those it is one with."""
    heads = list(range(len(sightings)))

    def head(place: int) -> int:
        while heads[place] != place:
            heads[place] = place = heads[heads[place]]
        return place

    for one, other in _pairs(sightings, shared):
        first, second = sorted((head(one), head(other)))
        heads[second] = first
    return [head(place) for place in range(len(sightings))]


def _pairs(
    sightings: Sequence[Sighting], shared: Collection[str]
) -> Iterator[tuple[int, int]]:
    """Places of sightings that are one item because of a key."""
    holders: dict[str, list[int]] = {}
    for place, sighting in enumerate(sightings):
        for key in sighting.keys:
            if key not in shared:
                holders.setdefault(key, []).append(place)
    for key, places in holders.items():
        if len(places) > 1:
            # One order whatever the document's; like titles come side by side.
            places.sort(key=lambda place: _reading_order(sightings[place]))
            for one, other in pairwise(places):
                items = sightings[one].item, sightings[other].item
                if not key.startswith("text:") or _is_reprint(*items):
                    yield one, other


def _chosen(heads: Iterable[int], targets: Iterable[Item | None]) -> dict[int, Item]:
    """Head -> the known item that one of those joined shows."""
    chosen: dict[int, Item] = {}
    for head, target in zip(heads, targets, strict=True):
        if target and (head not in chosen or target.id < chosen[head].id):
            chosen[head] = target
    return chosen


def _named(sighting: Sighting, kept: tuple[str, ...], known: Known) -> Item:
    """A new item under the id of the most lasting key that is its own."""
    own = [k for k in kept if k not in known.items and not k.startswith("text:")]
    lasting = [k for k in sighting.keys if not k.startswith("text:")]
    if own == lasting:
        return sighting.item
    item = sighting.item
    rest = (item.feed, item.title, item.summary, item.published_raw)
    return replace(item, id=item_id([*own, _key("dated", "rest", *rest)]))
