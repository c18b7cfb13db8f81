"""What a story is about: its themes, told by a lexicon that the analyst may edit."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import yaml

from monitor.coverage.finder import Finder
from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Item, Language, Story
from monitor.query import term_fault
from monitor.theme import Theme, ThemeEdit

SHARE = 1 / 3
"""Of a story's items, how many must be of a theme for the story to be."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Lexicon:
    """The themes in force, in their order."""

    themes: tuple[Theme, ...]

    @cached_property
    def finders(self) -> Mapping[Language, Finder[str]]:
        """What finds the names of themes in texts of a language."""
        return {
            language: Finder(
                (theme.name, term)
                for theme in self.themes
                for term in theme.terms(language)
            )
            for language in LANGUAGES
        }


def tag(story: Story, lexicon: Lexicon) -> tuple[str, ...]:
    """The names of a story's themes, in the order of the lexicon.

    A story is of a theme if a third of its items are. Copies count once, with the item
    they repeat.
    """
    own = [m for m in story.members if m.assignment.copy_of is None]
    told = (m.item for m in own or story.members)
    return chosen(((themes_of(item, lexicon), 1) for item in told), lexicon)


def chosen(
    told: Iterable[tuple[Iterable[str], int]], lexicon: Lexicon
) -> tuple[str, ...]:
    """A story's themes, by those of its items: names, and how many are of them."""
    counts: Counter[str] = Counter()
    items = 0
    for names, number in told:
        items += number
        for name in names:
            counts[name] += number
    return tuple(
        theme.name
        for theme in lexicon.themes
        if counts[theme.name] and counts[theme.name] >= SHARE * items
    )


def themes_of(item: Item, lexicon: Lexicon) -> set[str]:
    """The names of an item's themes: a term stands in its own headline or summary.

    Translations are not read: every item has a text in a language of the lexicon, and
    an engine's word for a thing is not the outlet's.
    """
    finder = lexicon.finders[item.language]
    return finder.keys(item.title) | finder.keys(item.summary)


@cache
def lexicon(own: tuple[ThemeEdit, ...] = ()) -> Lexicon:
    """The lexicon we ship, as a person changes it; new themes come last.

    Raises ConfigError for a change of a theme that there is not, and if our own file
    was damaged.
    """
    themes = {theme.name: theme for theme in _shipped()}
    for edit in own:
        if edit.name not in themes and not edit.is_whole:
            raise ConfigError(_unknown(edit.name, themes))
        if edit.drop:
            del themes[edit.name]
        else:
            themes[edit.name] = _edited(themes.get(edit.name), edit)
    return Lexicon(tuple(themes.values()))


@cache
def _shipped() -> tuple[Theme, ...]:
    file = files("monitor.coverage").joinpath("themes.yaml")
    return tuple(read_themes(file.read_text(encoding="utf-8")))


def _edited(theme: Theme | None, edit: ThemeEdit) -> Theme:
    if theme is None:
        return Theme(edit.name, edit.en, edit.es, edit.terms_en, edit.terms_es)
    before = replace(theme, terms_en=(), terms_es=()) if edit.replace else theme
    return Theme(
        edit.name,
        edit.en or theme.en,
        edit.es or theme.es,
        tuple(dict.fromkeys((*before.terms_en, *edit.terms_en))),
        tuple(dict.fromkeys((*before.terms_es, *edit.terms_es))),
    )


def _unknown(name: str, themes: Iterable[str]) -> str:
    close = get_close_matches(name, list(themes), n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there is {', '.join(themes)}."
    return (
        f"feeds.yaml: themes: no theme is named {name!r}; {hint} "
        "A new one needs en, es and terms of both languages"
    )


def read_themes(text: str, name: str = "themes.yaml") -> list[Theme]:
    """The themes of a lexicon file.

    Raises ConfigError naming ``name`` and the theme.
    """
    try:
        members = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}: is not YAML: {error}") from error
    if not isinstance(members, list):
        raise ConfigError(f"{name}: expected a list of themes, each after a dash")
    themes = [_theme(member, name) for member in members]
    names = [theme.name for theme in themes]
    if twin := next((each for each in names if names.count(each) > 1), None):
        raise ConfigError(f"{name}: {twin!r} stands there twice; remove one")
    return themes


def _theme(member: Any, name: str) -> Theme:
    try:
        theme = Theme(
            member["name"],
            member["en"],
            member["es"],
            tuple(member["terms"]["en"]),
            tuple(member["terms"]["es"]),
        )
    except (KeyError, TypeError) as error:
        what = "expected name, en, es and terms: {en: [...], es: [...]}"
        raise ConfigError(f"{name}: {what} in {str(member)[:60]!r}") from error
    for language in LANGUAGES:
        for term in theme.terms(language):
            if not isinstance(term, str):
                raise ConfigError(f"{name}: {theme.name}: put {term!r} into quotes")
            if fault := term_fault(term):
                raise ConfigError(f"{name}: {theme.name}: {fault}")
    return theme


def as_yaml(lexicon: Lexicon) -> str:
    """What to write into feeds.yaml to have this lexicon, whatever is shipped."""
    names = {theme.name for theme in lexicon.themes}
    members = [*map(_as_member, lexicon.themes)]
    members += [
        {"name": theme.name, "drop": True}
        for theme in _shipped()
        if theme.name not in names
    ]
    text: str = yaml.safe_dump(
        {"themes": members},
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=84,
    )
    return text


def _as_member(theme: Theme) -> dict[str, object]:
    return {
        "name": theme.name,
        "en": theme.en,
        "es": theme.es,
        "terms": {language: list(theme.terms(language)) for language in LANGUAGES},
        "replace": True,
    }
