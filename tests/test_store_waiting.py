"""Queues of what waits: as true as a look through all items, whatever was done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, item
from monitor.model import Assignment, Sighting, Translation, Why
from monitor.store.database import Store

ITEMS = 4
UNASSIGNED = (
    "select id from items where not exists"
    " (select 1 from assignments where item = items.id)"
)
UNTRANSLATED = (
    "select id from items where not exists (select 1 from translations where item ="
    " items.id and translations.language <> items.language and summary is not null"
    " and made >= coalesce((select max(until) from revisions where item = items.id),"
    " ''))"
)

Act = tuple[str, int]
acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["show", "retitle", "headline", "whole", "assign", "forget", "remove"]
        ),
        st.integers(0, ITEMS - 1),
    ),
    min_size=10,
    max_size=50,
)


def show(store: Store, n: int, minute: int, title: str) -> None:
    """A feed shows the item, perhaps under another headline."""
    shown = item(title, "MX" if n % 2 else "US", id=f"item {n}", minutes=n)
    sighting = Sighting(shown, (f"id:{n}",), f"{n} {title}")
    store.items.add([sighting], shown.feed, (), NOW + timedelta(minutes=minute))


def assign(store: Store, n: int) -> None:
    if f"item {n}" in store.items.named([f"item {n}"]) and not store.stories.holding(
        [f"item {n}"]
    ):
        why = Why({})
        store.stories.assign([Assignment(f"item {n}", f"story {n}", 0.0, why)])


def translate(store: Store, n: int, minute: int, summary: str | None) -> None:
    if f"item {n}" in store.items.named([f"item {n}"]):
        made = Translation(
            f"item {n}", "en" if n % 2 else "es", "by", "1", "said", summary
        )
        store.translations.add([made], NOW + timedelta(minutes=minute))


def do(store: Store, act: Act, minute: int) -> None:
    what, n = act
    steps: dict[str, Callable[[], Any]] = {
        "show": lambda: show(store, n, minute, "first"),
        "retitle": lambda: show(store, n, minute, f"headline {minute}"),
        "headline": lambda: translate(store, n, minute, None),
        "whole": lambda: translate(store, n, minute, "said as well"),
        "assign": lambda: assign(store, n),
        "forget": lambda: store.stories.forget_since(NOW + timedelta(minutes=n)),
        "remove": lambda: store.pruning.remove([f"story {n}"]),
    }
    steps[what]()


def column(store: Store, query: str) -> set[str]:
    return {row[0] for row in store._db.execute(query)}


@given(acts)
@settings(max_examples=12, deadline=None)
def test_the_queues_hold_what_waits_whatever_was_done(done):
    with Store(":memory:") as store:
        for minute, act in enumerate(done):
            do(store, act, minute)
        queued = column(store, "select item from items_unassigned")
        assert queued == column(store, UNASSIGNED)
        queued = column(store, "select item from items_untranslated")
        assert queued == column(store, UNTRANSLATED)


def test_a_retitled_item_waits_for_its_translation_again(store):
    show(store, 1, 0, "first")
    since = NOW - timedelta(days=1)
    translate(store, 1, 1, "said as well")
    assert store.translations.pending("en", since, NOW) == []
    show(store, 1, 2, "second")
    [waiting] = store.translations.pending("en", since, NOW)
    assert waiting.title == "second"
    translate(store, 1, 1, "made before that, kept after")
    assert store.translations.pending("en", since, NOW) == [waiting]


def test_who_waits_is_found_without_a_look_at_who_does_not(store):
    """A tick's cost must be that of the minute, not of the database."""
    asked: list[str] = []
    store._db.conn.set_trace_callback(asked.append)
    store.stories.unassigned(NOW)
    store.translations.pending("en", NOW, NOW)
    store.translations.missing("en", NOW, NOW)
    store._db.conn.set_trace_callback(None)
    queries = [query for query in asked if query.startswith("select")]
    assert len(queries) == 3
    for query in queries:
        plan = [row[3] for row in store._db.execute(f"explain query plan {query}")]
        assert not [step for step in plan if "SCAN items" in step.split(" USING")], plan
        assert [step for step in plan if step.startswith("SEARCH items USING")], plan
