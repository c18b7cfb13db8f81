"""
A text -> Apertium's stream format, with our glossary in it, and back again.

What Apertium would misread or lose is written another way on the way in and mended on
the way out. Nothing is run here.
"""

import re
from collections.abc import Sequence

from monitor.model import Language
from monitor.translation.glossary import PROPER, Kind, Span
from monitor.translation.lexicon import Lexicon
from monitor.translation.sentences import split_sentences

_STAND_INS: dict[Kind, dict[Language, str]] = {
    "name": {"es": "Texas", "en": "Texas"},
    "person": {"es": "Obama", "en": "Obama"},
    "money": {"es": "dólares", "en": "dollars"},
    "noun.m": {"es": "sombrero", "en": "hat"},
    "noun.f": {"es": "ventana", "en": "window"},
    "nouns.m": {"es": "sombreros", "en": "hats"},
    "nouns.f": {"es": "ventanas", "en": "windows"},
}
"""A word of the same grammar that Apertium knows in both languages, and never as a
verb. It is translated in the term's place, bearing the term's number, then replaced."""

_CARET = "\ue000"
"""Stands for a ``^``, at which, escaped or not, a stage may wait for ever: "^ …"."""
_RESERVED = re.compile(r"([\[\]{}^$/\\<>])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNSENDABLE = re.compile(r"[\0\ud800-\udfff]")
_MARKED = re.compile(r"\[\[t:g:(\d+)\]\](.*?)\[\[/\]\]", re.DOTALL)
_CARRIED = re.compile(r"\[([~*#@]| ?no)\]", re.IGNORECASE)
"""Pieces that travel as blanks, since as text Apertium would lose them, or we would
take them for its marks."""
_MARKS = re.compile(r"(\*|\\@)(?!\])|#(?!\])")
"""Apertium's own: before a word that it does not know (*), cannot translate (@, always
escaped) or cannot inflect (#)."""
_UNKNOWN = re.compile(r"(\b[Aa]n? )?\0([^\W_]+)")
"""A marked word once NUL, which no text can hold, stands for the mark; and the article
before it, which Apertium could not fit to it."""

_ENDS_SENTENCE = re.compile(r"[.!?…][\"'»”’)\]]*\s*$")
_QUOTE = re.compile(r"(?<!\w)'(?=\w)")
_THOUSANDS = re.compile(r"(?<![\w.,])(\d{1,3}) mil(?: (\d{1,3}))?\b(?! mill| m[dm])")
_MEASURE = re.compile(
    r"(\w+)-(year|month|week|day|hour|mile)(?:-(old))?\b", re.IGNORECASE
)
_PARTICIPLE = r"\w*(?:[aií]do|cho|[silro]to)\b"
_LOST_NO = re.compile(
    rf"(?<!\bya )\b(no) (habr(?:á|ía)n?)\b(?! {_PARTICIPLE})", re.IGNORECASE
)
_ANSWER_NO = re.compile(
    r"\b(?<!\\)(?P<no>no)(?=[\"'”’»)](?!\w)|[.!?…](?:[\s\"'”’»)\[]|$))"
    r"(?!\.\s*#?\d)",
    re.IGNORECASE,
)
"""A whole answer, closed at once; but not the abbreviation in "No. 5"."""
_NO_TO = re.compile(r"(?<!\\)\bno(?= to\s)", re.IGNORECASE)

_FIRST_LETTER = re.compile(r"[\W_]*([^\W\d_])")
_PLAIN_FIRST_LETTER = re.compile(r"\A" + _FIRST_LETTER.pattern + r"(?!\w*[A-Z])")
"""The one of a word that is not written like "iPhone"."""
_FIRST_WORDS = re.compile(r"\W*([^\W_]+)\W+?([^\W_]+)")
_ADDED_SUBJECT = re.compile(r"\b(it|they) ([A-Z])(?=[a-z])")
_BLANKS = re.compile(r" {2,}")
_ASKS = re.compile(r"(?P<mark>[?!]+)(?P<close>[\"'”’»)\]]*)$")
_BEFORE_QUESTION = re.compile(r".*[:;] (?=.)")
_QUESTION_WORD = re.compile(
    r"(?:^|[;:,] )(?:(?:y|o|pero|así|entonces) )?"
    r"(?=(?:(?:a|de|por|en|con|para) )?"
    r"(?:qué|cómo|cuándo|dónde|quién(?:es)?|cuál(?:es)?|cuánt[oa]s?)\b)",
    re.IGNORECASE,
)
_OPENING_QUOTES = re.compile(r"[\"'“‘«(\[]*")


def to_stream(text: str, spans: Sequence[Span], language: Language) -> str:
    """The text in Apertium's stream format, with stand-ins for the glossary's terms."""
    # "'medieval'" would be read as "am edieval".
    text = _QUOTE.sub("‘", text)
    parts, at = [], 0
    for number, span in enumerate(spans):
        word = _STAND_INS[span.kind][language]
        if text[span.start].isupper():
            word = word[0].upper() + word[1:]
        parts.append(_plain(text[at : span.start], language))
        parts.append(f"[[t:g:{number}]]{word}[[/]]")
        at = span.end
    parts.append(_plain(text[at:], language))
    # Without a full stop the tagger and the transfer lose or mangle the last word.
    stream = "".join(parts) + ("" if _ENDS_SENTENCE.search(text) else ".[]")
    # "They say no." would become "Dicen núm.", "'no'" would become "'ningún'".
    # And "says no to" would become "dice ningún a".
    if language == "en":
        stream = _ANSWER_NO.sub(r"[\g<no>]", _NO_TO.sub(r"[\g<0>]", stream))
    return stream


def _plain(text: str, language: Language) -> str:
    """Text between terms, written so that Apertium neither misreads nor loses it."""
    text = _UNSENDABLE.sub("\ufffd", text).replace("^", _CARET)
    if language == "es":
        # "12 mil" would become "12 one thousand"; Mexican style writes 12,000 as well.
        text = _THOUSANDS.sub(_in_figures, text)
    else:
        # "a 62-year-old man" would become "un hombrede62años".
        text = _MEASURE.sub(lambda m: " ".join(filter(None, m.groups())), text)
    # A lone ~ is a command to the last stage.
    text = re.sub(r"[~*#@]", r"[\g<0>]", _RESERVED.sub(r"\\\1", text))
    # "no habrá agua" would become "there will be water".
    return _LOST_NO.sub(r"\2[ no]", text) if language == "es" else text


def _in_figures(match: re.Match[str]) -> str:
    thousands, rest = match.groups()
    return f"{thousands},{int(rest or 0):03}"


def from_stream(
    stream: str, spans: Sequence[Span], language: Language, original: str
) -> str:
    """Plain text again, with the terms in ``language`` where their stand-ins are.

    A NUL stands before each word that Apertium did not know.
    """
    stream = stream.removesuffix(".[]").removesuffix("[]")
    stream = _MARKS.sub(lambda mark: "\0" if mark[1] else "", stream)
    stream = _MARKED.sub(lambda marked: _term(marked, spans, language), stream)
    text = _ESCAPED.sub(r"\1", _CARRIED.sub(r"\1", stream))
    if "^" in original:
        text = text.replace(_CARET, "^")
    if "‘" not in original:
        text = text.replace("‘", "'")
    text = _mend_capitals(_BLANKS.sub(" ", text).strip(), original)
    begins = _FIRST_LETTER.match(original) if language == "es" else None
    return _raised(text) if begins and begins[1].isupper() else text


def _term(marked: re.Match[str], spans: Sequence[Span], language: Language) -> str:
    """The term for its stand-in; an article that joined it ("los sombreros") stays."""
    span, shown = spans[int(marked[1])], marked[2]
    stand_in = _STAND_INS[span.kind][language]
    at = shown.lower().find(stand_in.lower())
    if at < 0:
        return shown
    target = span.target
    if span.kind not in PROPER and shown[at].isupper():
        target = target[0].upper() + target[1:]
    return shown[:at] + _RESERVED.sub(r"\\\1", target) + shown[at + len(stand_in) :]


def _mend_capitals(text: str, original: str) -> str:
    """Undo the capitals Apertium adds, which a reader of names would take for names.

    It gives a first word one unasked, and hands it on to the second word if the first
    is a name, and to the verb if it adds a subject ("it Follows").
    """
    first = next((c for c in original if c.isalpha()), "")
    if first.islower():
        text = re.sub(r"[^\W\d_]", lambda m: m.group().lower(), text, count=1)
    ours, theirs = _FIRST_WORDS.match(original), _FIRST_WORDS.match(text)
    if ours and theirs and ours[1] == theirs[1] and ours[2].islower():
        at = theirs.start(2)
        text = text[:at] + text[at].lower() + text[at + 1 :]
    return _ADDED_SUBJECT.sub(lambda m: f"{m[1]} {m[2].lower()}", text)


def _raised(text: str) -> str:
    """Spanish that begins as English did, where Apertium swapped its first words."""
    return _PLAIN_FIRST_LETTER.sub(lambda m: m[0][:-1] + m[1].upper(), text, count=1)


def without_marks(text: str, language: Language, lexicon: Lexicon) -> str:
    """The words of ``language`` that Apertium did not know, by lexicon or as they were.

    ``text`` is what ``from_stream`` made.
    """

    def written(match: re.Match[str]) -> str:
        word = lexicon.meaning(match[2], language) or match[2]
        article = match[1] or ""
        return _joined(article, word) if language == "es" else article + word

    return _UNKNOWN.sub(written, text).replace("\0", "")


def _joined(article: str, word: str) -> str:
    """An English article and the word after it: "a measles case", "an ejido"."""
    if article:
        article = article[0] + ("n " if word[0].lower() in "aeiouáéíóú" else " ")
    return article + word


def with_opening_signs(text: str) -> str:
    """Spanish with the ¿ and ¡ that English has not.

    >>> with_opening_signs("Texas: hay agua? Ahora, quién gana? Nadie!")
    'Texas: ¿hay agua? Ahora, ¿quién gana? ¡Nadie!'
    """
    if "?" not in text and "!" not in text:
        return text
    parts, at = [], 0
    for sentence in split_sentences(text):
        start = text.index(sentence, at)
        parts += [text[at:start], _opened(sentence)]
        at = start + len(sentence)
    return "".join(parts) + text[at:]


def _opened(sentence: str) -> str:
    asks = _ASKS.search(sentence)
    if asks is None or "¿" in sentence or "¡" in sentence:
        return sentence
    sign = "¿" if "?" in asks["mark"] else "¡"
    before = _BEFORE_QUESTION.match(sentence, 0, asks.start())
    if sign == "¿":
        before = _QUESTION_WORD.search(sentence) or before
    at = before.end() if before else 0
    if at == 0 and asks["close"] and (quotes := _OPENING_QUOTES.match(sentence)):
        at = quotes.end()
    return sentence[:at] + sign + sentence[at:]
