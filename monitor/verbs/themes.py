"""``monitor coverage themes``."""

from collections.abc import Collection, Sequence

from monitor.coverage.themes import Lexicon, as_yaml
from monitor.marking import marks_of
from monitor.model import LANGUAGES, SIDES, Country
from monitor.terminal import show, show_json
from monitor.theme import Theme
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.span import Span

_COLUMNS = ("name", "en", "es", "stories", *SIDES, "both")


def list_themes(paths: Paths, days: int, as_json: bool) -> None:
    """The themes in force, with how many stories of the last days are of each."""
    config = paths.read_config()
    with paths.open_known_store() as store:
        marker = compose.marker(compose.with_kept(config, store).config)
        end = store.items.last_moment() or compose.now()
        stories = store.stories.between(*Span(days).times(end))
        marks = marks_of(store, marker, stories)
    tagged = [
        (
            marker.from_marks(story, marks).themes,
            {member.item.country for member in story.members},
        )
        for story in stories
    ]
    rows = count(tagged, marker.lexicon)
    if as_json:
        terms = [_terms(theme) for theme in marker.lexicon.themes]
        show_json([row | more for row, more in zip(rows, terms, strict=True)])
    else:
        show(rows, _COLUMNS)


def print_yaml(paths: Paths) -> None:
    """The lexicon in force, as feeds.yaml would hold it."""
    print(as_yaml(compose.themes(paths.read_config())), end="")


def count(
    tagged: Sequence[tuple[Sequence[str], Collection[Country]]], lexicon: Lexicon
) -> list[dict[str, object]]:
    """For each theme how many stories are of it, and in how many a side has a part.

    ``tagged`` are the themes of each story, and the sides that have it.
    """
    rows: list[dict[str, object]] = []
    for theme in lexicon.themes:
        sides = [sides for names, sides in tagged if theme.name in names]
        rows.append(
            {
                "name": theme.name,
                **{language: theme.label(language) for language in LANGUAGES},
                "stories": len(sides),
                **{side: sum(side in each for each in sides) for side in SIDES},
                "both": sum(len(each) == len(SIDES) for each in sides),
            }
        )
    return rows


def _terms(theme: Theme) -> dict[str, object]:
    return {"terms": {language: theme.terms(language) for language in LANGUAGES}}
