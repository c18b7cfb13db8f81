"""
Where sentences of newswire end, in English and Spanish.

Neural models are trained on single sentences and drop what follows the first. The
rules know what news is full of: titles, initials, EE. UU., decimals, quotations.
"""

import re
from collections.abc import Iterator

LIMIT = 400
"""Characters, about 100 tokens. Longer sentences are cut at a pause: the models were
trained on shorter ones, and CTranslate2 stops at 256 tokens."""


def _words(listing: str) -> frozenset[str]:
    return frozenset(listing.split())


_TITLES = _words("""
    adm alm arq av blvd brig capt cap cmdr cnel col dip dr dra fr gen gob gov gral hon
    ing lic lt maj mons mr mrs ms mtra mtro mt pbro pdte prof profa pvt rep reps rev sen
    sens sgt sr sra sras sres srta st sta sto supt tte vs
""")
"""Abbreviations that a name or another word always follows."""

_BEFORE_FIGURES = _words("""
    abr ago apr art aug dec dic ene ext feb fig jan jul jun km mar nov no nos núm num
    oct p pp pág págs párr sec sep sept tel vol
""")
"""Abbreviations that continue if a figure follows: ``No. 5``, ``Oct. 7``."""

_EITHER = _words("bros co corp etc inc jr ltd ltda")
"""Abbreviations at which a sentence may end, as it may at ``U.S.``"""

_CLOCK = _words("a.m p.m")
_AFTER_CLOCK = _words("""
    central ct cst cdt eastern est edt et friday gmt local monday mountain mst mdt mt
    pacific pst pdt pt saturday sunday thursday tuesday utc wednesday
""")
"""Words that continue a time of day: ``at 5 p.m. Monday``."""

_STARTERS = _words("""
    a after al also an and as at aunque but by como con cuando de desde después donde
    durante el ella ellos en entre es esta estas este esto estos for from ha hasta he
    her his i if in it its la las lo los luego mientras más no nor of on otra otro para
    pero por que se según she si sin sobre su sus también that the their there these
    they this those to tras un una we what when where which while who with y ya you
""")
"""Words which, capitalised after such an abbreviation, begin a sentence; others, as in
``U.S. Senate``, are more likely names."""

_STOP = re.compile(
    r"(?P<mark>[.!?…]+)(?P<close>[\"'”’»)\]]*)(?P<gap>\s+)"
    r"(?=(?P<open>[\"'“‘«(\[¿¡—–$€-]*\s*)(?P<next>[^\W_]+))"
)
_LAST_WORD = re.compile(r"[^\s\"'“‘«(\[¿¡—–]+$")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}|UU")
_PAUSE = re.compile(r"(?<=[;:,—–])\s+|\s+(?=[—–(])")


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph in order, stripped; none is empty.

    >>> split_sentences("El Dr. Paz viajó a EE. UU. ayer. ¿Volverá?")
    ['El Dr. Paz viajó a EE. UU. ayer.', '¿Volverá?']
    """
    start, sentences = 0, []
    for stop in _STOP.finditer(text):
        if _ends(text[start : stop.start()], stop):
            sentences.append(text[start : stop.end("close")])
            start = stop.end()
    sentences.append(text[start:])
    return [part for whole in sentences for part in _pieces(whole.strip())]


def _ends(before: str, stop: re.Match[str]) -> bool:
    """Whether a sentence ends at this mark, given the text before it."""
    following = stop["next"]
    if not (following[0].isupper() or following[0].isdigit() or _opens(stop)):
        return False
    if stop["mark"] != "." or stop["close"]:
        return True
    last = _LAST_WORD.search(before)
    word = last.group() if last else ""
    if word.casefold() in _TITLES or (len(word) == 1 and word.isupper()):
        return False
    if word.casefold() in _BEFORE_FIGURES:
        return not following[0].isdigit()
    if word.casefold() in _CLOCK:
        return following.casefold() not in _AFTER_CLOCK
    if word == "EE" and following.startswith("UU"):
        return False
    if word.casefold() in _EITHER or (_DOTTED.fullmatch(word) and word[0].isupper()):
        return following.casefold() in _STARTERS or _opens(stop)
    return True


def _opens(stop: re.Match[str]) -> bool:
    """Whether a question, an exclamation or a quotation begins after the mark."""
    return stop["mark"] != "…" and any(mark in stop["open"] for mark in "¿¡“«")


def _pieces(sentence: str) -> Iterator[str]:
    """The sentence, or if it is too long, parts of it cut at pauses."""
    while len(sentence) > LIMIT:
        cut = _last_cut(sentence)
        yield sentence[:cut].rstrip()
        sentence = sentence[cut:].lstrip()
    if sentence:
        yield sentence


def _last_cut(sentence: str) -> int:
    """Where to cut: at the last pause within the limit, else the last blank."""
    pauses = [m.start() for m in _PAUSE.finditer(sentence, 0, LIMIT) if m.start()]
    if pauses and pauses[-1] >= LIMIT // 4:
        return pauses[-1]
    blank = sentence.rfind(" ", 1, LIMIT)
    return blank if blank > 0 else LIMIT
