"""What a story is about: its themes, told by a lexicon that the analyst may edit."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files

from monitor.coverage.finder import Finder
from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Item, Language, Story
from monitor.query import term_fault
from monitor.theme import Theme, ThemeEdit
from monitor.yaml_list import Node, YamlList, write

SHARE = 1 / 3
"""Of a story's items, how many must be of a theme for the story to be."""


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

    Raises ConfigError naming ``name``, the line and what to do about it.
    """
    file = YamlList(text, name)
    themes: dict[str, Theme] = {}
    for node in file.members(file.root, "themes"):
        theme = _theme(file, node)
        if theme.name in themes:
            what = f"{theme.name} stands there twice; remove one"
            raise file.fault(node, what)
        themes[theme.name] = theme
    return list(themes.values())


def _theme(file: YamlList, node: Node) -> Theme:
    keys = ("name", *LANGUAGES, "terms")
    values = file.values(node, keys, keys)
    terms = file.values(values["terms"], LANGUAGES, LANGUAGES)
    theme = Theme(
        name=file.text(values["name"]),
        en=file.text(values["en"]),
        es=file.text(values["es"]),
        terms_en=file.texts(terms["en"]),
        terms_es=file.texts(terms["es"]),
    )
    for language in LANGUAGES:
        if fault := next(filter(None, map(term_fault, theme.terms(language))), None):
            raise file.fault(terms[language], fault)
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
    return write(members, "themes")


def _as_member(theme: Theme) -> dict[str, object]:
    return {
        "name": theme.name,
        "en": theme.en,
        "es": theme.es,
        "terms": {language: list(theme.terms(language)) for language in LANGUAGES},
        "replace": True,
    }
