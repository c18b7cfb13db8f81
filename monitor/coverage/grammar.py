"""What the grammars of both languages share: finding actors and verbs in a clause."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from monitor.coverage.actors import Span
from monitor.coverage.clauses import Clause
from monitor.coverage.verbs import Tense, VerbForm, VerbKind
from monitor.model import Language
from monitor.text import words

Role = Literal["agent", "patient", "quoted"]
"""What a headline makes of an actor: one who does something, one to whom something is
done or happens, or one whose words it gives."""
Said = tuple[Role, Span]
Forms = Mapping[str, VerbForm]

ROLE_OF: Mapping[VerbKind, Role] = {
    "acts": "agent",
    "says": "quoted",
    "undergoes": "patient",
}
FINITE: frozenset[Tense] = frozenset({"present", "past", "plural"})
LEADS: Mapping[Language, frozenset[str]] = {
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
BODIES: Mapping[Language, frozenset[str]] = {
    "en": frozenset(words("administration government campaign army military")),
    "es": frozenset(words("gobierno ejercito gobiernos administracion")),
}
"""What stands for the actor that it belongs to: *Biden administration*."""
PASSED_OVER: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        words("still also again now reportedly allegedly already just once finally")
    ),
    "es": frozenset(
        words("no se le les lo los la las nos ya tambien aun si si ahora nunca")
    ),
}
"""Words between a subject and its verb."""
HAVE = frozenset({"has", "have", "had", "ha", "han", "habia"})


def skip(clause: Clause, i: int, what: frozenset[str]) -> int:
    while i < len(clause.tokens) and clause.folded(i) in what:
        if clause.span_at(i):
            break
        i += 1
    return i


def tail(clause: Clause, i: int, language: Language) -> Span | None:
    """The actor that begins at token i, words that change nothing aside.

    In English the last of several: *US President Joe Biden*.
    """
    span = clause.span_at(skip(clause, i, LEADS[language]))
    while span and language == "en":
        more = clause.span_at(skip(clause, span.end, LEADS["en"]))
        if more is None or any(span.end <= c <= more.start for c in clause.commas):
            break
        span = more
    return span


def form_at(clause: Clause, i: int, forms: Forms) -> VerbForm | None:
    return forms.get(clause.tokens[i].text.lower()) if i < len(clause.tokens) else None


def done_by(clause: Clause, i: int, language: Language) -> Iterator[Said]:
    """The agent after *by* at token i."""
    if clause.folded(i) in {"by", "por"} and (by := tail(clause, i + 1, language)):
        yield "agent", by


def passive(clause: Clause, language: Language, forms: Forms) -> Iterator[Said]:
    """Who did it, of any subject: *boat seized by FBI*."""
    for i in range(len(clause.tokens)):
        form = form_at(clause, i, forms)
        if form and form.kind == "acts" and "participle" in form.tenses:
            yield from done_by(clause, i + 1, language)


def according(clause: Clause, to: Sequence[str], language: Language) -> Iterator[Said]:
    """Whoever is named after *according to*."""
    for i in range(len(clause.tokens)):
        if all(clause.folded(i + k) == word for k, word in enumerate(to)):
            span = tail(clause, i + len(to), language)
            if span:
                yield "quoted", span
