"""The window's items and their stories: forgetting must change no answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from builders import NOW, item, reading
from monitor.change import Change, Correction, LoggedCorrection, Move
from monitor.model import Assignment
from monitor.stories import cluster
from monitor.stories import consolidate as consolidation
from monitor.stories import present as module
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.cluster import WINDOW, Clusterer, hours_of
from monitor.stories.coefficients import coefficients
from monitor.stories.consolidate import consolidate
from monitor.stories.corrections import Rules
from monitor.stories.present import WINDOW_HOURS, Present
from monitor.stories.terms import TermReader

READER = TermReader(background(), aliases())
HOUR = 60
DAY = 24 * HOUR


def present() -> Present:
    return Present(coefficients(is_dense=False).pairs)


def add(to: Present, title: str, story: str, minutes: float = 0, **kept) -> int:
    """An item of a story, called by the story and its row."""
    name = kept.pop("id", f"{story}{len(to.members)}")
    of = reading(item(title, minutes=minutes, id=name, **kept))
    row = to.add(of.item, READER.read(of), hours_of(of.item), None)
    to.join(row, story)
    return row


BARGE = "Barge strikes Duluth bridge, injuring 14 as the span collapses"
SPAN = "Duluth bridge collapses after barge strikes span, 14 are injured"
CATS = "Shelter finds new owners for kittens in Toledo"


# --- stories and their items ---------------------------------------------------------


def test_a_story_has_its_items_and_their_copies():
    made = present()
    add(made, BARGE, "b", 9)
    add(made, SPAN, "b", 1)
    made.attach("copy", "b0", "b")
    assert made.items("b") == {"b0", "b1", "copy"}
    assert made.listed("b") == ["b1", "b0", "copy"]
    assert made.repeating("b0") == ["b0", "copy"]
    assert made.ordered("b") == [1, 0]
    assert (made.story("copy"), made.row("copy"), made.row("b1")) == ("b", None, 1)
    assert "b" in made
    assert "c" not in made
    assert (made.items("c"), made.listed("c"), made.story("x")) == (set(), [], None)


def test_a_move_takes_items_and_copies_along_as_told():
    made = present()
    add(made, BARGE, "b")
    add(made, SPAN, "b", 1)
    made.attach("copy", "b0", "b")
    made.move([Move("b0", "b", "n"), Move("copy", "b", "n"), Move("gone", "b", "n")])
    assert made.items("n") == {"b0", "copy"}
    assert made.items("b") == {"b1"}
    assert [made.members[row].story for row in (0, 1)] == ["n", "b"]
    assert made.story("gone") is None
    made.move([Move("b0", "b", "n")])
    assert made.ordered("n") == [0]


def test_a_copy_that_was_moved_away_is_no_companion_any_more():
    made = present()
    add(made, BARGE, "b")
    made.attach("copy", "b0", "b")
    made.move([Move("copy", "b", "n")])
    assert made.repeating("b0") == ["b0"]
    assert made.items("b") == {"b0"}
    assert made.story("copy") is None  # nothing can join a story of copies alone


def test_a_story_is_as_old_as_its_oldest_item_in_the_window():
    made = present()
    for minutes in (3 * DAY, 0, 8 * DAY):
        add(made, BARGE, "b", minutes)
    first = NOW.timestamp() / 3600
    assert made.age("b") == (first + 72, "b0")
    assert made.ordered("b") == [0, 2]
    assert sorted(made.rows("b").tolist()) == [0, 2]


# --- what is out of the window -------------------------------------------------------


def test_what_is_out_of_the_window_is_not_there_swept_or_not():
    made = present()
    add(made, BARGE, "b")
    made.attach("copy", "b0", "b")
    add(made, CATS, "c", 8 * DAY)
    assert "b" not in made
    assert made.row("b0") is None
    assert made.listed("b") == []
    assert made.story("b0") is made.story("copy") is None


def test_all_items_of_a_story_that_goes_on_are_known(monkeypatch):
    monkeypatch.setattr(module, "_SWEEP_ROWS", 1)
    made = present()
    add(made, BARGE, "b", id="old")
    made.attach("copy", "old", "b")
    add(made, CATS, "c", id="older")
    add(made, CATS, "c", id="oldest")
    for day in (4, 9, 10):
        add(made, BARGE, "b", day * DAY, id=f"day{day}")
    assert len(made.window) == 3  # of the first five rows, three were old
    assert made.items("b") == {"old", "copy", "day4", "day9", "day10"}
    assert made.story("old") == made.story("copy") == "b"
    assert made.listed("b") == ["day4", "day9", "day10", "copy", "old"]


def test_a_steady_stream_holds_half_a_window_more_than_is_in_sight():
    made, a_day = present(), 60
    held = [
        add(made, CATS, f"c{n // 9}", n * DAY / a_day, id=str(n)) and len(made.window)
        for n in range(40 * a_day)
    ]
    week = 7 * a_day
    assert week < max(held) <= week * 3 / 2 + 250
    assert len(made._story_of) <= max(held) + 9  # of the oldest story, all


def test_a_window_of_young_rows_is_not_swept(monkeypatch):
    monkeypatch.setattr(module, "_SWEEP_ROWS", 2)
    made = present()
    for n, day in enumerate((0, 5, 6, 8)):
        add(made, CATS, f"c{n}-", day * DAY)
    assert len(made.window) == len(made.members) == 4
    for n, day in enumerate((16, 16)):
        add(made, CATS, f"d{n}-", day * DAY)
    assert len(made.window) == len(made.members) == 2
    assert [made.row(member.id) for member in made.members] == [0, 1]


# --- comparison ----------------------------------------------------------------------


def test_bonds_are_to_the_other_rows_by_story():
    made = present()
    for title, story in ((BARGE, "b"), (SPAN, "b"), (CATS, "c"), (BARGE, "d")):
        add(made, title, story, len(made.members), outlet=f"O{len(made.members)}")
    bonds, crowd = made.bonds(0)
    assert {bond.story: [link.row for link in bond.links] for bond in bonds} == {
        "b": [1],
        "d": [3],
    }
    assert [bond.members for bond in bonds] == [1, 1]
    assert bonds[0].closeness >= bonds[1].closeness > 0.3
    assert all(bond.has_own for bond in bonds)
    assert crowd == 0


def test_scores_are_those_of_the_links():
    made = present()
    add(made, BARGE, "b")
    add(made, CATS, "c", 1, outlet="B")
    add(made, SPAN, "d", 2, outlet="C")
    [bond], _ = made.bonds(2)
    found = made.scores(2, np.array([0, 1, 2]))
    assert found[0] == bond.links[0].score > 0.3
    assert found[1] == 0


def test_a_crowd_is_what_is_alike_beyond_the_nearest_twenty():
    made = present()
    for n in range(30):
        add(made, BARGE, "b", n, outlet=f"O{n}")
    _, few = made.bonds(15)
    for n in range(30, 90):
        add(made, BARGE, "b", n, outlet=f"O{n}")
    _, many = made.bonds(15)
    assert 0 < few < many == pytest.approx(10, abs=0.5)


def test_templates_say_nothing_to_each_other():
    made = present()
    add(made, "Clima en Cancún hoy: pronóstico", "b", language="es")
    add(made, "Clima en Toluca hoy: pronóstico", "c", 1, language="es", outlet="B")
    assert made.bonds(1)[0] == []
    assert made.scores(1, np.array([0])).tolist() == [0]


def test_rows_a_week_apart_are_not_compared():
    made = present()
    add(made, BARGE, "b")
    add(made, SPAN, "c", 7 * DAY, outlet="B")
    add(made, CATS, "d", 7 * DAY + 1)
    assert made.visible(made.window.hours[0]).tolist() == [False, True, False]
    assert made.visible(made.window.hours[1]).tolist() == [False, True, True]


# --- forgetting ----------------------------------------------------------------------

THEMES = [
    ("Barge strikes Duluth bridge", "Divers search under Duluth bridge for the barge"),
    ("Duluth mayor asks who pays for the bridge", "Bridge reopens in Duluth"),
    ("Hailstorm flattens tomato fields in Culiacán", "Culiacán farmers count tomatoes"),
    ("Quetzal thieves caught at Toledo zoo", "Toledo zoo gets its quetzal birds back"),
]
TEXTS = [text for theme in THEMES for text in theme]
SPANISH = {
    "Puente de Duluth colapsa tras choque de barcaza": "",
    "Granizo arrasa con tomate en Culiacán": "Hail destroys tomato in Culiacán",
    "Zoológico de Toledo recupera sus quetzales": "Toledo zoo recovers its quetzals",
}
STEPS = st.lists(
    st.tuples(
        st.integers(0, len(TEXTS) + len(SPANISH) - 1),
        st.sampled_from([10, 90, 9 * HOUR, DAY, 30 * HOUR, 2 * DAY, 4 * DAY]),
        st.integers(0, 2),
        st.sampled_from([False, False, True]),
    ),
    min_size=12,
    max_size=30,
)
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


def stream(steps) -> list[tuple]:
    """(reading, whether second thoughts follow), over some weeks."""
    made, minutes = [], 0.0
    for n, (text, gap, outlet, is_thought_over) in enumerate(steps):
        minutes += gap
        kept = {"minutes": minutes, "id": f"i{n:02}", "outlet": f"Outlet {outlet}"}
        if text < len(TEXTS):
            of = reading(item(TEXTS[text], "US", **kept))
        else:
            title, english = list(SPANISH.items())[text - len(TEXTS)]
            of = reading(item(title, "MX", **kept), english)
        made.append((of, is_thought_over))
    return made


@dataclass
class Life:
    """What is decided, as a store would keep it."""

    made: dict[str, Assignment]
    changes: list[Change]
    readings: dict

    def follow(self, changes: Sequence[Change]) -> None:
        """Take changes over, as a store does; a merge leaves no item behind."""
        for change in changes:
            moved = {move.item: move.after for move in change.moves}
            if change.kind == "merge":
                before = change.moves[0].before
                assert {i for i, a in self.made.items() if a.story == before} == {
                    *moved
                }
            for name, story in moved.items():
                self.made[name] = replace(self.made[name], story=story)
        self.changes += changes

    def recalled(self, rules: Rules) -> Clusterer:
        """A clusterer that starts from what is kept of the last eight days."""
        newest = max(of.item.published for of in self.readings.values())
        since = newest - WINDOW - timedelta(days=1)
        living = {
            assigned.story
            for name, assigned in self.made.items()
            if self.readings[name].item.published >= since
        }
        clusterer = Clusterer(READER, rules)
        for name, assigned in self.made.items():
            if assigned.story in living:
                clusterer.recall(self.readings[name], assigned)
        return clusterer


def live(steps, rules: Rules, restarts: Callable[[int], bool]) -> tuple[str, str]:
    """All decisions and all changes, where the clusterer starts anew now and then."""
    kept = Life({}, [], {})
    clusterer = Clusterer(READER, rules)
    for n, (of, is_thought_over) in enumerate(stream(steps)):
        if restarts(n) and kept.made:
            clusterer = kept.recalled(rules)
        kept.readings[of.item.id] = of
        kept.made[of.item.id] = clusterer.assign(of)
        if is_thought_over:
            names = [
                name
                for name, known in kept.readings.items()
                if known.item.published >= of.item.published - WINDOW
            ]
            stories = {assigned.story for assigned in kept.made.values()}
            changes = consolidate(clusterer, names, rules, stories.__contains__)
            kept.follow(changes)
    return repr(kept.made), repr(kept.changes)


def rules_of(*said: Correction) -> Rules:
    return Rules(LoggedCorrection(n, NOW, one) for n, one in enumerate(said, 1))


SAID = st.sampled_from(
    [
        Rules(),
        rules_of(Correction("move", "", apart=(("i00",), ("i05", "i07", "i11")))),
        rules_of(Correction("merge", "", together=("i01", "i06", "i12"))),
    ]
)


@given(STEPS, SAID, st.data())
@settings(
    max_examples=8,
    deadline=None,
    phases=UNSHRUNK,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_neither_sweeping_nor_a_restart_changes_a_decision(
    monkeypatch, steps, rules, data
):
    places = data.draw(st.sets(st.integers(0, len(steps) - 1), max_size=3))
    monkeypatch.setattr(cluster, "_OUTLET_MEMBERS", 2)
    monkeypatch.setattr(cluster, "_HUB_MEMBERS", 4)
    monkeypatch.setattr(consolidation, "_SPLIT_MEMBERS", (2, 5))
    monkeypatch.setattr(consolidation, "_PART_MEMBERS", 1)
    monkeypatch.setattr(consolidation, "_APART", 0.1)
    monkeypatch.setattr(module, "_SWEEP_ROWS", 10**9)
    whole = live(steps, rules, lambda n: False)
    assert live(steps, rules, places.__contains__) == whole
    assert live(steps, rules, lambda n: True) == whole
    monkeypatch.setattr(module, "_SWEEP_ROWS", 1)
    assert live(steps, rules, lambda n: False) == whole


def test_the_window_is_a_week():
    assert timedelta(hours=WINDOW_HOURS) == WINDOW == timedelta(days=7)
