"""Who acts, undergoes and is quoted in a Spanish clause."""

from collections.abc import Iterator, Sequence

from monitor.coverage.actors import Span
from monitor.coverage.clauses import Clause, is_finite
from monitor.coverage.grammar import (
    BODIES,
    FINITE,
    HAVE,
    LEADS,
    PASSED_OVER,
    ROLE_OF,
    Forms,
    Role,
    Said,
    according,
    form_at,
    passive,
    skip,
    tail,
)
from monitor.coverage.verbs import VerbForm

_SER = frozenset({"es", "son", "fue", "fueron", "sera", "seran", "era", "sido"})
_OF = frozenset({"de", "del"})


def spanish(clause: Clause, forms: Forms) -> Iterator[Said]:
    yield from according(clause, ("segun",), "es")
    yield from according(clause, ("de", "acuerdo", "con"), "es")
    first = clause.tokens[0]
    if is_finite(first, forms) and not clause.span_at(0):
        yield from _verb_first(clause, 0, forms, forms[first.text.lower()])
    else:
        yield from _subject_first(clause, forms)
    for start in clause.parts[1:]:
        form = form_at(clause, start, forms)
        if form and form.kind == "says" and form.tenses & FINITE:
            yield from _verb_first(clause, start, forms, form)
    yield from passive(clause, "es", forms)


def _verb_first(clause: Clause, i: int, forms: Forms, form: VerbForm) -> Iterator[Said]:
    """*Anuncia Sheinbaum ...*; of *Detienen a ...* only to whom it is done."""
    is_plural = form.tenses & FINITE == {"plural"}
    if clause.folded(i + 1) in {"a", "al"}:
        # In the singular it may be a noun: "Multa a Morena".
        if is_plural and form.kind == "acts" and (span := tail(clause, i + 2, "es")):
            yield "patient", span
        return
    span = tail(clause, i + 1, "es")
    if span is None:
        return
    subjects = _and_fellows(clause, span)
    if len(subjects) > 1 or not is_plural:
        yield from ((ROLE_OF[form.kind], each) for each in subjects)


def _and_fellows(clause: Clause, first: Span) -> list[Span]:
    """An actor with those that *y* joins to it."""
    joined = [first]
    while clause.folded(joined[-1].end) in {"y", "e"}:
        following = tail(clause, joined[-1].end + 1, "es")
        if following is None:
            break
        joined.append(following)
    return joined


def _subject_first(clause: Clause, forms: Forms) -> Iterator[Said]:
    start = skip(clause, 0, LEADS["es"])
    if clause.folded(start) in BODIES["es"] and clause.folded(start + 1) in _OF:
        start += 2
    if start == 1 and not clause.span_at(1):  # El dibujante Helio Flores
        start = 2
    span = clause.span_at(start)
    if span is None:
        return
    subjects = _and_fellows(clause, span)
    end = subjects[-1].end
    while more := clause.span_at(end):  # México Femenil
        end = more.end
    if clause.folded(end) in _OF and (whose := tail(clause, end + 1, "es")):
        end = whose.end
    if end in clause.commas:
        nowhere = len(clause.tokens)
        end = next((c for c in sorted(clause.commas) if c > end), nowhere)
    verb = skip(clause, end, PASSED_OVER["es"])
    yield from _spanish_verb(clause, verb, subjects, forms)


def _spanish_verb(
    clause: Clause, i: int, subjects: Sequence[Span], forms: Forms
) -> Iterator[Said]:
    word = clause.folded(i)
    form = form_at(clause, i, forms)
    if word in HAVE or word in _SER:
        then = i + 2 if clause.folded(i + 1) in _SER else i + 1
        is_passive = word in _SER or then == i + 2
        form = form_at(clause, then, forms)
        if form is None or "participle" not in form.tenses:
            return
        role: Role = "patient" if is_passive else ROLE_OF[form.kind]
        yield from ((role, span) for span in subjects)
    elif word in {"va", "van", "iran", "ira"} and clause.folded(i + 1) in {"a", "por"}:
        form = form_at(clause, i + 2, forms)
        yield from ((ROLE_OF[form.kind] if form else "agent", s) for s in subjects)
    elif form and form.tenses & FINITE:
        yield from ((ROLE_OF[form.kind], span) for span in subjects)
