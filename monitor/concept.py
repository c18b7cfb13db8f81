"""
What an analyst compares the wording of: the framing lexicon's nouns. Frozen values, as
in ``model.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model import LANGUAGES, Language
from monitor.text import fold, words

Place = tuple[str | int, ...]
"""Where in a concept a fault is: ``("frames", 2, "es")``."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One way to word a concept, in both languages."""

    name: str
    en: tuple[str, ...] = ()
    es: tuple[str, ...] = ()
    spanish: str = ""
    """Its name in Spanish; empty: ``name`` has to do."""

    def label(self, language: Language) -> str:
        """What a reader of a language sees."""
        return self.spanish if language == "es" and self.spanish else self.name

    def terms(self, language: Language) -> tuple[str, ...]:
        """Those in one language. One that ends in ``*`` stands for any ending."""
        return self.es if language == "es" else self.en


ASIDE = "aside"
"""Name of the frame that holds a concept's passages that mean something else."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A matter that can be worded in several ways."""

    name: str
    frames: tuple[Frame, ...]
    aside: Frame = Frame(ASIDE)
    """Passages that hold a term of the concept and mean something else."""
    replaces: bool = False
    """Whether a concept of a person's takes the place of ours of that name."""
    spanish: str = ""
    """Its name in Spanish; empty: ``name`` has to do."""

    def label(self, language: Language) -> str:
        """What a reader of a language sees."""
        return self.spanish if language == "es" and self.spanish else self.name

    def frame(self, name: str) -> Frame:
        """The frame of a name; one that is not there has no terms."""
        return next((f for f in self.frames if f.name == name), Frame(name))

    def faults(self) -> Iterator[tuple[Place, str]]:
        """Where it cannot stand, and what to do about it."""
        names: dict[str, int] = {}
        for n, frame in enumerate(self.frames):
            if names.setdefault(frame.name, n) != n:
                yield ("frames", n, "frame"), f"{frame.name} stands there twice; merge"
            if not (frame.en or frame.es):
                yield ("frames", n), f"{frame.name} has no terms; give en or es"
            yield from _bad_terms(frame, ("frames", n))
        yield from _bad_terms(self.aside, ("aside",))
        yield from self._claimed_twice()

    def _claimed_twice(self) -> Iterator[tuple[Place, str]]:
        for language in LANGUAGES:
            owners: dict[str, str] = {}
            for n, frame in enumerate(self.frames):
                for term in frame.terms(language):
                    owner = owners.setdefault(term_key(term), frame.name)
                    if owner != frame.name:
                        what = f"{term!r} is a term of {owner} too; remove one"
                        yield ("frames", n, language), what


def _bad_terms(frame: Frame, place: Place) -> Iterator[tuple[Place, str]]:
    for language in LANGUAGES:
        for term in frame.terms(language):
            if "*" in term.rstrip("*") or term.count("*") > 1:
                what = f"{term!r}: * stands at the end alone; write the words out"
                yield (*place, language), what
            elif not words(term):
                what = f"{term!r} has no word; write one or remove it"
                yield (*place, language), what


def term_key(term: str) -> str:
    """Terms with one key find the same: but for acronyms, case and accents are one."""
    stems = (w if len(w) > 1 and w.isupper() else fold(w) for w in words(term))
    return " ".join(stems) + "*" * term.endswith("*")
