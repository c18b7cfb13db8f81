"""Who acts, undergoes and is quoted in an English clause."""

from collections.abc import Iterator, Sequence

from monitor.coverage.actors import Span
from monitor.coverage.clauses import Clause
from monitor.coverage.grammar import (
    BODIES,
    HAVE,
    PASSED_OVER,
    ROLE_OF,
    Forms,
    Said,
    according,
    form_at,
    passive,
    skip,
    tail,
)
from monitor.coverage.verbs import VerbForm
from monitor.stories.names import CALENDAR
from monitor.text import words

_PREPOSITIONS = frozenset(
    words(
        "in at on of over after from during as against for with to by near into amid "
        "across between behind beyond inside outside towards since until within "
        "despite before following without through under about than that and"
    )
)
_NOT_YET_THERE = _PREPOSITIONS | {"who", "why", "how", "what", "when", "if", "while"}
"""What an English subject cannot have before its name: *suspect in Tampa shooting*."""
_NOUNS_TOO = frozenset(
    words(
        "strikes attacks plans talks reports claims cuts hikes protests charges offers "
        "orders calls deals moves changes fines plays threats sanctions tests rallies "
        "votes rules shows shells bombs raises clashes visits backs questions demands "
        "fights results hits runs rolls signals posts files aids arrests exports "
        "imports shares ships returns needs costs bans lands fires"
    )
)
"""Forms that are plural nouns as well: *Israel strikes kill ten*."""
_VERBS_BEFORE = frozenset({("calls", "for"), ("files", "for"), ("hits", "with")})
"""Two words of which the first is a verb then."""
_BE = frozenset({"is", "are", "was", "were", "been", "be"})
_NEGATED = frozenset(
    {"won't", "doesn't", "didn't", "don't", "will", "to", "does", "did"}
)


def english(clause: Clause, forms: Forms) -> Iterator[Said]:
    yield from according(clause, ("according", "to"), "en")
    for span in clause.spans:
        before = [
            t
            for i, t in enumerate(clause.tokens[: span.start])
            if i >= _opening(clause, span)
            and not any(s.start <= i < s.end for s in clause.spans)
        ]
        if any(_bars_subject(t.text.lower(), forms) for t in before):
            break
        verb = skip(clause, span.end, PASSED_OVER["en"] | BODIES["en"])
        if verb in clause.commas:
            end = len(clause.tokens)
            verb = next((c for c in sorted(clause.commas) if c > verb), end)
            verb = skip(clause, verb, PASSED_OVER["en"])
        if clause.folded(verb).endswith("ly"):
            verb += 1
        subjects = _with_fellows(clause, span)
        is_plural = len(subjects) > 1 or clause.tokens[span.end - 1].text.endswith("s")
        said = list(_english_verb(clause, verb, subjects, is_plural, forms))
        if said:
            yield from said
            break
    for start in clause.parts[1:]:
        yield from _english_aside(clause, start, forms)
    yield from passive(clause, "en", forms)


def _opening(clause: Clause, span: Span) -> int:
    """Where the part that may hold a subject begins: *Despite all that, US insists*."""
    if clause.folded(0) not in _PREPOSITIONS:
        return 0
    return max((c for c in clause.commas if c <= span.start), default=0)


def _bars_subject(word: str, forms: Forms) -> bool:
    """Whether a word cannot stand in the subject, before its name."""
    form = forms.get(word)
    is_verb = form is not None and form.tenses == {"present"}
    return word in _NOT_YET_THERE - {"and"} or is_verb


def _english_verb(
    clause: Clause, i: int, subjects: Sequence[Span], is_plural: bool, forms: Forms
) -> Iterator[Said]:
    """What the words from token i on make of the subjects before them."""
    word = clause.folded(i).replace("’", "'")
    if word in _NEGATED and (form := form_at(clause, _after(clause, i), forms)):
        if "base" in form.tenses:
            yield from ((ROLE_OF[form.kind], span) for span in subjects)
    elif word in _BE:
        yield from _english_be(clause, _after(clause, i), subjects, forms)
    elif word in HAVE:
        then = _after(clause, i)
        if clause.folded(then) in _BE:
            yield from _english_be(clause, then + 1, subjects, forms)
        elif (form := form_at(clause, then, forms)) and "participle" in form.tenses:
            yield from ((ROLE_OF[form.kind], span) for span in subjects)
    elif form := form_at(clause, i, forms):
        if _is_active(clause, i, form, is_plural, forms):
            yield from ((ROLE_OF[form.kind], span) for span in subjects)
        elif "participle" in form.tenses and clause.folded(i + 1) == "by":
            yield from (("patient", span) for span in subjects)


def _after(clause: Clause, i: int) -> int:
    return skip(clause, i + 1, PASSED_OVER["en"] | {"not"})


def _english_be(
    clause: Clause, i: int, subjects: Sequence[Span], forms: Forms
) -> Iterator[Said]:
    form = form_at(clause, i, forms)
    if form and "gerund" in form.tenses:
        yield from ((ROLE_OF[form.kind], span) for span in subjects)
    elif form and "participle" in form.tenses and form.kind != "undergoes":
        yield from (("patient", span) for span in subjects)


def _is_active(
    clause: Clause, i: int, form: VerbForm, is_plural: bool, forms: Forms
) -> bool:
    """Whether a bare verb is one of its own, no participle and no noun."""
    word, following = clause.tokens[i].text.lower(), clause.folded(i + 1)
    if "present" in form.tenses:
        then = form_at(clause, i + 1, forms)
        if following == "to" or (word, following) in _VERBS_BEFORE:
            return True
        is_noun = following in _PREPOSITIONS or (
            then is not None and bool(then.tenses & {"base", "present", "past"})
        )
        return not (word in _NOUNS_TOO and is_noun)
    if form.tenses & {"base"} and is_plural:
        return True
    if "past" not in form.tenses:
        return False
    if "participle" not in form.tenses:
        return True
    ends = i + 1 == len(clause.tokens) or i + 1 in clause.commas
    return not ends and following not in _PREPOSITIONS | CALENDAR


def _english_aside(clause: Clause, start: int, forms: Forms) -> Iterator[Said]:
    """The speaker of what stands before a comma: *..., Ebrard says*."""
    if span := tail(clause, start, "en"):
        form = form_at(clause, span.end, forms)
        if form and form.kind == "says" and span.end + 1 == len(clause.tokens):
            yield "quoted", span
    form = form_at(clause, start, forms)
    is_said = form and form.kind == "says" and "present" in form.tenses
    if is_said and (span := tail(clause, start + 1, "en")):
        yield "quoted", span


def _with_fellows(clause: Clause, last: Span) -> list[Span]:
    """An actor with those that *and* or a comma joins to it from the left."""
    joined = [last]
    for span in reversed(clause.spans):
        head = joined[0].start
        is_and = clause.folded(head - 1) in {"and", "y", "e"} and span.end == head - 1
        if is_and or (span.end == head and head in clause.commas):
            joined.insert(0, span)
    return joined
