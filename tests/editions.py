"""
One edition with everything an edition can hold, for a subscriber in each language.

Outlets and news are made up. ``full_edition("en")`` is the same whenever it is made.
"""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Literal

from builders import (
    NOW,
    feed,
    health,
    item,
    member,
    story,
    subscriber,
    translation,
    watchlist,
)
from monitor.change import Change, LoggedChange, Move
from monitor.comparison import BlindSpot, Coverage, SideHealth
from monitor.coverage.sides import compare
from monitor.digest.edition import Window, edition
from monitor.model import Country, Item, Member
from monitor.readers import Corrected, Edition, Length, Links, Subscriber

DAY = NOW.date()
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWNERS = dict.fromkeys(("Diario Anáhuac", "Mercado Hoy"), "Grupo Anáhuac")
LINKS = Links(
    "https://monitor.example/editions/abc",
    "https://monitor.example/unsubscribe/abc",
)


def told(
    title: str, meaning: str, side: Country, minutes: float, outlet: str, **fields: str
) -> Member:
    """An item with its translation into the other language."""
    made: Item = item(title, side, minutes=minutes, outlet=outlet, **fields)
    return member(made, translation(made, meaning))


def us(title: str, meaning: str, minutes: float, outlet: str = "Hudson Dispatch"):
    return told(title, meaning, "US", minutes, outlet)


def mx(title: str, meaning: str, minutes: float, outlet: str = "Diario Anáhuac"):
    return told(title, meaning, "MX", minutes, outlet)


def coverages() -> list[Coverage]:
    """One story or two for every section."""
    found = {
        "trade": (
            us("Steel tariffs are back", "Vuelven los aranceles al acero", -600),
            mx("Vuelven los aranceles", "The tariffs are back", -540),
        ),
        "water": (
            mx("México entrega agua", "Mexico hands over water", -3000),
            mx("Entrega de agua sigue", "The handover goes on", -200, "Mercado Hoy"),
            us("Texas gets its water", "Texas recibe su agua", -300),
        ),
        "storm": (
            us("Storm closes in on Rio Seco", "Tormenta se acerca a Río Seco", -400),
            mx("Tormenta amenaza Río Seco", "Storm threatens Río Seco", -415),
        ),
        "bridge": (
            us("New bridge takes shape", "El nuevo puente toma forma", -4000),
            mx("Avanza el puente nuevo", "The new bridge advances", -3900),
            us("Bridge to open in May", "El puente abrirá en mayo", -100, "Rio Bend"),
        ),
        "mine": (
            mx("Mineros en huelga", "Miners on strike", -800),
            mx("Sigue la huelga minera", "The strike goes on", -500, "Mercado Hoy"),
        ),
        "dam": (
            us("Dam inspectors find cracks", "Hallan grietas en la presa", -700),
            us("Cracks in dam alarm town", "Alarma por la presa", -640, "Rio Bend"),
        ),
        "school": (us("School bus strike ends", "Termina el paro escolar", -50),),
        "fair": (mx("Abre la feria del libro", "The book fair opens", -30),),
    }
    return [
        compare(story(*members, id=name), OWNERS) for name, members in found.items()
    ]


def blind_spot(of: str, silent: Country, since: float, down: int = 0) -> BlindSpot:
    """With ``down`` of ten feeds not read."""
    return BlindSpot(
        story=of,
        silent=silent,
        since=datetime.fromtimestamp(NOW.timestamp() + since * 60, UTC),
        items=2,
        outlets=2,
        owners=1,
        texts=2,
        expected=3.4,
        covered=41,
        of=50,
        health=SideHealth(silent, 10, down, down / 10),
        opened=NOW,
    )


def merged() -> Corrected:
    """A correction of the window."""
    moves = (Move("a", "fair-2", "fair"), Move("b", "fair-2", "fair"))
    change = Change("merge", moves, "the same fair", correction=7)
    return Corrected(LoggedChange(12, NOW, change), (coverages()[-1].story,))


def within() -> Window:
    """What the window came to beside its stories."""
    return Window(
        retitled={"water": 2},
        themes={"water": ("water",), "trade": ("trade",), "dam": ("water", "energy")},
        labels={
            "water": {"en": "Water", "es": "Agua"},
            "trade": {"en": "Trade", "es": "Comercio"},
        },
        blind_spots=(
            blind_spot("mine", "US", -800),
            blind_spot("dam", "MX", -700),
            replace(blind_spot("water", "US", -3000), closed=NOW, end="picked-up"),
        ),
        sides={"US": SideHealth("US", 12, 0, 0.0), "MX": SideHealth("MX", 10, 1, 0.1)},
        corrected=(merged(),),
    )


def reader(
    language: Literal["en", "es", "both"] = "en",
    length: Length = "standard",
    themes: tuple[str, ...] = (),
) -> Subscriber:
    """In New York at seven, with a watch-list."""
    return subscriber(
        "Dana",
        language,
        at=time(7),
        watchlists=("Trade",),
        length=length,
        themes=themes,
    )


def full_edition(
    language: Literal["en", "es", "both"] = "en",
    length: Length = "standard",
    themes: tuple[str, ...] = (),
    beside: Window | None = None,
) -> Edition:
    """Something in every section."""
    return edition(
        reader(language, length, themes),
        DAY,
        coverages(),
        [watchlist("Trade", "tariff*", "arancel*")],
        [health(), health(feed("Eco", "MX"), "HTTP 500")],
        3,
        "apertium 3.8",
        beside or within(),
        LINKS,
    )
