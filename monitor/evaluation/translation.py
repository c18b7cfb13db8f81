"""How good translations are, by the field's two usual measures and by what survives."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sacrebleu

from monitor.model import Language
from monitor.text import fold, words
from monitor.translation.bridge import Bridge
from monitor.translation.checks import figures, figures_to_keep
from monitor.translation.sentences import split_sentences

_SHORTEST_NAME = 3
"""Letters."""


@dataclass(frozen=True, slots=True)
class TranslationScore:
    """Scores of a whole set, 0 to 100; higher is better."""

    bleu: float
    """Of words, with sacrebleu's defaults: 13a tokens, exponential smoothing."""
    chrf: float
    """Of letters (chrF2), which is fairer to inflection and to rule-based engines."""
    numbers: float | None
    """Of the numbers that source and reference share, those that the translation has;
    None if there are none. A number is its digits, of two figures or more."""
    names: float | None
    """The same of names: words with a capital inside a sentence of the source that the
    reference has, too, accents and case aside."""
    bridge: float | None
    """Of the names that the bridge expects, those that the translation has in a right
    form, accents and case aside; None if there are none, or none were given."""
    signature: str
    """sacrebleu's own notation of how BLEU was computed, for citing."""


def score_as_read(
    sources: Sequence[str],
    made: Sequence[str],
    references: Sequence[str],
    language: Language,
    bridge: Bridge,
) -> TranslationScore:
    """Score what readers see: translations with the names put right.

    ``language`` is that of the sources. Raises ValueError as ``score`` does.
    """
    mended = [
        bridge.mend(source, text, language)
        for source, text in zip(sources, made, strict=True)
    ]
    names = [bridge.expected(source, language) for source in sources]
    return score(sources, mended, references, names)


def score(
    sources: Sequence[str],
    hypotheses: Sequence[str],
    references: Sequence[str],
    names: Sequence[Sequence[Sequence[str]]] = (),
) -> TranslationScore:
    """Compare translations with one reference each, line by line.

    ``names`` are those of each source, each with the forms that are right for it.
    Raises ValueError if there are none, or not as many as sources and references.
    """
    if not hypotheses or not len(sources) == len(hypotheses) == len(references):
        raise ValueError(
            f"{len(hypotheses)} translations of {len(sources)} texts"
            f" for {len(references)} references"
        )
    metric = sacrebleu.BLEU()
    bleu = metric.corpus_score(list(hypotheses), [list(references)])
    chrf = sacrebleu.CHRF().corpus_score(list(hypotheses), [list(references)])
    lines = list(zip(sources, hypotheses, references, strict=True))
    return TranslationScore(
        bleu.score,
        chrf.score,
        numbers=_survival(
            (figures_to_keep(source) & figures(reference), figures(made))
            for source, made, reference in lines
        ),
        names=_survival(
            (_names(source) & _words(reference), _words(made))
            for source, made, reference in lines
        ),
        bridge=_kept(hypotheses, names),
        signature=str(metric.get_signature()),
    )


def _survival(lines: Iterable[tuple[set[str], set[str]]]) -> float | None:
    """Percent of what is expected that was found; a line is (expected, found)."""
    expected = found = 0
    for wanted, there in lines:
        expected += len(wanted)
        found += len(wanted & there)
    return 100 * found / expected if expected else None


def _kept(
    hypotheses: Sequence[str], names: Sequence[Sequence[Sequence[str]]]
) -> float | None:
    """Percent of the names of all lines that a line has in one of their forms."""
    is_there = [
        any(_plain(form) in _plain(made) for form in forms)
        for made, expected in zip(hypotheses, names, strict=False)
        for forms in expected
    ]
    return 100 * sum(is_there) / len(is_there) if is_there else None


def _plain(text: str) -> str:
    """Its words between blanks: one text holds another only word by word."""
    return f" {' '.join(map(fold, words(text)))} "


def _names(text: str) -> set[str]:
    return {fold(word) for word in _capitalised(text)}


def _capitalised(text: str) -> Iterator[str]:
    for sentence in split_sentences(text):
        for word in words(sentence)[1:]:
            if word[0].isupper() and len(word) >= _SHORTEST_NAME:
                yield word


def _words(text: str) -> set[str]:
    return {fold(word) for word in words(text)}
