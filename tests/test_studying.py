"""What large stories' items say is kept, read again in time, and never of lost items."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_outlining import MARKER, OWNERS

from builders import NOW, assignment, item, show, story
from monitor import correcting
from monitor.change import NEW, Wanted
from monitor.concept import Concept, Frame
from monitor.coverage.framing import Framing
from monitor.coverage.framing_file import lexicon as framing_lexicon
from monitor.coverage.keyness import Usual
from monitor.coverage.study import Study, from_text, to_text, version
from monitor.coverage.themes import Lexicon
from monitor.explaining import NEAR, explain_one, explain_read
from monitor.model import LANGUAGES, Item
from monitor.outlining import outline_due
from monitor.store.database import Store
from monitor.store.schema_study import LEAST
from monitor.studying import (
    MOST,
    STANDS,
    Lexicons,
    Studied,
    UsualOfWeeks,
    studied,
    study,
    study_due,
    week_end,
)
from monitor.theme import Theme

WATER = Theme("water", "Water", "Agua", ("water",), ("agua",))


def unusual(store, end):
    """A background of two hundred items, so that words can be told from it."""
    return {x: Usual([], x) for x in LANGUAGES}


BY = Lexicons(Lexicon((WATER,)), Framing(framing_lexicon(())), (), unusual)
PARTS = (
    *("Trump announces tariffs on Mexican steel", "Sheinbaum rejects the tariffs"),
    *("Illegal aliens die in the desert, Abbott says", "Migrants are rescued in Texas"),
    *("Sheinbaum acusa a Trump de mentir", "Mueren migrantes en el desierto"),
    *("Agua: Texas exige el pago a México", "Celebran acuerdo histórico por el agua"),
)


def some(n: int, *, start: int = 0, minutes: float = -600) -> list[Item]:
    """So many items of both sides that say different things."""
    return [
        item(
            f"{PARTS[k % len(PARTS)]} {k}",
            "MX" if k % len(PARTS) >= 4 else "US",
            outlet=f"Outlet {k % 5}",
            minutes=minutes + k,
            id=f"i{k}",
        )
        for k in range(start, start + n)
    ]


def keep(store: Store, items: list[Item], name: str = "s") -> None:
    show(store, items)
    store.stories.assign([assignment(each, name) for each in items])
    outlined(store)


def outlined(store: Store) -> None:
    for _ in outline_due(store, MARKER, OWNERS):
        pass


def step(store: Store, by: Lexicons = BY, now=NOW) -> list[str]:
    return list(study_due(store, by, now))


def now_said(store: Store, by: Lexicons = BY) -> Studied:
    found = studied(store, store.stories.named("s"), by)
    assert found is not None
    return found


# --- what is kept ----------------------------------------------------------------------


@settings(max_examples=60, deadline=None)  # the first reads the word lists
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(PARTS), min_size=1, max_size=2),
            st.sampled_from(("US", "MX")),
            st.sampled_from(("A", "B", "C", "D")),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_a_study_is_the_same_after_it_was_a_text(told):
    found = story(
        *(
            item(". ".join(parts), side, outlet=outlet, minutes=n, id=f"i{n}")
            for n, (parts, side, outlet) in enumerate(told)
        ),
        id="s",
    )
    with Store(":memory:") as store:
        made = study(store, found, BY)
    items = {member.item.id: member.item for member in found.members}
    assert from_text(to_text(made), items) == made


def test_the_text_carries_every_part():
    texts = {
        "US": "Abbott attacks illegal aliens over water in the tragedy {n}",
        "MX": "Sheinbaum defends undocumented migrants over water after the tragedy {n}",
    }
    found = story(
        *(
            item(
                text.format(n=n),
                side,
                language="en",
                outlet=f"{side} {n}",
                minutes=n,
                id=f"{side}{n}",
            )
            for side, text in texts.items()
            for n in range(12)
        ),
        id="s",
    )
    with Store(":memory:") as store:
        made = study(store, found, BY)
    assert made.words and made.framing and made.tone and made.themes == ("water",)
    assert made.roles["US"].actors and made.shared.terms["en"]
    items = {member.item.id: member.item for member in found.members}
    back = from_text(to_text(made), items)
    for part in Study.__dataclass_fields__:
        assert getattr(back, part) == getattr(made, part), part


def test_nothing_is_told_of_items_that_have_left():
    found = story(*some(20), id="s")
    with Store(":memory:") as store:
        text = to_text(study(store, found, BY))
    items = {member.item.id: member.item for member in found.members}
    del items["i3"]
    assert from_text(text, items) is None


def test_what_is_kept_is_what_reading_says(store: Store):
    keep(store, some(LEAST))
    keep(store, some(LEAST, start=100, minutes=-300), "near")
    assert sorted(step(store)) == ["near", "s"]
    found = store.stories.named("s")
    kept = now_said(store)
    assert kept == Studied(study(store, found, BY))
    why = explain_read(store, found, found.members, kept.study.shared, kept.study.near)
    assert why == explain_one(store, found)


def test_the_reasons_of_some_members_alone_can_be_asked_for(store: Store):
    keep(store, some(LEAST))
    found = store.stories.named("s")
    read = study(store, found, BY)
    some_of = found.members[2:4]
    why = explain_read(store, found, some_of, read.shared, read.near)
    whole = explain_one(store, found)
    assert why.memberships == {m.item.id: whole.memberships[m.item.id] for m in some_of}
    assert (why.shared, why.related) == (whole.shared, whole.related)


# --- when ------------------------------------------------------------------------------


def test_small_stories_are_read_by_their_pages(store: Store):
    keep(store, some(LEAST - 1))
    assert step(store) == []
    assert studied(store, store.stories.named("s"), BY) is None


def test_a_study_is_made_once(store: Store):
    keep(store, some(LEAST))
    assert step(store) == ["s"]
    assert step(store) == []


def test_a_story_whose_outline_is_due_waits_for_it(store: Store):
    items = some(LEAST)
    show(store, items)
    store.stories.assign([assignment(each, "s") for each in items])
    assert step(store) == []
    outlined(store)
    assert step(store) == ["s"]


def test_one_more_item_makes_it_stale_and_half_an_hour_later_it_is_read_again(store):
    keep(store, some(40))
    step(store)
    assert now_said(store).of is None
    keep(store, some(1, start=40))
    assert now_said(store).of == (NOW, 40)
    assert step(store, now=NOW + STANDS / 2) == []
    assert step(store, now=NOW + STANDS) == ["s"]
    assert now_said(store).of is None


def test_a_story_that_grew_by_an_eighth_is_read_again_at_once(store: Store):
    keep(store, some(40))
    step(store)
    keep(store, some(5, start=40))
    assert step(store) == []
    keep(store, some(1, start=45))
    assert step(store) == ["s"]


def test_a_headline_that_changes_makes_it_stale(store: Store):
    keep(store, some(LEAST))
    step(store)
    show(store, [item("All is quiet in Texas", "US", outlet="Outlet 0", id="i0")])
    assert now_said(store).of == (NOW, LEAST)


def test_a_correction_is_read_at_once(store: Store):
    keep(store, some(LEAST + 4))
    step(store)
    correcting.make(store, Wanted("move", (NEW,), ("i1",)), NOW)
    assert studied(store, store.stories.named("s"), BY) is None
    outlined(store)
    assert step(store) == ["s"]


def test_other_lexicons_make_all_studies_due(store: Store):
    keep(store, some(LEAST))
    step(store)
    zinc = Concept("zinc", (Frame("metal", ("zinc",), ("zinc",)),))
    other = Lexicons(BY.themes, Framing((zinc,)), (), unusual)
    assert other.version != BY.version
    assert studied(store, store.stories.named("s"), other) is None
    assert step(store, other) == ["s"]


def test_it_is_read_once_more_when_its_last_neighbours_have_come(store: Store):
    keep(store, some(LEAST))
    step(store)
    ended = store.stories.named("s").last_seen
    assert step(store, now=ended + NEAR - timedelta(seconds=1)) == []
    assert step(store, now=ended + NEAR) == ["s"]
    assert step(store, now=ended + 2 * NEAR) == []


def test_one_go_reads_no_more_than_it_may_but_always_one(store: Store, monkeypatch):
    for n in range(3):
        keep(store, some(LEAST, start=100 * n), f"s{n}")
    monkeypatch.setattr("monitor.studying.MOST", 2 * LEAST)
    assert len(step(store)) == 2
    monkeypatch.setattr("monitor.studying.MOST", 1)
    assert len(step(store)) == 1
    assert step(store) == []
    assert MOST > 1000


def test_a_story_without_items_loses_its_study(store: Store):
    keep(store, some(LEAST))
    keep(store, some(LEAST, start=100), "t")
    step(store)
    correcting.make(store, Wanted("merge", ("s", "t")), NOW)
    outlined(store)
    assert store.studies.of("t", BY.version) is None
    assert step(store) == ["s"]


# --- what is usual ---------------------------------------------------------------------


def test_stories_of_one_week_share_what_is_usual(store: Store):
    usual = UsualOfWeeks()
    monday = week_end(NOW)
    assert monday.weekday() == 0 and NOW < monday <= NOW + timedelta(days=7)
    assert usual(store, NOW) is usual(store, monday - timedelta(seconds=1))
    assert usual(store, NOW) is not usual(store, monday)


def test_stories_of_two_weeks_in_every_tick_read_each_once(store: Store):
    usual = UsualOfWeeks()
    moments = (NOW, NOW - timedelta(days=7))
    first = [usual(store, moment) for moment in moments]
    assert all(usual(store, m) is f for m, f in zip(moments, first, strict=True))
    for week in range(2, 5):
        usual(store, NOW - timedelta(days=7 * week))
    assert usual(store, NOW) is not first[0]


@pytest.mark.parametrize("part", ["themes", "concepts", "own"])
def test_the_version_is_of_all_that_stories_are_read_by(part):
    given = {"themes": BY.themes, "concepts": BY.framing.concepts, "own": ()}
    changed = {"themes": Lexicon(()), "concepts": (), "own": ("anything",)}
    assert version(**{**given, part: changed[part]}) != version(**given)


def test_others_may_write_while_a_story_is_read(store: Store):
    keep(store, some(LEAST))

    def slow(store: Store, end):
        with Store(store.path) as other:
            other._db.execute("pragma busy_timeout = 0")
            show(other, [item("Meanwhile", minutes=9)])
        return unusual(store, end)

    assert step(store, replace(BY, usual=slow)) == ["s"]
    assert step(store) == []


def test_a_story_that_changes_while_it_is_read_stays_due(store: Store):
    keep(store, some(LEAST))

    def meanwhile(store: Store, end):
        with Store(store.path) as other:
            keep(other, some(1, start=LEAST))
        return unusual(store, end)

    step(store, replace(BY, usual=meanwhile))
    assert step(store) == ["s"]
    assert now_said(store).of is None
