"""
Who acts in a headline, to whom it is done, and who is quoted, as far as it says so.

A shallow reading of a headline's grammar by the verbs of ``verbs.tsv`` and the named
actors of ``actors.py``. It looks for the few shapes that nearly all such headlines have
and says nothing of others: what it says shall be right, not all that could be said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.coverage.actors import Actors, Span
from monitor.coverage.clauses import QUOTE, Clause, clauses, is_finite
from monitor.coverage.english import english
from monitor.coverage.grammar import LEADS, Forms, Role, Said, skip
from monitor.coverage.spanish import spanish
from monitor.coverage.verbs import Verbs
from monitor.model import Language


@dataclass(frozen=True, slots=True)
class Voice:
    """One actor in one role in one headline."""

    role: Role
    key: str
    """``Span.key``."""
    written: str


def voices(
    text: str, language: Language, actors: Actors, verbs: Verbs
) -> tuple[Voice, ...]:
    """Who acts, undergoes and is quoted in a headline, each actor once a role."""
    forms = verbs[language]
    said: dict[tuple[Role, str], Voice] = {}
    found = clauses(text, language, actors, verbs)
    for i in range(len(found)):
        for role, span in _said(found, i, actors, language, forms):
            said.setdefault((role, span.key), Voice(role, span.key, span.written))
    return tuple(said.values())


def _said(
    found: Sequence[Clause], i: int, actors: Actors, language: Language, forms: Forms
) -> Iterator[Said]:
    """What one clause says, by itself and as the speaker of another."""
    clause = found[i]
    if clause.asks:
        return
    inner = list(english(clause, forms) if language == "en" else spanish(clause, forms))
    yield from inner
    is_quoting = clause.after[:1] == (":",) and QUOTE in clause.after
    if is_quoting:
        yield from (("quoted", span) for role, span in inner if role == "agent")
    alone = _alone(clause, language)
    if alone is None:
        return
    is_source = _closes(found, i)
    is_speaker = is_source or _speaks(found, i, language, forms)
    is_where = language == "es" and actors.is_place(alone.key)
    if (is_quoting and not is_where) or (is_speaker and not actors.is_place(alone.key)):
        yield "quoted", alone


def _alone(clause: Clause, language: Language) -> Span | None:
    """The actor that a clause consists of."""
    start = skip(clause, 0, LEADS[language])
    span = clause.span_at(start)
    return span if span and span.end == len(clause.tokens) else None


def _speaks(found: Sequence[Clause], i: int, language: Language, forms: Forms) -> bool:
    """Whether a Spanish clause after a colon is what the one before it says.

    In English it may be anything: *Ukraine: what we know*.
    """
    if language == "en" or i + 1 == len(found) or ":" not in found[i].after:
        return False
    following = found[i + 1]
    return not following.asks and any(is_finite(t, forms) for t in following.tokens)


def _closes(found: Sequence[Clause], i: int) -> bool:
    """Whether a clause is the source named at the end: *Exports fell: Inegi*."""
    if i + 1 < len(found) or ":" not in found[i].before:
        return False
    return QUOTE in found[i].before or (i > 0 and len(found[i - 1].tokens) > 3)
