"""
Why a reader should doubt a translation, from the two texts alone.

Each check is for a fault that these engines are known to have. A warning is a plain
code; ``MEANINGS`` says it in words. The limits stand on 8,000 real headlines and 8,000
summaries in each direction, by Apertium: all checks together doubt 0.05 to 0.3 percent
of them, but 82 to 99 percent once they are cut to 40 percent, said three times over, or
replaced by the original.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from monitor.model import LANGUAGES, Language
from monitor.text import fold, words

MEANINGS: Mapping[str, Mapping[Language, str]] = {
    "empty": {
        "en": "the translation is empty",
        "es": "la traducción está vacía",
    },
    "untranslated": {
        "en": "much of the text was left in its own language",
        "es": "buena parte del texto quedó sin traducir",
    },
    "wrong-language": {
        "en": "the translation does not read like English",
        "es": "la traducción no parece español",
    },
    "capitals": {
        "en": "words in capitals were left in their own language",
        "es": "palabras en mayúsculas quedaron sin traducir",
    },
    "sentence-lost": {
        "en": "a question or exclamation of the original is missing",
        "es": "falta una pregunta o exclamación del original",
    },
    "length": {
        "en": "the translation is much shorter or longer than the original",
        "es": "la traducción es mucho más corta o más larga que el original",
    },
    "repeats": {
        "en": "the translation repeats itself",
        "es": "la traducción se repite",
    },
    "numbers-lost": {
        "en": "a number of the original is missing",
        "es": "falta un número del original",
    },
    "names-lost": {
        "en": "a name of the original is missing",
        "es": "falta un nombre del original",
    },
    "negation-lost": {
        "en": "the original denies something that the translation does not",
        "es": "el original niega algo que la traducción no niega",
    },
}
"""Every code, with its meaning in both languages."""

SUMMARY = "summary:"
"""What a warning begins with that concerns the summary and not the headline."""

UNREADABLE = frozenset({"empty", "untranslated", "wrong-language", "repeats"})
"""Those after which nothing should be read from the translation."""
_GRAVE = 10
"""What one of them weighs: more than all the others together."""

SHORTEST, LONGEST = 0.55, 1.9
"""Characters of the translation per character of the original."""
_MEASURABLE = 25
"""Characters below which a length says nothing: ``AMLO`` may be translated in full."""
_FOREIGN_SHARE = 0.25
"""Of the words of a translation, function words of the original language."""
_LONGEST_NAME = 5
"""Words. More of them, left as they were, are no name even if all are capitalised."""
_SMALLEST_NUMBER = 13
"""Engines may write out smaller ones, as newspapers do."""
_MUTE_WORDS = 15
"""Words of running text without one function word of its language are in another."""


def _set(listing: str) -> frozenset[str]:
    return frozenset(listing.split())


_FUNCTION_WORDS: dict[Language, frozenset[str]] = {
    "es": _set("""
        al con de del el ella en entre es esta este la las lo los mas muy para pero por
        que se ser sin sobre su sus tras un una y ya
    """),
    "en": _set("""
        about after an and are as at be by for from has have his how in into is it its
        of on or over that the their they this to was what when who will with
    """),
}
"""Folded, and never a word of the other language."""

_NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ]\w+(?:(?: (?:de|del|la|las|los|y|of|the|and|for))+ [A-ZÀ-ÖØ-Þ]\w+)+"
)
"""``Voz de la Frontera``: its small words are no sign of a text left as it was."""


def _any(listing: str) -> str:
    return "|".join(listing.split())


_DENYING: dict[Language, str] = {
    "es": _any("""
        no ni nunca jam[aá]s nadie nada ning[uú]n[oa]?s? tampoco sin excepto
    """),
    "en": _any("""
        not? non none nor never nobody nothing nowhere neither without cannot except
        unless
    """),
}
_DENYING_STEMS: dict[Language, str] = {
    "es": _any("""
        carec desaprob desaprueb desautoriz descart desconoc desmient desminti evit
        fall[aóoe](?!c) falt fracas il[eí]cit ilegal impedi impid imposib improbab
        incapa incierto incompet incompl incumpl inexist injust innecesari insatisf
        insufi intoc inusual inútil inv[aá]lid inviable neg[oóaá](?!ci) nieg rechaz
        reh[uú]s
    """),
    "en": _any("""
        absen avoid den(?:y|ial|ie) disagree disallow disapprov disbeli discontinu
        dislik disobey disqualif disregard distrust fail illegal illicit impossib
        improbab inab inactiv inadequa incapab incomplet incorrect ineligib inexist
        insufficien invalid invisib lack refus reject unabl unaccept unaccompan
        unaffect unafraid unanswer unapprov unauthori unavail unaware unbeliev
        uncertain unchang unclear uncomfort unconfirm unconstitution unconvinc
        undocument unemployed unfair unfinish unfit unfound unhapp unharm unheard
        unhurt unidentif uninjur uninsur unjust unknown unlaw unlicens unlike unlimit
        unnam unnecess unnotic unpaid unpopular unprecedent unprepar unprotect unprove
        unpublish unpunish unrecogni unregist unreliab unresolv unsafe unsatisf unseen
        unsolv unsuccess unsustain untouch untrue unus unvaccin unwant unwarrant unwell
        unwill useless
    """),
}
"""Of words, since a bare prefix is no sign: *united*, *information*, *después*."""

_NEGATIONS: dict[Language, re.Pattern[str]] = {
    language: re.compile(
        rf"\b(?:{_DENYING[language]}|(?:{_DENYING_STEMS[language]})\w*)\b"
        + (r"|n['’]t\b|\bnon?-" if language == "en" else ""),
        re.IGNORECASE,
    )
    for language in LANGUAGES
}
"""Words that deny; in a translation, also those that another wording would use."""

_ANSWER_NO = r"\bno(?=[\"'”’»)]*(?:[.?!…]|\Z))(?!\.\s*#?\d)"
"""A whole answer, but not the abbreviation in "No. 5"."""

_PLAIN_NO: dict[Language, re.Pattern[str]] = {
    "es": re.compile(
        r"\b(?:no(?!\s+obstante\b)|nunca|ning[uú]n[oa]?|tampoco)\s+\w|" + _ANSWER_NO,
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:not|never|cannot|nobody)\s+\w|n['’]t\b|" + _ANSWER_NO, re.IGNORECASE
    ),
}
"""Denials that no other wording should swallow."""

_SHOUTED = re.compile(r"(?:(?<!\w)[A-ZÀ-ÖØ-Þ]{2,}(?!\w)\W*){2,}")
"""Words in capitals, side by side: not an acronym, but a headline that shouts."""
_CLOSING = "?!"

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MAY_CHANGE = re.compile(r"\d[\d.,]* mil\b(?: \d+)?|\d[\d.,]*(?:st|nd|rd|th)\b")
"""``20 mil 900`` may become 20,900, and the 19th century is el siglo XIX."""


def warnings(
    text: str,
    translation: str,
    source: Language,
    target: Language,
    names: Iterable[Sequence[str]] = (),
) -> tuple[str, ...]:
    """The codes of every check that ``translation`` fails, in the order of MEANINGS.

    ``names`` are those of the text, each with every form that may stand for it in the
    translation.
    """
    if not text.strip():
        return ()
    if not translation.strip():
        return ("empty",)
    failed = {
        "untranslated": _is_untranslated(text, translation, source, target),
        "wrong-language": _is_mute(translation, source, target),
        "capitals": _keeps_capitals(text, translation, source),
        "sentence-lost": _loses_sentence(text, translation),
        "length": _has_odd_length(text, translation),
        "repeats": _repeats(translation) and not _repeats(text),
        "numbers-lost": not figures_to_keep(text) <= figures(translation),
        "names-lost": _loses_name(translation, names),
        "negation-lost": _loses_negation(text, translation, source, target),
    }
    return tuple(code for code, is_bad in failed.items() if is_bad)


def of_summary(codes: Iterable[str]) -> tuple[str, ...]:
    """What is doubted of the summary, among the warnings of a translation."""
    return tuple(c.removeprefix(SUMMARY) for c in codes if c.startswith(SUMMARY))


def of_headline(codes: Iterable[str]) -> tuple[str, ...]:
    """What is doubted of the headline."""
    return tuple(code for code in codes if not code.startswith(SUMMARY))


def severity(codes: Iterable[str]) -> int:
    """How much a translation with these warnings is to be doubted; 0 without any."""
    plain = (code.removeprefix(SUMMARY) for code in codes)
    return sum(_GRAVE if code in UNREADABLE else 1 for code in plain)


def _is_untranslated(
    text: str, translation: str, source: Language, target: Language
) -> bool:
    """Judged by function words and plain words: names rightly stay as they are."""
    if fold(text) == fold(translation):
        written = words(text)
        has_plain_word = any(len(word) >= 4 and word.islower() for word in written)
        return has_plain_word or len(written) > _LONGEST_NAME
    found = [fold(word) for word in words(_NAME.sub(" ", translation))]
    foreign = sum(word in _FUNCTION_WORDS[source] for word in found)
    own = sum(word in _FUNCTION_WORDS[target] for word in found)
    return foreign >= 2 and foreign > own and foreign >= _FOREIGN_SHARE * len(found)


def _is_mute(translation: str, source: Language, target: Language) -> bool:
    """Whether it has no word that any text of its language has, nor one of the other.

    A text left in the language it came from is ``untranslated`` instead.
    """
    found = [fold(word) for word in words(translation)]
    known = _FUNCTION_WORDS[source] | _FUNCTION_WORDS[target]
    return len(found) >= _MUTE_WORDS and known.isdisjoint(found)


def _keeps_capitals(text: str, translation: str, source: Language) -> bool:
    """Names and acronyms rightly stay; with a function word inside it is a text.

    One that comes first may be a name's own: LA JOYA.
    """
    for shouted in _SHOUTED.findall(text):
        run = shouted.strip()
        is_text = not _FUNCTION_WORDS[source].isdisjoint(map(fold, words(run)[1:]))
        if is_text and run in translation and run != translation.strip():
            return True
    return False


def _loses_sentence(text: str, translation: str) -> bool:
    """Neural engines may drop what comes before or after an inverted mark."""
    return any(_runs(mark, translation) < _runs(mark, text) for mark in _CLOSING)


def _runs(mark: str, text: str) -> int:
    """How often a mark closes something; ``!!!`` is one."""
    return len(re.findall(rf"[{re.escape(mark)}]+", text))


def _loses_name(translation: str, names: Iterable[Sequence[str]]) -> bool:
    made = f" {' '.join(map(fold, words(translation)))} "
    return any(
        forms and not any(f" {' '.join(map(fold, words(f)))} " in made for f in forms)
        for forms in names
    )


def _has_odd_length(text: str, translation: str) -> bool:
    if len(text) < _MEASURABLE:
        return False
    return not SHORTEST <= len(translation) / len(text) <= LONGEST


def _repeats(text: str) -> bool:
    """Whether a word comes three times running, or three words three times over."""
    found = [fold(word) for word in words(text)]
    triples = list(zip(found, found[1:], found[2:], strict=False))
    if any(len(set(triple)) == 1 for triple in triples):
        return True
    return any(count >= 3 for count in Counter(triples).values())


def figures_to_keep(text: str) -> set[str]:
    """Those that a translation must have, too, as digits without points or commas."""
    found = _NUMBER.findall(_MAY_CHANGE.sub(" ", text))
    plain = {re.sub(r"[.,]", "", number) for number in found}
    return {n for n in plain if len(n) > 2 or int(n) >= _SMALLEST_NUMBER}


def figures(text: str) -> set[str]:
    """All of them, as digits without points or commas."""
    return {re.sub(r"[.,]", "", number) for number in _NUMBER.findall(text)}


def _loses_negation(
    text: str, translation: str, source: Language, target: Language
) -> bool:
    denies = _PLAIN_NO[source].search(text) is not None
    return denies and _NEGATIONS[target].search(translation) is None
