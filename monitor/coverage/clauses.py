"""
A headline cut into clauses: the words between its stronger marks, with the actors and
the quotations among them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from monitor.coverage.actors import Actors, Span
from monitor.coverage.verbs import VerbForm, Verbs
from monitor.model import Language
from monitor.stories.names import written
from monitor.stories.tokens import Token, tokenize
from monitor.text import words

QUOTE = "\ufffc"
"""Stands for a quotation of several words; no headline contains it."""
_QUOTED = re.compile(
    r"[“\"«]([^”\"»]+)[”\"»]"
    r"|(?:(?<=\s)|^)[‘'](.+?)['’](?=[\s,.;:!?)]|$)"
)
_MARKS = re.compile(
    rf"({QUOTE}|[,;:|?!¿¡…()\[\]]|\.\.\.|--+|\s[-–—]\s|—"
    r"|(?<=[a-záéíóúñ]{3}[a-záéíóúñ0-9])\.(?:\s|$))"
)
_STRONG = frozenset(";:|!¡…()[].?¿-–—")
"""Marks that end a clause; a comma may stand inside one."""
_ASKS = frozenset(
    words(
        "why how what when who where which whose will can could should is are do does "
        "did if while as after before watch por que quien quienes cuando donde como "
        "cual cuales cuanto cuantos si mientras tras"
    )
)
"""First words of clauses that ask or only lead up to the news."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Words between two strong marks, with what stands among them."""

    tokens: tuple[Token, ...]
    spans: tuple[Span, ...]
    """The actors; their indices are those of ``tokens``."""
    commas: frozenset[int]
    """Before which tokens a comma stands."""
    before: tuple[str, ...]
    """The marks right before it, ``QUOTE`` for a quotation."""
    after: tuple[str, ...]
    asks: bool
    """Whether it asks, or only leads up to the news."""

    def span_at(self, i: int) -> Span | None:
        """The actor that begins at token i."""
        return next((span for span in self.spans if span.start == i), None)

    @property
    def parts(self) -> list[int]:
        """Where its parts begin, of which commas make several."""
        return [0, *sorted(self.commas)]

    def folded(self, i: int) -> str:
        """Token i, folded; empty where there is none."""
        return self.tokens[i].folded if 0 <= i < len(self.tokens) else ""


def _with_marks(text: str) -> str:
    """A text with a mark for every quotation of three words or more.

    Shorter ones are names and terms; they lose their quotation marks.
    """

    def mark(match: re.Match[str]) -> str:
        inner: str = match.group(1) or match.group(2)
        return f" {QUOTE} " if len(inner.split()) > 2 else f" {inner} "

    return _QUOTED.sub(mark, text)


def clauses(
    text: str, language: Language, actors: Actors, verbs: Verbs
) -> list[Clause]:
    """The clauses of a headline, in order."""
    tokens: list[Token] = []
    marks: dict[int, list[str]] = {}
    for piece in _MARKS.split(_with_marks(text)):
        mark = piece.strip()
        if _MARKS.fullmatch(piece) or mark == QUOTE:
            marks.setdefault(len(tokens), []).append(mark[:1] or ".")
        elif mark:
            is_inner = "," in marks.get(len(tokens), ())
            found = tokenize(piece, language)
            if is_inner and found:
                found[0] = replace(found[0], is_first=False)
            tokens.extend(found)
    spans = actors.find(_without_verbs(tokens, language, verbs), language)
    commas = {i for i, there in marks.items() if "," in there}
    apart = [each for span in spans for each in _apart(span, tokens, commas, actors)]
    return list(_cut(tokens, apart, marks))


def _apart(
    span: Span, tokens: Sequence[Token], commas: set[int], actors: Actors
) -> Iterator[Span]:
    """An actor, or the several that a comma makes of one run of capitals."""
    inner = sorted(i for i in commas if span.start < i < span.end)
    if not inner:
        yield span
    for start, end in pairwise([span.start, *inner, span.end] if inner else []):
        name = written(tokens[start:end])
        yield Span(start, end, actors.key(name), name)


def _without_verbs(
    tokens: Sequence[Token], language: Language, verbs: Verbs
) -> list[Token]:
    """Spanish tokens with the verb that opens a clause in small letters: no name."""
    if language == "en":
        return list(tokens)
    return [
        replace(token, text=token.text.lower())
        if token.is_first and is_finite(token, verbs["es"])
        else token
        for token in tokens
    ]


def is_finite(token: Token, forms: Mapping[str, VerbForm]) -> bool:
    """Whether a word may be a verb that has a subject, whatever else it may be."""
    form = forms.get(token.text.lower())
    return form is not None and bool(form.tenses & {"present", "past", "plural"})


def _cut(
    tokens: Sequence[Token], spans: Sequence[Span], marks: Mapping[int, Sequence[str]]
) -> Iterator[Clause]:
    strong = {i for i, there in marks.items() if _STRONG & set(there)}
    edges = sorted({0, len(tokens)} | strong)
    for start, end in pairwise(edges):
        before, after = marks.get(start, ()), marks.get(end, ())
        yield Clause(
            tokens=tuple(tokens[start:end]),
            spans=tuple(
                replace(span, start=span.start - start, end=span.end - start)
                for span in spans
                if start <= span.start and span.end <= end
            ),
            commas=frozenset(
                i - start for i in range(start + 1, end) if "," in marks.get(i, ())
            ),
            before=tuple(before),
            after=tuple(after),
            asks="?" in after or "¿" in before or tokens[start].folded in _ASKS,
        )
