"""What an analyst tags stories with. Frozen values, as in ``model.py``."""

from dataclasses import dataclass

from monitor.model import Language


@dataclass(frozen=True, slots=True)
class Theme:
    """A matter that stories are about, and the terms it is told by."""

    name: str
    """What feeds.yaml, files and filters call it."""
    en: str
    """Its label in English."""
    es: str
    terms_en: tuple[str, ...]
    """Looked for in texts of that language alone; one is enough."""
    terms_es: tuple[str, ...]

    def label(self, language: Language) -> str:
        """What a reader of a language sees."""
        return self.es if language == "es" else self.en

    def terms(self, language: Language) -> tuple[str, ...]:
        """What it is told by in texts of a language."""
        return self.terms_es if language == "es" else self.terms_en


@dataclass(frozen=True, slots=True)
class ThemeEdit:
    """What a person says of one theme: a new one, or a change of one of ours."""

    name: str
    en: str = ""
    """Its label; empty: ours."""
    es: str = ""
    terms_en: tuple[str, ...] = ()
    terms_es: tuple[str, ...] = ()
    replace: bool = False
    """Whether these terms stand instead of ours, and not beside them."""
    drop: bool = False
    """Whether the theme is none any more."""

    @property
    def is_whole(self) -> bool:
        """Whether it can stand without one of ours."""
        return all((self.en, self.es, self.terms_en, self.terms_es))
