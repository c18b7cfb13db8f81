"""
Words that a rule-based engine does not know, and what to write instead.

The list itself is a file that people edit (``lexicon.tsv`` says how). Here it is read,
and a word is looked up; which words an engine does not know is for the engine to say.
"""

import hashlib
from collections.abc import Iterable, Mapping

from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Language
from monitor.text import fold


class Lexicon:
    """Meanings of single words, one list for each language."""

    def __init__(self, meanings: Mapping[Language, Mapping[str, str]]) -> None:
        """``meanings``: language -> folded word -> meaning in the other language."""
        self._meanings = {lang: dict(meanings.get(lang, {})) for lang in LANGUAGES}
        self.digest = hashlib.sha256(repr(self._meanings).encode()).hexdigest()[:8]
        """Changes when any line does, so that translations made with it can be told."""

    def __len__(self) -> int:
        return sum(map(len, self._meanings.values()))

    def meaning(self, word: str, language: Language) -> str | None:
        """What a word means, with the word's capitals; None if it is not listed."""
        found = self._meanings[language].get(fold(word))
        if found is None:
            return None
        if len(word) > 1 and word.isupper():
            return found.upper()
        return found[0].upper() + found[1:] if word[0].isupper() else found


def read_lexicon(lines: Iterable[str], name: str = "lexicon") -> Lexicon:
    """Read the tab-separated lines of a lexicon file.

    Raises ConfigError naming ``name`` and the line that cannot be understood.
    """
    meanings: dict[Language, dict[str, str]] = {lang: {} for lang in LANGUAGES}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            where = f"{name}, line {number}"
            language, forms, meaning = _read_line(line.rstrip("\n"), where)
            for form in forms:
                if form in meanings[language]:
                    raise ConfigError(f"{where}: {form!r} has a line already")
                meanings[language][form] = meaning
    return Lexicon(meanings)


def _read_line(line: str, where: str) -> tuple[Language, list[str], str]:
    columns = [column.strip() for column in line.split("\t")]
    if len(columns) != 3:
        raise ConfigError(f"{where}: {len(columns)} columns, not from, word, meaning")
    language = next((lang for lang in LANGUAGES if lang == columns[0]), None)
    if language is None:
        raise ConfigError(f"{where}: {columns[0]!r} is not en or es")
    forms = [fold(form.strip()) for form in columns[1].split("|") if form.strip()]
    if not forms or not columns[2]:
        raise ConfigError(f"{where}: the word or its meaning is empty")
    if odd := next((form for form in forms if not form.isalnum()), None):
        raise ConfigError(f"{where}: {odd!r} is not a single word")
    return language, forms, columns[2]
