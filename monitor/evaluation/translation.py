"""How good translations are, by the field's two usual measures."""

from collections.abc import Sequence
from dataclasses import dataclass

import sacrebleu


@dataclass(frozen=True, slots=True)
class TranslationScore:
    """Scores of a whole set, 0 to 100; higher is better."""

    bleu: float
    """Of words, with sacrebleu's defaults: 13a tokens, exponential smoothing."""
    chrf: float
    """Of letters (chrF2), which is fairer to inflection and to rule-based engines."""
    signature: str
    """sacrebleu's own notation of how BLEU was computed, for citing."""


def score(hypotheses: Sequence[str], references: Sequence[str]) -> TranslationScore:
    """Compare translations with one reference each, line by line.

    Raises ValueError if there are none, or not as many as references.
    """
    if not hypotheses or len(hypotheses) != len(references):
        raise ValueError(
            f"{len(hypotheses)} translations for {len(references)} references"
        )
    metric = sacrebleu.BLEU()
    bleu = metric.corpus_score(list(hypotheses), [list(references)])
    chrf = sacrebleu.CHRF().corpus_score(list(hypotheses), [list(references)])
    return TranslationScore(bleu.score, chrf.score, str(metric.get_signature()))
