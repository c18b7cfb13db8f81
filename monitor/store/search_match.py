"""
A query and its bounds, as the full-text index takes them.

The index knows words without accents, case and apostrophes; whoever reads the hits
looks at their texts again. So what is asked for is asked widely, and only what is
surely denied is denied here: *ICE* asks for *ice* too, and NOT ICE denies nothing.
"""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from monitor.coverage.search import Bounds
from monitor.errors import ConfigError
from monitor.model import LANGUAGES
from monitor.query import And, Not, Or, Query, Term
from monitor.store.schema_search import MARK
from monitor.text import fold, words

_MOST_SPANS = 150
"""Years, months and days in the bounds: a feed may date its items by any year, and a
period that takes more is left open here."""


@dataclass(frozen=True, slots=True)
class Match:
    """What the index is asked."""

    text: str
    """In the language of FTS5."""
    is_exact: bool
    """Whether it finds what the query does within the bounds, and no more: texts need
    not be read again. But for a word inside another with an apostrophe: it finds
    *Rourke* in *O'Rourke*."""


def match(query: Query, bounds: Bounds) -> Match:
    """What to ask the index for a query that does not hold for an empty text."""
    sunk = _sunk(query)
    texts = _over(sunk)
    if texts is None:  # typed queries and those of watch-lists are asked before
        raise ConfigError(f"{str(query)!r} only says what is not wanted")
    days = _days(bounds)
    is_narrow = days is not None and len(days) <= _MOST_SPANS
    facets = [*_facets(bounds), *([_any(days)] if days and is_narrow else [])]
    are_days = all(at is None or _is_midnight(at) for at in (bounds.start, bounds.end))
    is_empty = days == [] and bounds.start is not None
    is_whole = is_quiet(query) and _is_all(sunk)
    is_exact = is_whole and are_days and is_narrow and not is_empty
    return Match(" AND ".join([texts, *facets]), is_exact)


def is_quiet(query: Query) -> bool:
    """Whether none of its terms has an acronym, which matches capitals alone."""
    match query:
        case Term():
            return not any(map(_is_loud, _all_forms(query)))
        case Not(of):
            return is_quiet(of)
        case And(parts) | Or(parts):
            return all(map(is_quiet, parts))


def _sunk(query: Query, is_denied: bool = False) -> Query:
    """The same query with NOT before terms alone."""
    match query:
        case Term():
            return Not(query) if is_denied else query
        case Not(of):
            return _sunk(of, not is_denied)
        case And(parts) | Or(parts):
            sunk = tuple(_sunk(part, is_denied) for part in parts)
            return And(sunk) if isinstance(query, And) != is_denied else Or(sunk)


def _over(query: Query) -> str | None:
    """What finds all that a query does and maybe more; None: everything may be found.

    That is so for a query alone that holds for an empty text: it is one of denials, or
    an alternative is.
    """
    match query:
        case Term():
            return _any(_phrases(query))
        case Or(parts):
            either = [_over(part) for part in parts]
            return None if None in either else _any(filter(None, either))
        case And(parts):
            both = [text for part in parts if (text := _over(part))]
            denied = [text for part in parts if (text := _surely_denied(part))]
            if not both:
                return None
            asked = f"({' AND '.join(both)})"
            return f"({asked} NOT {_any(denied)})" if denied else asked
        case Not():
            return None


def _is_all(query: Query) -> bool:
    """Whether ``_over`` asks for all that a query says: nothing that it leaves out
    could let an item fall."""
    match query:
        case Term():
            return True
        case Or(parts):
            return all(map(_is_all, parts))
        case And(parts):
            return all(
                _surely_denied(part) or (_over(part) and _is_all(part))
                for part in parts
            )
        case Not():
            return False


def _surely_denied(part: Query) -> str | None:
    """What an item that holds this part cannot have."""
    if isinstance(part, Not) and isinstance(part.of, Term) and is_quiet(part.of):
        return _any(_phrases(part.of))
    return None


def _any(texts: Iterable[str]) -> str:
    return f"({' OR '.join(texts)})"


def _phrases(term: Term) -> Iterator[str]:
    """Each form once: in every column if it counts in both languages."""
    everywhere = dict.fromkeys((_phrase(term.text), *_possessed(term.text)))
    yield from everywhere
    for language in LANGUAGES:
        for form in dict.fromkeys(map(_phrase, term.forms(language))):
            if form not in everywhere:
                yield f"{{{language}_title {language}_summary}} : {form}"


def _phrase(form: str) -> str:
    star = " *" if form.rstrip().endswith("*") else ""
    return f'"{" ".join(_plain(form))}"{star}'


def _possessed(form: str) -> Iterator[str]:
    """*Trump tariffs* stands in *Trump's tariffs*, where the index knows an *s*."""
    plain = _plain(form)
    star = " *" if form.rstrip().endswith("*") else ""
    for n in range(1, len(plain)):
        yield f'"{" ".join((*plain[:n], "s", *plain[n:]))}"{star}'


def _plain(form: str) -> list[str]:
    """Its words as the index knows them, without a possessive."""
    found = [fold(word.replace("’", "'")).removesuffix("'s") for word in words(form)]
    return [part for word in found for part in word.split("'")]


def _all_forms(term: Term) -> Iterator[str]:
    for language in LANGUAGES:
        yield from term.forms(language)


def _is_loud(form: str) -> bool:
    return any(len(word) > 1 and word.isupper() for word in words(form))


# --- bounds --------------------------------------------------------------------------


def _facets(bounds: Bounds) -> Iterator[str]:
    if bounds.side:
        yield f'"{MARK}c{bounds.side}"'
    if bounds.language:
        yield f'"{MARK}l{bounds.language}"'
    if bounds.outlet is not None:
        yield f'"{MARK}o{bounds.outlet.encode().hex()}"'


def _days(bounds: Bounds) -> list[str] | None:
    """What stands for the days of a period in UTC; None if an end is open."""
    if bounds.start is None and bounds.end is None:
        return []
    if bounds.start is None or bounds.end is None:
        return None
    last = (bounds.end - timedelta(microseconds=1)).astimezone(UTC).date()
    first = bounds.start.astimezone(UTC).date()
    return [f'"{MARK}{day}"' for day in _covering(first, last)]


def _is_midnight(at: datetime) -> bool:
    return at.astimezone(UTC).time() == time()


def _covering(first: date, last: date) -> Iterator[str]:
    """Whole years, whole months and days that are all days of a period."""
    day = first
    while day <= last:
        year_end = date(day.year, 12, 31)
        month_end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        if day == date(day.year, 1, 1) and year_end <= last:
            name, end = f"y{day.year:04}", year_end
        elif day.day == 1 and month_end <= last:
            name, end = f"m{day.year:04}{day.month:02}", month_end
        else:
            name, end = f"d{day.isoformat().replace('-', '')}", day
        yield name
        if end == date.max:
            return
        day = end + timedelta(days=1)
