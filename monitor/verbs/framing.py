"""The verbs that show how the two sides word things: framing, retitles."""

from collections.abc import Iterable, Sequence

from monitor.config.settings import Config
from monitor.contrasting import (
    Material,
    contrast,
    material,
    material_of,
    retitled,
    retitled_in,
)
from monitor.coverage.framing import Cell, ConceptUse, FrameUse, Framing, Mention
from monitor.coverage.framing_file import lexicon
from monitor.coverage.keyness import Word
from monitor.coverage.odds import Leaning
from monitor.coverage.retitles import Retitle
from monitor.errors import ConfigError
from monitor.model import SIDES, Item
from monitor.store.database import Store
from monitor.terminal import show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.span import Span

_WORDS_SHOWN = 12
"""Of each side, in the table."""
_HEADLINES_SHOWN = 2
"""Behind each cell, in the table."""

_FRAME_COLUMNS = ("concept", "frame", "US", "US_share", "MX", "MX_share", "z")
_HEADLINE_COLUMNS = ("US_headlines", "MX_headlines")
_WORD_COLUMNS = (
    *("word", "language", "side", "against", "items", "others", "z"),
    "headlines",
)
RETITLE_COLUMNS = (
    *("at", "minutes", "country", "outlet", "id"),
    *("went", "came", "before", "after"),
)


# --- framing -------------------------------------------------------------------


def show_framing(
    paths: Paths, span: Span, concept: str | None, with_words: bool, as_json: bool
) -> None:
    """How each side words the concepts of the lexicon, and which words are its own.

    Words are told of a story and where they are asked for: to read a busy month for
    them takes seconds.
    """
    framing = _framing(paths.read_config(), concept)
    with paths.open_known_store() as store:
        found = _material(store, span)
        words = contrast(store, found) if with_words or span.story else ()
    uses = framing.compare(found.found)
    sure = [word for word in words if word.is_sure]
    if as_json:
        show_json(_framing_dict(found, uses, sure))
        return
    rows = [_frame_row(use, each) for use in uses for each in use.uses]
    show(rows, (*_FRAME_COLUMNS, *_HEADLINE_COLUMNS))
    if words:
        print("\nWords by side")
        show([_word_row(word) for word in _first(sure)], _WORD_COLUMNS)


def _framing(config: Config, concept: str | None) -> Framing:
    concepts = lexicon(config.framing)
    if concept is None:
        return Framing(concepts)
    chosen = [each for each in concepts if each.name == concept]
    if not chosen:
        known = ", ".join(each.name for each in concepts)
        raise ConfigError(f"no concept is named {concept!r}; expected one of {known}")
    return Framing(chosen)


def _material(store: Store, span: Span) -> Material:
    if span.story:
        return material_of(store.stories.named(span.story))
    return material(store, *span.times(store.items.last_moment() or compose.now()))


def _frame_row(of: ConceptUse, use: FrameUse) -> dict[str, object]:
    row: dict[str, object] = {"concept": of.concept, "frame": use.frame}
    for side in SIDES:
        cell = use.cells[side]
        row[side], row[f"{side}_share"] = cell.items, _percent(cell)
        row[f"{side}_headlines"] = _titles(m.item for m in cell.mentions)
    return row | {"z": _signed(use.leaning)}


def _percent(cell: Cell) -> str | None:
    return f"{cell.share:.0%}" if cell.items else None


def _signed(leaning: Leaning | None) -> str | None:
    return None if leaning is None else f"{leaning.z:+.1f}"


def _titles(items: Iterable[Item]) -> str:
    titles = [f"{item.outlet}: {item.title}" for item in items]
    return " | ".join(titles[:_HEADLINES_SHOWN])


def _first(words: Sequence[Word]) -> list[Word]:
    """The first words of each side."""
    return [
        word
        for side in SIDES
        for word in [w for w in words if w.side == side][:_WORDS_SHOWN]
    ]


def _word_row(word: Word) -> dict[str, object]:
    return {
        "word": word.written,
        "language": word.language,
        "side": word.side,
        "against": word.against,
        "items": len(word.items),
        "others": len(word.others),
        "z": _signed(word.leaning),
        "headlines": _titles(word.items),
    }


def _framing_dict(
    found: Material, uses: Iterable[ConceptUse], words: Iterable[Word]
) -> dict[str, object]:
    return {
        "items": found.counted,
        "concepts": [
            {
                "concept": use.concept,
                "uses": use.totals,
                "frames": [_frame_dict(each) for each in use.uses],
            }
            for use in uses
        ],
        "words": [_word_dict(word) for word in words],
    }


def _frame_dict(use: FrameUse) -> dict[str, object]:
    return {
        "frame": use.frame,
        **_leaning_dict(use.leaning),
        "sides": {side: _cell_dict(use.cells[side]) for side in SIDES},
    }


def _leaning_dict(leaning: Leaning | None) -> dict[str, object]:
    return {
        "log_odds": leaning and leaning.log_odds,
        "z": leaning and leaning.z,
    }


def _cell_dict(cell: Cell) -> dict[str, object]:
    return {
        "items": cell.items,
        "texts": cell.texts,
        "share": cell.share,
        "mentions": [_mention_dict(mention) for mention in cell.mentions],
    }


def _mention_dict(mention: Mention) -> dict[str, object]:
    return _item_dict(mention.item) | {
        "part": mention.part,
        "start": mention.start,
        "end": mention.end,
        "words": mention.words,
    }


def _item_dict(item: Item) -> dict[str, object]:
    return {
        "id": item.id,
        "outlet": item.outlet,
        "country": item.country,
        "language": item.language,
        "published": item.published.isoformat(),
        "title": item.title,
        "url": item.url,
    }


def _word_dict(word: Word) -> dict[str, object]:
    return {
        "lemma": word.lemma,
        "written": word.written,
        "language": word.language,
        "side": word.side,
        "against": word.against,
        **_leaning_dict(word.leaning),
        "usual": word.usual,
        "items": [_item_dict(item) for item in word.items],
        "others": [_item_dict(item) for item in word.others],
    }


# --- headlines -----------------------------------------------------------------


def show_retitles(paths: Paths, span: Span, outlet: str | None, as_json: bool) -> None:
    """Which headlines were changed, the first change first."""
    with paths.open_known_store() as store:
        found = _retitles(store, span)
    mine = [each for each in found if outlet in (None, each.item.outlet)]
    if as_json:
        show_json([retitle_dict(each) for each in mine])
    else:
        show([retitle_row(each) for each in mine], RETITLE_COLUMNS)


def _retitles(store: Store, span: Span) -> list[Retitle]:
    if span.story:
        return retitled_in(store, store.stories.named(span.story))
    moments = (store.items.last_moment(), store.originals.last_revised())
    last = max((moment for moment in moments if moment), default=compose.now())
    return retitled(store, *span.times(last))


def retitle_row(each: Retitle) -> dict[str, object]:
    """A change of a headline as a row of a table."""
    return {
        "at": each.at.isoformat(),
        "minutes": each.minutes,
        "country": each.item.country,
        "outlet": each.item.outlet,
        "went": "; ".join(each.went),
        "came": "; ".join(each.came),
        "before": each.before,
        "after": each.after,
        "id": each.item.id,
    }


def retitle_dict(each: Retitle) -> dict[str, object]:
    """The same for programs."""
    return {
        "item": _item_dict(each.item),
        "before": each.before,
        "after": each.after,
        "at": each.at.isoformat(),
        "minutes": each.minutes,
        "went": each.went,
        "came": each.came,
    }
