"""Who changed which headline, when, and what words went and came."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from monitor.model import Item
from monitor.text import squeeze

_QUOTES = re.compile(r"[\"'“”‘’«»‹›„‚`´]")
_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"\S*\w\S*")
_EDGES = re.compile(r"^[^\w$€¿¡#@]+|[^\w%?!]+$")


@dataclass(frozen=True, slots=True)
class Revision:
    """A headline that an item had, until it got another."""

    item: Item
    """As it is now."""
    title: str
    until: datetime
    """When the monitor read the next one; the outlet changed it since the poll before
    that."""


@dataclass(frozen=True, slots=True)
class Retitle:
    """One change of one headline."""

    item: Item
    """As it is now."""
    before: str
    after: str
    at: datetime
    """When the monitor read it."""
    minutes: int | None
    """From publication to ``at``; None of an item whose feed gives no date."""
    went: tuple[str, ...]
    """Runs of words that the change took away, in order."""
    came: tuple[str, ...]
    """Runs of words that it brought."""


def retitles(revisions: Iterable[Revision]) -> list[Retitle]:
    """What became of headlines, by (at, item), whatever the order of ``revisions``.

    All revisions of an item are needed: each title's successor is the next one's, and
    the last one's is the item's title now. A change of blanks, case or quotation marks
    alone is none.
    """
    by_item: dict[str, list[Revision]] = {}
    for revision in sorted(revisions, key=lambda r: (r.item.id, r.until)):
        by_item.setdefault(revision.item.id, []).append(revision)
    found = []
    for history in by_item.values():
        titles = [*(revision.title for revision in history), history[0].item.title]
        for revision, after in zip(history, titles[1:], strict=True):
            if _plain(revision.title) != _plain(after):
                found.append(_retitle(revision, after))
    return sorted(found, key=lambda r: (r.at, r.item.id))


def _plain(title: str) -> str:
    # Blanks inside go too: "T - MEC" and "T-MEC" are told apart by no reader.
    return _BLANKS.sub("", _QUOTES.sub("", squeeze(title))).casefold()


def _retitle(revision: Revision, after: str) -> Retitle:
    item = revision.item
    waited = (revision.until - item.published) // timedelta(minutes=1)
    went, came = changed_words(revision.title, after)
    return Retitle(
        item,
        revision.title,
        after,
        revision.until,
        None if item.date_source == "fetched" else waited,
        went,
        came,
    )


def changed_words(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(runs of words that went, runs that came), each in order.

    Case, quotation marks and punctuation around words make no difference, accents do.
    """
    old, new = _words(before), _words(after)
    matcher = SequenceMatcher(
        None, [w.casefold() for w in old], [w.casefold() for w in new], autojunk=False
    )
    went, came = [], []
    for what, i, j, k, m in matcher.get_opcodes():
        if what != "equal":
            went.append(" ".join(old[i:j]))
            came.append(" ".join(new[k:m]))
    return tuple(run for run in went if run), tuple(run for run in came if run)


def _words(title: str) -> Sequence[str]:
    plain = _QUOTES.sub(lambda m: m.group() if m.group() in "'’" else " ", title)
    found = (_EDGES.sub("", word) for word in _WORD.findall(squeeze(plain)))
    return [word.replace("’", "'") for word in found if word]
