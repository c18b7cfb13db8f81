"""How both sides word the concepts of the lexicon -> a table, headlines behind it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from monitor.concept import Concept
from monitor.coverage.framing import Cell, ConceptUse, FrameUse, Mention
from monitor.coverage.odds import SURE, Leaning
from monitor.model import SIDES, Country
from monitor.text import squeeze
from monitor.web.evidence import Evidence, evidence
from monitor.web.guide import Guide


@dataclass(frozen=True, slots=True)
class CellView:
    """One side's use of one frame."""

    side: Country
    name: str
    items: str
    share: str
    """Of the side's uses of the concept: ``40%``; empty without any."""
    texts: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class FrameView:
    """One frame, both sides of it."""

    frame: str
    cells: tuple[CellView, ...]
    z: str
    """``2.3``, without its sign; empty where nothing can be told."""
    leans: Country | None
    """Which side uses it more."""
    is_sure: bool


@dataclass(frozen=True, slots=True)
class ConceptView:
    """One concept with its frames."""

    concept: str
    frames: tuple[FrameView, ...]
    totals: tuple[tuple[Country, str], ...]
    address: str
    """The page of this concept alone."""


def concept_views(
    uses: Iterable[ConceptUse],
    concepts: Iterable[Concept],
    guide: Guide,
    most: int,
    here: Collection[str] = (),
    asked: Iterable[tuple[str, str]] = (),
) -> tuple[ConceptView, ...]:
    """Each concept's table, at most ``most`` headlines a cell.

    ``concepts`` are the lexicon’s, for their names in other languages; ``here`` are
    items that stand on the page itself; ``asked`` is what else the page’s address asks
    for.
    """
    known = {concept.name: concept for concept in concepts}
    return tuple(
        ConceptView(
            concept=known[use.concept].label(guide.language),
            frames=tuple(
                _frame(frame, known[use.concept], guide, most, here)
                for frame in use.uses
            ),
            totals=tuple((side, guide.number(use.totals[side])) for side in SIDES),
            address="/framing?" + urlencode([*asked, ("concept", use.concept)]),
        )
        for use in uses
    )


def z_view(leaning: Leaning | None) -> tuple[str, Country | None, bool]:
    """(z without its sign, the side that leans to it, whether that is sure)."""
    if leaning is None:
        return "", None, False
    leans: Country = "US" if leaning.z > 0 else "MX"
    return f"{abs(leaning.z):.1f}", leans, abs(leaning.z) >= SURE


def _frame(
    use: FrameUse, of: Concept, guide: Guide, most: int, here: Collection[str]
) -> FrameView:
    label = of.frame(use.frame).label(guide.language)
    cells = (_cell(side, use.cells[side], guide, most, here) for side in SIDES)
    return FrameView(label, tuple(cells), *z_view(use.leaning))


def _cell(
    side: Country, cell: Cell, guide: Guide, most: int, here: Collection[str]
) -> CellView:
    items = [mention.item for mention in cell.mentions]
    # A word of a summary cannot be seen in the headline that stands for its item.
    notes = {m.item.id: _note(m, guide) for m in cell.mentions[:most]}
    return CellView(
        side=side,
        name=guide.words.side[side],
        items=guide.number(cell.items),
        share=f"{cell.share:.0%}" if cell.items else "",
        texts=guide.count(cell.texts, guide.words.texts),
        evidence=evidence(items, guide, most, here, notes),
    )


def _note(mention: Mention, guide: Guide) -> str:
    words = squeeze(mention.words)
    if mention.part == "summary":
        return guide.say("“{words}” in its summary", words=words)
    return f"“{words}”"
