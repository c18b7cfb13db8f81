"""Unicode-safe text helpers that every layer may use."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")
_LOGIN = re.compile(r"(//|(?<![^\s'\"(])(?!mailto:)(?=[\w.+-]+:))[^/?#\s]*@")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
"""A word or number, as ``words`` counts them."""


def squeeze(text: str) -> str:
    """Fold every run of white space into one blank, strip the ends, compose accents.

    A decomposed ``México`` looks the same and is two words to ``words``.
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def printable(text: str) -> str:
    """The text with a blank for every character that a terminal might obey.

    >>> printable("one\\x1b]0;title\\x07 two")
    'one ]0;title  two'
    """
    return "".join(c if c.isprintable() else " " for c in text)


def without_login(text: str) -> str:
    """A text with the user names and passwords of its addresses left out.

    >>> without_login("https://me:secret@diario.example/rss, me:secret@a.example")
    'https://…@diario.example/rss, …@a.example'
    """
    return _LOGIN.sub(r"\1…@", text)


def fold(text: str) -> str:
    """Lower case without accents, for comparing: ``México`` and ``MEXICO`` agree.

    >>> fold("Sheinbaum: ¡México NO!  Ñandú")
    'sheinbaum: ¡mexico no!  nandu'
    """
    if text.isascii():  # nothing to decompose, as in most words
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words(text: str) -> list[str]:
    """The words and numbers of a text in order, as written.

    >>> words("EE.UU. y México: 1,500 mdd, O'Rourke")
    ['EE', 'UU', 'y', 'México', '1', '500', 'mdd', "O'Rourke"]
    """
    return WORD.findall(text)


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut at a word, with an ellipsis if cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:.-") + "…"
