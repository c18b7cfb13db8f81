"""Lists of stories and items: narrowed down, in order, a page at a time."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, assignment, item, show, watchlist
from monitor.coverage.marks import Marker
from monitor.coverage.themes import Lexicon
from monitor.errors import ConfigError
from monitor.model import Item
from monitor.outline import Count, DayStories, Order, OutletVolume, Outline, Selection
from monitor.outlining import outline_due
from monitor.store import selections
from monitor.store.database import Store
from monitor.theme import Theme

WATER = Theme("water", "Water", "Agua", ("water",), ("agua",))
STEEL = Theme("steel", "Steel", "Acero", ("steel",), ("acero",))
MARKER = Marker(Lexicon((WATER, STEEL)), (watchlist("Texas", "texas"),))
ORDERS: tuple[Order, ...] = ("newest", "first", "largest", "lag")
HOUR = timedelta(hours=1)


def keep(store: Store, **stories: list[Item]) -> None:
    """Stories by name, outlined."""
    show(store, [one for items in stories.values() for one in items])
    for name, items in stories.items():
        store.stories.assign([assignment(one, name) for one in items])
    list(outline_due(store, MARKER, {}))


@pytest.fixture
def desk(store: Store) -> Store:
    """Five stories: of both sides, of each alone, in each language, dated and not."""
    keep(
        store,
        both=[
            item("Agua", "MX", minutes=-90),
            item("Water in Texas", minutes=-30, outlet="Harbor Dispatch"),
            item("Water", minutes=-20),
        ],
        us=[item("Steel", minutes=-200), item("Steel works", minutes=-10)],
        us_es=[item("Acero", "US", "es", minutes=-50)],
        mx=[item("Texas", "MX", minutes=-40, date_source="default-zone")],
        late=[
            item("Steel", minutes=-300, date_source="default-zone", outlet="Wire"),
            item("Acero", "MX", "es", minutes=-270, date_source="fetched"),
            item("Acero otra vez", "MX", "es", minutes=-280),
        ],
    )
    return store


def stories(store: Store, selection: Selection, order: Order = "newest") -> list[str]:
    return [found.story for found in store.outlines.page(selection, order).rows]


# --- stories -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("newest", ["us", "both", "mx", "us_es", "late"]),
        ("first", ["mx", "us_es", "both", "us", "late"]),
        ("largest", ["late", "both", "us", "us_es", "mx"]),
        ("lag", ["both", "late", "us_es", "us", "mx"]),
    ],
)
def test_stories_come_in_the_order_asked_for(desk, order, expected):
    assert stories(desk, Selection(), order) == expected


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(side="US"), {"both", "us", "us_es", "late"}),
        (Selection(side="MX"), {"both", "mx", "late"}),
        (Selection(side="both"), {"both", "late"}),
        (Selection(side="only-US"), {"us", "us_es"}),
        (Selection(side="only-MX"), {"mx"}),
        (Selection(language="es"), {"both", "us_es", "mx", "late"}),
        (Selection(language="en"), {"both", "us", "late"}),
        (Selection(outlet="Harbor Dispatch"), {"both"}),
        (Selection(outlet="Nobody"), set()),
        (Selection(theme="water"), {"both"}),
        (Selection(theme="steel"), {"us", "us_es", "late"}),
        (Selection(watchlist="Texas"), {"both", "mx"}),
        (Selection(certainty="feed"), {"both"}),
        (Selection(certainty="poll-bounded"), set()),
        (Selection(certainty="default-zone"), {"late"}),
        (Selection(leader="MX"), {"both"}),
        (Selection(leader="US"), {"late"}),
        (Selection(start=NOW - 20 * timedelta(minutes=1)), {"both", "us"}),
        (Selection(end=NOW - 200 * timedelta(minutes=1)), {"late"}),
        (Selection(start=NOW - 2 * HOUR, end=NOW - HOUR), {"both", "us"}),
        (Selection(side="both", theme="steel", leader="US"), {"late"}),
    ],
)
@pytest.mark.parametrize("common", [1, 10**6])
def test_each_part_of_a_selection_narrows_stories(
    desk, selection, expected, common, monkeypatch
):
    monkeypatch.setattr(selections, "_COMMON", common)
    for order in ORDERS:
        found = stories(desk, selection, order)
        assert set(found) == expected
        assert len(found) == len(expected)
    assert desk.outlines.count(selection) == Count(len(expected))


def test_rows_are_counted_no_further_than_asked(desk):
    assert desk.outlines.count(most=3) == Count(3, is_more=True)
    assert desk.outlines.count(most=5) == Count(5)
    assert desk.items.count(most=9) == Count(9, is_more=True)
    assert desk.items.count(most=10) == Count(10)


def test_some_are_found_by_name(desk):
    found = desk.outlines.some(["mx", "nobody", "us"])
    assert set(found) == {"mx", "us"}
    assert found["us"].sides["US"].items == 2


# --- a day -------------------------------------------------------------------------


def test_a_day_has_the_stories_with_an_item_in_it_the_largest_first(desk):
    hour = NOW - HOUR
    assert desk.outlines.on_day(hour, NOW) == DayStories(
        ("both",), {"US": ("us", "us_es"), "MX": ("mx",)}
    )
    day = desk.outlines.on_day(NOW - 24 * HOUR, NOW)
    assert day.ids == ("both", "late", "us", "us_es", "mx")
    # The first of "us" is more than three hours older, its second within the last.
    assert desk.outlines.on_day(NOW - 3 * HOUR, NOW - 2 * HOUR).ids == ()
    assert "us" in desk.outlines.on_day(NOW - 4 * HOUR, NOW - 3 * HOUR).ids


def test_an_item_counts_on_the_day_on_which_it_was_first_seen_too(store):
    keep(store, late=[item("Water", minutes=-600, seen=NOW)])
    assert store.outlines.on_day(NOW, NOW + HOUR).ids == ("late",)
    assert store.outlines.on_day(NOW - HOUR, NOW).ids == ()
    assert store.outlines.on_day(NOW - 10 * HOUR, NOW - 9 * HOUR).ids == ("late",)


# --- items -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "holds"),
    [
        (Selection(), lambda i: True),
        (Selection(side="US"), lambda i: i.country == "US"),
        (Selection(side="MX"), lambda i: i.country == "MX"),
        (Selection(side="only-MX"), lambda i: i.title == "Texas"),
        (Selection(side="both", leader="MX"), lambda i: "gua" in i.title or "Wat" in i.title),
        (Selection(language="es"), lambda i: i.language == "es"),
        (Selection(outlet="Wire"), lambda i: i.outlet == "Wire"),
        (Selection(certainty="feed"), lambda i: i.date_source == "feed"),
        (Selection(certainty="default-zone"), lambda i: i.date_source == "default-zone"),
        (Selection(certainty="poll-bounded"), lambda i: i.date_source == "fetched"),
        (Selection(theme="water"), lambda i: "Water" in i.title or "Agua" in i.title),
        (Selection(watchlist="Texas"), lambda i: "Texas" in i.title),
        (Selection(theme="water", watchlist="Texas"), lambda i: i.title == "Water in Texas"),
        (
            Selection(theme="steel", start=NOW - 200 * timedelta(minutes=1), end=NOW - HOUR),
            lambda i: i.title == "Steel" and i.published == NOW - timedelta(minutes=200),
        ),
        (
            Selection(start=NOW - 50 * timedelta(minutes=1), end=NOW - 30 * timedelta(minutes=1)),
            lambda i: i.title in ("Acero", "Texas") and i.published > NOW - HOUR,
        ),
    ],
)  # fmt: skip
def test_each_part_of_a_selection_narrows_items(desk, selection, holds):
    everything = desk.items.all(NOW - 24 * HOUR)
    assert len(everything) == 10
    wanted = [one for one in reversed(everything) if holds(one)]
    assert wanted
    assert list(desk.items.page(selection).rows) == wanted
    assert desk.items.count(selection) == Count(len(wanted))


def test_outlets_are_counted_as_their_lists_are(desk):
    start, end = NOW - 100 * timedelta(minutes=1), NOW
    found = desk.volumes.outlets(start, end)
    assert found[0] == OutletVolume("Diario Anáhuac", "MX", 2, 2)
    assert {each.outlet for each in found} == {
        *("Diario Anáhuac", "The Potomac Ledger", "Harbor Dispatch", "Canal Horizonte"),
    }
    for each in found:
        narrowed = Selection(outlet=each.outlet, start=start, end=end)
        assert each.stories == desk.outlines.count(narrowed).number
        assert each.items == desk.items.count(narrowed).number


# --- pages -------------------------------------------------------------------------


def pages(
    ask: Callable[[str | None], Any], between: Callable[[], None] = lambda: None
) -> Iterator[Any]:
    """All rows, a page at a time."""
    after = None
    while True:
        page = ask(after)
        yield from page.rows
        if page.after is None:
            return
        after = page.after
        between()


TIMES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=14)
SELECTIONS = st.sampled_from(
    [Selection(), Selection(side="both"), Selection(language="es"), Selection(end=NOW)]
)


@settings(max_examples=15, deadline=None)
@given(TIMES, TIMES, st.integers(1, 5), SELECTIONS)
def test_all_pages_have_all_rows_once_whatever_is_added_meanwhile(
    first, later, limit, selection
):
    with TemporaryDirectory() as folder, Store(f"{folder}/monitor.db") as store:
        serial = iter(range(1000))

        def add(times: list[tuple[int, int]]) -> None:
            keep(
                store,
                **{
                    f"s{next(serial):03}": [
                        item("Water", minutes=start - 3, id=f"u{start}{next(serial)}"),
                        *(
                            item("Agua", "MX", minutes=start - 3 + lag, id=f"m{n}{start}{next(serial)}")
                            for n, lag in enumerate(range(lag))
                        ),
                    ]
                    for start, lag in times
                },
            )  # fmt: skip

        add(first)
        for order in ORDERS:
            there = store.outlines.page(selection, order, limit=1000).rows
            rest = iter(later)
            ask = lambda after, order=order: store.outlines.page(  # noqa: E731
                selection, order, after, limit
            )
            found = list(pages(ask, lambda rest=rest: add([next(rest, (0, 0))])))
            assert len({o.story for o in found}) == len(found)
            assert [o for o in found if o in there] == list(there)
        there = store.items.page(selection, limit=1000).rows
        found = list(pages(lambda after: store.items.page(selection, after, limit)))
        assert tuple(found) == there
        assert list(there) == sorted(
            there, key=lambda i: (i.published, i.id), reverse=True
        )


def test_a_page_that_is_full_and_the_last_leads_nowhere(desk):
    assert desk.outlines.page(limit=5).after is None
    assert desk.outlines.page(limit=4).after is not None
    assert desk.items.page(limit=10).after is None


def cursor(*said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    [
        *("", "x", "%", "é", "a" * 10_000, "\ud800", "bnVsbA", "W10", "===="),
        cursor("newest", 5, "s"),
        cursor("newest", None, "s"),
        cursor("newest", "2026", 5),
        cursor("newest", "2026", "s", "t"),
        cursor("newest", ["2026"], "s"),
        cursor("largest", 5, "s"),
        cursor("items", "2026", "s"),
        cursor("newest", "\ud800", "s"),
    ],
)
def test_what_no_page_said_is_refused(desk, after):
    with pytest.raises(
        ConfigError, match=r"^after: .* ask for the first page"
    ) as found:
        desk.outlines.page(after=after)
    assert len(str(found.value)) < 200


@pytest.mark.parametrize("key", [2**63, -(2**64), True, 1.5, "5"])
def test_keys_that_are_no_number_of_sqlites_are_refused(desk, key):
    with pytest.raises(ConfigError):
        desk.outlines.page(order="largest", after=cursor("largest", key, "s"))


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_no_text_whatever_is_more_than_refused(after):
    with pytest.raises(ConfigError):
        selections.cursors.read("newest", after, (str,))


def test_a_cursor_of_one_order_is_none_of_another(desk):
    after = desk.outlines.page(order="largest", limit=1).after
    with pytest.raises(ConfigError):
        desk.outlines.page(order="lag", after=after)
    with pytest.raises(ConfigError):
        desk.items.page(after=after)


# --- how they are read ---------------------------------------------------------------


def plan(store: Store, ask: Callable[[], object]) -> list[str]:
    """How SQLite reads what is asked for."""
    said: list[str] = []
    store._db.conn.set_trace_callback(said.append)
    ask()
    store._db.conn.set_trace_callback(None)
    return [
        row[3] for sql in said for row in store._db.execute(f"explain query plan {sql}")
    ]


NAMED: list[dict[str, Any]] = [
    {},
    *({"start": NOW - HOUR, "end": NOW}, {"side": "both"}, {"language": "es"}),
    *({"outlet": "Wire"}, {"theme": "steel"}, {"watchlist": "Texas"}),
    *({"certainty": "feed"}, {"leader": "MX"}),
    {"theme": "steel", "watchlist": "Texas", "outlet": "Wire"},
]


@pytest.mark.parametrize(("named", "common"), list(product(NAMED, [1, 10**6])))
def test_no_list_of_stories_reads_their_rows_to_pass_them_over(
    desk, named, common, monkeypatch
):
    monkeypatch.setattr(selections, "_COMMON", common)
    for order in ORDERS:
        steps = plan(desk, lambda o=order: desk.outlines.page(Selection(**named), o))
        scans = [s for s in steps if s.startswith("SCAN outlines")]
        assert all("COVERING INDEX" in scan for scan in scans), steps
        assert not any(s.startswith(("SCAN items", "SCAN assignments")) for s in steps)


@pytest.mark.parametrize("named", NAMED)
def test_items_are_read_in_their_order_and_no_further_than_the_page(desk, named):
    steps = plan(desk, lambda: desk.items.page(Selection(**named)))
    scans = [s for s in steps if s.startswith("SCAN items")]
    assert all(" USING " in scan for scan in scans), steps
    assert not any(s == "USE TEMP B-TREE FOR ORDER BY" for s in steps), steps


def test_days_and_outlets_are_counted_without_reading_all_items(desk):
    for ask in (
        lambda: desk.outlines.on_day(NOW - HOUR, NOW),
        lambda: desk.volumes.outlets(NOW - HOUR, NOW),
    ):
        assert not any("SCAN items" in step for step in plan(desk, ask))


def test_an_outline_comes_back_as_it_was_kept(desk):
    [made] = desk.outlines.page(Selection(outlet="Harbor Dispatch")).rows
    assert isinstance(made, Outline)
    assert made.headlines["es"].text == "Agua"
    desk.outlines.put(["both"], [replace(made, watchlists=("¡Ñ", "b"))], "1")
    assert desk.outlines.some(["both"])["both"].watchlists == ("¡Ñ", "b")
