"""
Who acts in a headline, to whom it is done, and who is quoted, as far as it says so.

A shallow reading of a headline's grammar by the verbs of ``verbs.tsv`` and the named
actors of ``actors.py``. It looks for the few shapes that nearly all such headlines have
and says nothing of others: what it says shall be right, not all that could be said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.coverage.actors import Actors, Span
from monitor.coverage.clauses import QUOTE, Clause, clauses, is_finite
from monitor.coverage.verbs import Tense, VerbForm, VerbKind, Verbs
from monitor.model import Language
from monitor.stories.names import CALENDAR
from monitor.text import words

Role = Literal["agent", "patient", "quoted"]
"""What a headline makes of an actor: one who does something, one to whom something is
done or happens, or one whose words it gives."""
Said = tuple[Role, Span]
Forms = Mapping[str, VerbForm]

_ROLE_OF: Mapping[VerbKind, Role] = {
    "acts": "agent",
    "says": "quoted",
    "undergoes": "patient",
}
_FINITE: frozenset[Tense] = frozenset({"present", "past", "plural"})
_LEADS: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        words(
            "the president vice former ex gov governor sen senator rep mayor sheriff "
            "secretary minister prime justice judge attorney general chief king pope "
            "prince queen gen sir dr us first lady candidate leader"
        )
    ),
    "es": frozenset(
        words(
            "el la los las presidente presidenta expresidente expresidenta gobernador "
            "gobernadora exgobernador senador senadora diputado diputada alcalde "
            "alcaldesa secretario secretaria ministro ministra canciller consejero "
            "consejera fiscal juez jueza general papa rey lider candidato candidata "
            "aspirante morenista panista priista empresario abogado activista ex "
            "cantante actor actriz futbolista director directora titular comisionado"
        )
    ),
}
"""Folded words that stand before a name and change nothing."""
_BODIES: Mapping[Language, frozenset[str]] = {
    "en": frozenset(words("administration government campaign army military")),
    "es": frozenset(words("gobierno ejercito gobiernos administracion")),
}
"""What stands for the actor that it belongs to: *Biden administration*."""
_PASSED_OVER: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        words("still also again now reportedly allegedly already just once finally")
    ),
    "es": frozenset(
        words("no se le les lo los la las nos ya tambien aun si si ahora nunca")
    ),
}
"""Words between a subject and its verb."""
_PREPOSITIONS = frozenset(
    words(
        "in at on of over after from during as against for with to by near into amid "
        "before following without through under about than that and"
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
_HAVE = frozenset({"has", "have", "had", "ha", "han", "habia"})
_NEGATED = frozenset(
    {"won't", "doesn't", "didn't", "don't", "will", "to", "does", "did"}
)
_SER = frozenset({"es", "son", "fue", "fueron", "sera", "seran", "era", "sido"})


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
    inner = list(
        _english(clause, forms) if language == "en" else _spanish(clause, forms)
    )
    yield from inner
    is_quoting = clause.after[:1] == (":",) and QUOTE in clause.after
    if is_quoting:
        yield from (("quoted", span) for role, span in inner if role == "agent")
    alone = _alone(clause, language)
    if alone is None:
        return
    is_source = _closes(found, i)
    is_speaker = is_source or _speaks(found, i, language, forms)
    if is_quoting or (is_speaker and not actors.is_place(alone.key)):
        yield "quoted", alone


def _alone(clause: Clause, language: Language) -> Span | None:
    """The actor that a clause consists of."""
    start = _skip(clause, 0, _LEADS[language])
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


def _skip(clause: Clause, i: int, what: frozenset[str]) -> int:
    while i < len(clause.tokens) and clause.folded(i) in what:
        if clause.span_at(i):
            break
        i += 1
    return i


def _tail(clause: Clause, i: int, language: Language) -> Span | None:
    """The actor that begins at token i, words that change nothing aside."""
    return clause.span_at(_skip(clause, i, _LEADS[language]))


def _form(clause: Clause, i: int, forms: Forms) -> VerbForm | None:
    return forms.get(clause.tokens[i].text.lower()) if i < len(clause.tokens) else None


def _done_by(clause: Clause, i: int, language: Language) -> Iterator[Said]:
    """The agent after *by* at token i."""
    if clause.folded(i) in {"by", "por"} and (by := _tail(clause, i + 1, language)):
        yield "agent", by


def _passive(clause: Clause, language: Language, forms: Forms) -> Iterator[Said]:
    """Who did it, of any subject: *boat seized by FBI*."""
    for i in range(len(clause.tokens)):
        form = _form(clause, i, forms)
        if form and form.kind == "acts" and "participle" in form.tenses:
            yield from _done_by(clause, i + 1, language)


def _with_fellows(clause: Clause, last: Span) -> list[Span]:
    """An actor with those that *and* or a comma joins to it from the left."""
    joined = [last]
    for span in reversed(clause.spans):
        head = joined[0].start
        is_and = clause.folded(head - 1) in {"and", "y", "e"} and span.end == head - 1
        if is_and or (span.end == head and head in clause.commas):
            joined.insert(0, span)
    return joined


# --- English -----------------------------------------------------------------------


def _english(clause: Clause, forms: Forms) -> Iterator[Said]:
    yield from _according(clause, ("according", "to"), "en")
    for span in clause.spans:
        before = [
            t
            for i, t in enumerate(clause.tokens[: span.start])
            if not any(s.start <= i < s.end for s in clause.spans)
        ]
        if any(_bars_subject(t.text.lower(), forms) for t in before):
            break
        verb = _skip(clause, span.end, _PASSED_OVER["en"] | _BODIES["en"])
        if verb in clause.commas:
            end = len(clause.tokens)
            verb = next((c for c in sorted(clause.commas) if c > verb), end)
            verb = _skip(clause, verb, _PASSED_OVER["en"])
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
    yield from _passive(clause, "en", forms)


def _bars_subject(word: str, forms: Forms) -> bool:
    """Whether a word cannot stand in the subject, before its name."""
    form = forms.get(word)
    is_verb = form is not None and form.tenses == {"present"} and word not in _NOUNS_TOO
    return word in _NOT_YET_THERE - {"and"} or is_verb


def _english_verb(
    clause: Clause, i: int, subjects: Sequence[Span], is_plural: bool, forms: Forms
) -> Iterator[Said]:
    """What the words from token i on make of the subjects before them."""
    word = clause.folded(i).replace("’", "'")
    if word in _NEGATED and (form := _form(clause, _after(clause, i), forms)):
        if "base" in form.tenses:
            yield from ((_ROLE_OF[form.kind], span) for span in subjects)
    elif word in _BE:
        yield from _english_be(clause, _after(clause, i), subjects, forms)
    elif word in _HAVE:
        then = _after(clause, i)
        if clause.folded(then) in _BE:
            yield from _english_be(clause, then + 1, subjects, forms)
        elif (form := _form(clause, then, forms)) and "participle" in form.tenses:
            yield from ((_ROLE_OF[form.kind], span) for span in subjects)
    elif form := _form(clause, i, forms):
        if _is_active(clause, i, form, is_plural, forms):
            yield from ((_ROLE_OF[form.kind], span) for span in subjects)
        elif "participle" in form.tenses and clause.folded(i + 1) == "by":
            yield from (("patient", span) for span in subjects)


def _after(clause: Clause, i: int) -> int:
    return _skip(clause, i + 1, _PASSED_OVER["en"] | {"not"})


def _english_be(
    clause: Clause, i: int, subjects: Sequence[Span], forms: Forms
) -> Iterator[Said]:
    form = _form(clause, i, forms)
    if form and "gerund" in form.tenses:
        yield from ((_ROLE_OF[form.kind], span) for span in subjects)
    elif form and "participle" in form.tenses and form.kind != "undergoes":
        yield from (("patient", span) for span in subjects)


def _is_active(
    clause: Clause, i: int, form: VerbForm, is_plural: bool, forms: Forms
) -> bool:
    """Whether a bare verb is one of its own, no participle and no noun."""
    word, following = clause.tokens[i].text.lower(), clause.folded(i + 1)
    if "present" in form.tenses:
        then = _form(clause, i + 1, forms)
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
    if span := _tail(clause, start, "en"):
        form = _form(clause, span.end, forms)
        if form and form.kind == "says" and span.end + 1 == len(clause.tokens):
            yield "quoted", span
    form = _form(clause, start, forms)
    is_said = form and form.kind == "says" and "present" in form.tenses
    if is_said and (span := _tail(clause, start + 1, "en")):
        yield "quoted", span


def _according(clause: Clause, to: Sequence[str], language: Language) -> Iterator[Said]:
    """Whoever is named after *according to*."""
    for i in range(len(clause.tokens)):
        if all(clause.folded(i + k) == word for k, word in enumerate(to)):
            span = _tail(clause, i + len(to), language)
            if span:
                yield "quoted", span


# --- Spanish -----------------------------------------------------------------------


def _spanish(clause: Clause, forms: Forms) -> Iterator[Said]:
    yield from _according(clause, ("segun",), "es")
    yield from _according(clause, ("de", "acuerdo", "con"), "es")
    first = clause.tokens[0]
    if is_finite(first, forms) and not clause.span_at(0):
        yield from _verb_first(clause, 0, forms, forms[first.text.lower()])
    else:
        yield from _subject_first(clause, forms)
    for start in clause.parts[1:]:
        form = _form(clause, start, forms)
        if form and form.kind == "says" and form.tenses & _FINITE:
            yield from _verb_first(clause, start, forms, form)
    yield from _passive(clause, "es", forms)


def _verb_first(clause: Clause, i: int, forms: Forms, form: VerbForm) -> Iterator[Said]:
    """*Anuncia Sheinbaum ...*; of *Detienen a ...* only to whom it is done."""
    is_plural = form.tenses & _FINITE == {"plural"}
    if clause.folded(i + 1) in {"a", "al"}:
        # In the singular it may be a noun: "Multa a Morena".
        if is_plural and form.kind == "acts" and (span := _tail(clause, i + 2, "es")):
            yield "patient", span
        return
    span = _tail(clause, i + 1, "es")
    if span is None:
        return
    subjects = _and_fellows(clause, span)
    if len(subjects) > 1 or not is_plural:
        yield from ((_ROLE_OF[form.kind], each) for each in subjects)


def _and_fellows(clause: Clause, first: Span) -> list[Span]:
    """An actor with those that *y* joins to it."""
    joined = [first]
    while clause.folded(joined[-1].end) in {"y", "e"}:
        following = _tail(clause, joined[-1].end + 1, "es")
        if following is None:
            break
        joined.append(following)
    return joined


def _subject_first(clause: Clause, forms: Forms) -> Iterator[Said]:
    start = _skip(clause, 0, _LEADS["es"])
    if clause.folded(start) in _BODIES["es"] and clause.folded(start + 1) in _OF:
        start += 2
    span = clause.span_at(start)
    if span is None:
        return
    subjects = _and_fellows(clause, span)
    end = subjects[-1].end
    while more := clause.span_at(end):  # México Femenil
        end = more.end
    if clause.folded(end) in _OF and (whose := _tail(clause, end + 1, "es")):
        end = whose.end
    if end in clause.commas:
        nowhere = len(clause.tokens)
        end = next((c for c in sorted(clause.commas) if c > end), nowhere)
    verb = _skip(clause, end, _PASSED_OVER["es"])
    yield from _spanish_verb(clause, verb, subjects, forms)


_OF = frozenset({"de", "del"})


def _spanish_verb(
    clause: Clause, i: int, subjects: Sequence[Span], forms: Forms
) -> Iterator[Said]:
    word = clause.folded(i)
    form = _form(clause, i, forms)
    if word in _HAVE or word in _SER:
        then = i + 2 if clause.folded(i + 1) in _SER else i + 1
        is_passive = word in _SER or then == i + 2
        form = _form(clause, then, forms)
        if form is None or "participle" not in form.tenses:
            return
        role: Role = "patient" if is_passive else _ROLE_OF[form.kind]
        yield from ((role, span) for span in subjects)
    elif word in {"va", "van", "iran", "ira"} and clause.folded(i + 1) in {"a", "por"}:
        form = _form(clause, i + 2, forms)
        yield from ((_ROLE_OF[form.kind] if form else "agent", s) for s in subjects)
    elif form and form.tenses & _FINITE:
        yield from ((_ROLE_OF[form.kind], span) for span in subjects)
