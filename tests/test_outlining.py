"""Whatever happens to stories, their outlines say what the stories themselves would."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from builders import NOW, assignment, item, member, show, story, translation, watchlist
from monitor import correcting
from monitor.change import NEW, Wanted
from monitor.coverage.marks import Marker, Marks
from monitor.coverage.outlines import outline, version
from monitor.coverage.sides import compare
from monitor.coverage.themes import Lexicon, tag
from monitor.coverage.watch import matches
from monitor.errors import ConfigError
from monitor.marking import mark
from monitor.outline import Headline, Outline, Selection, SideOutline
from monitor.outlining import BATCH, MOST, outline_due, outline_now
from monitor.store import rows
from monitor.store.database import Store
from monitor.store.schema_outlines import migrations
from monitor.theme import Theme

WATER = Theme("water", "Water", "Agua", ("water",), ("agua",))
STEEL = Theme("steel", "Steel", "Acero", ("steel",), ("acero",))
MARKER = Marker(Lexicon((WATER, STEEL)), (watchlist("Texas", "texas"),))
OTHER = Marker(Lexicon((STEEL,)), (watchlist("Rain", "rain"),))
OWNERS = {"The Potomac Ledger": "Potomac Group", "Diario Anáhuac": "Grupo Anáhuac"}
SINCE = NOW - timedelta(days=1)


def step(store: Store, marker: Marker = MARKER, owners: dict[str, str] = OWNERS) -> int:
    """Outline what is due; how many stories were."""
    return sum(outline_due(store, marker, owners))


def kept(store: Store) -> dict[str, Outline]:
    """Story -> its outline, as lists show it."""
    return {each.story: each for each in store.outlines.page(limit=1000).rows}


def right(
    store: Store, marker: Marker = MARKER, owners: dict[str, str] = OWNERS
) -> dict[str, Outline]:
    """Story -> its outline, made of its texts alone."""
    told = {}
    for found in store.stories.some(set(store.stories.found().values())):
        marks = Marks(tag(found, marker.lexicon), matches(found, marker.watchlists))
        told[found.id] = outline(compare(found, owners), marks)
    return told


def keep(store: Store, *titles: str, of: str = "s") -> list[str]:
    """A story of US items with these titles; their ids."""
    found = [item(title, minutes=n, id=f"{of}{n}") for n, title in enumerate(titles)]
    show(store, found)
    store.stories.assign([assignment(each, of) for each in found])
    return [each.id for each in found]


# --- what it says ----------------------------------------------------------------------


def test_an_outline_tells_the_sides_the_lag_and_both_headlines():
    first = item("Agua en Texas", "MX", minutes=-30)
    later = item("Water in Texas", minutes=-10, outlet="Harbor Dispatch")
    last = item("Water again", minutes=-5, seen=NOW + timedelta(hours=2))
    found = story(member(first, translation(first, "Water")), later, last, id="s")
    made = outline(compare(found, {}), Marks(("water",), ("Texas",)))
    assert made == Outline(
        story="s",
        headlines={
            "en": Headline("Water in Texas", is_translation=False),
            "es": Headline("Agua en Texas", is_translation=False),
        },
        first_seen=first.published,
        last_seen=last.published,
        seen=NOW + timedelta(hours=2),
        leader="MX",
        no_leader=None,
        lag_minutes=20,
        lag_certainty="feed",
        texts=3,
        sides={
            "US": SideOutline(2, ("Harbor Dispatch", "The Potomac Ledger"), 2, 2),
            "MX": SideOutline(1, ("Diario Anáhuac",), 1, 1),
        },
        languages=("en", "es"),
        themes=("water",),
        watchlists=("Texas",),
    )
    assert made.items == 3
    assert made.crosses_border


def test_a_headline_of_a_language_nobody_wrote_in_is_a_translation():
    only = item("Agua en Texas", "MX")
    made = outline(
        compare(story(member(only, translation(only, "Water"))), {}), Marks()
    )
    assert made.headlines["en"] == Headline("Water", is_translation=True)
    assert not made.headlines["es"].is_translation
    assert made.languages == ("es",)
    assert not made.crosses_border
    bare = outline(compare(story(only), {}), Marks())
    assert set(bare.headlines) == {"es"}


def test_lists_owners_and_themes_are_part_of_the_version():
    assert version(MARKER, OWNERS) == version(MARKER, dict(reversed(OWNERS.items())))
    others = {version(OTHER, OWNERS), version(MARKER, {}), version(MARKER, OWNERS)}
    assert len(others) == 3


# --- the step --------------------------------------------------------------------------


def test_a_story_is_outlined_once(store):
    keep(store, "Water in Texas", "Rain")
    assert step(store) == 1
    assert kept(store) == right(store) != {}
    assert step(store) == 0


@contextmanager
def changed(store: Store) -> Iterator[None]:
    """The block changes what a story's outline says, and nothing but the queue tells."""
    step(store)
    before = kept(store)
    yield
    assert step(store) > 0
    assert kept(store) == right(store) != before
    assert step(store) == 0


def test_what_changes_a_story_makes_it_due(store):
    ids = keep(store, "Water in Texas", "Rain in Texas", "Steel")
    keep(store, "Storm", of="t")
    spanish = item("Lluvia", "MX", id="m", minutes=9)
    with changed(store):
        show(store, [spanish])
        store.stories.assign([assignment(spanish, "s", copy_of=ids[0])])
    with changed(store):
        store.translations.add([translation(spanish, "Rain in Texas")], NOW)
        store._db.execute("delete from assignments where item = 's1'")
    with changed(store):
        show(store, [item("Nothing of it", id="s0", minutes=0)])
    with changed(store):
        correcting.make(store, Wanted("merge", ("s", "t")), NOW)
    assert set(kept(store)) == {"s"}
    with changed(store):
        correcting.make(store, Wanted("undo"), NOW)
    with changed(store):
        correcting.make(store, Wanted("split", ("s",), ("m",)), NOW)
    with changed(store):
        store.stories.forget_since(NOW + timedelta(minutes=2))
    with changed(store):
        store._db.execute("update items set published = seen where id = 's0'")


NEW_ASSIGNMENT = """insert into assignments (item, story, score, parts, shared)
    select 'new', story, score, parts, shared from assignments"""


@pytest.mark.parametrize(
    "act",
    [
        "update items set title = 'x'",
        "update items set seen = '2027'",
        "update items set outlet = 'x'",
        "delete from items",
        "insert into translations values ('s0', 'es', 'x', '1', 'x', 'x', '[]', 'x')",
        "update translations set title = 'x'",
        "delete from translations",
        "insert into marks values ('s0', 'x', '[]', '[]', 'x')",
        "update marks set themes = '[]'",
        "delete from marks",
        NEW_ASSIGNMENT,
        "update assignments set copy_of = 'x'",
        "delete from assignments",
    ],
)
def test_whoever_writes_to_a_table_makes_its_storys_outline_due(store, act):
    [one] = keep(store, "Water")
    if " translations set" in act or "from translations" in act:
        store.translations.add([translation(item("Water", id=one))], NOW)
    if " marks set" in act or "from marks" in act:
        store.marks.add({one: Marks(("water",))}, "1", "1")
    else:
        store._db.execute("delete from marks")  # their end makes a story due as well
    store._db.execute("delete from outline_dues")
    store._db.execute(act)
    assert store.outlines.due("1", 9) == ["s"]


def test_items_are_listed_by_the_marks_they_have_now(store):
    def listed(**name: str) -> list[str]:
        return [each.id for each in store.items.page(Selection(**name)).rows]

    [one, two] = keep(store, "Water and steel", "Water")
    step(store)
    assert listed(theme="water") == [two, one]
    store.marks.add({one: Marks(("steel",), ("Rain",))}, "2", "2")
    assert listed(theme="water") == [two]
    assert listed(theme="steel") == listed(watchlist="Rain") == [one]
    store._db.execute("update marks set themes = '[\"x\"]' where item = ?", [two])
    assert (listed(theme="water"), listed(theme="x")) == ([], [two])
    store._db.execute("update items set published = seen where id = ?", [two])
    assert listed(theme="x") == []
    show(store, [item("Rain", minutes=0, id=one)])
    assert listed(theme="steel") == listed(watchlist="Rain") == []
    for table in ("item_themes", "item_watchlists"):
        assert store._db.table(table).count == 0


def test_items_of_one_minute_are_told_apart_by_their_marks(store):
    found = [item("Water", id="a"), item("Texas", id="b"), item("Water, Texas", id="c")]
    show(store, found)
    store.stories.assign([assignment(each) for each in found])
    step(store)
    both = store.items.page(Selection(theme="water", watchlist="Texas"))
    assert [each.id for each in both.rows] == ["c"]


def test_a_story_that_items_leave_or_join_is_due(store):
    keep(store, "Water")
    store._db.execute("delete from outline_dues")
    store._db.execute("update assignments set story = 't'")
    assert set(store.outlines.due("1", 9)) == {"s", "t"}


def test_a_story_without_items_loses_its_outline(store):
    keep(store, "Water")
    step(store)
    store.stories.forget_since(SINCE)
    assert step(store) == 1
    assert kept(store) == {}
    for selection in (Selection(theme="water"), Selection(outlet="The Potomac Ledger")):
        assert store.outlines.count(selection).number == 0
    for table in ("outline_outlets", "outline_themes", "outline_hours"):
        assert store._db.table(table).count == 0


@pytest.mark.parametrize(
    ("marker", "owners"), [(OTHER, OWNERS), (MARKER, {"The Potomac Ledger": "Other"})]
)
def test_another_lexicon_or_owner_makes_every_story_due(store, marker, owners):
    keep(store, "Water and steel", "Rain in Texas")
    keep(store, "Storm", of="t")
    step(store)
    assert step(store, marker, owners) == 2
    assert kept(store) == right(store, marker, owners)
    assert step(store, marker, owners) == 0


def test_what_the_step_finds_in_items_is_kept(store):
    keep(store, "Water in Texas")
    step(store)
    found = store.marks.get(["s0"], MARKER.version)
    assert found == {"s0": Marks(("water",), ("Texas",))}
    assert [each.id for each in store.items.page(Selection(theme="water")).rows] == [
        "s0"
    ]


def test_the_last_change_comes_first_and_one_go_ends(store, monkeypatch):
    monkeypatch.setattr("monitor.outlining.BATCH", 2)
    monkeypatch.setattr("monitor.outlining.MOST", 3)
    for name in "abcd":
        keep(store, "Water", of=name)
    assert list(outline_due(store, MARKER, OWNERS)) == [2, 1]
    assert set(kept(store)) == {"b", "c", "d"}
    store.translations.add([translation(item("Water", id="b0"))], NOW)
    assert store.outlines.due(version(MARKER, OWNERS), 9) == ["b", "a"]
    assert list(outline_due(store, MARKER, OWNERS)) == [2]
    assert BATCH < MOST


def test_killed_between_batches_it_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("monitor.outlining.BATCH", 2)
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        for name in "abcde":
            keep(store, "Water", of=name)
        batches = outline_due(store, MARKER, OWNERS)
        next(batches)
        store.close()  # nothing is committed after this
    with Store(path) as store:
        assert len(kept(store)) == 2
        assert step(store) == 3
        assert kept(store) == right(store)


def test_a_batch_that_fails_leaves_its_stories_due(store, monkeypatch):
    keep(store, "Water")
    with monkeypatch.context() as broken:
        broken.setattr("monitor.outlining.outline", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            step(store)
    assert kept(store) == {}
    assert store.marks.get(["s0"], MARKER.version) == {}
    assert step(store) == 1


def test_a_story_can_be_outlined_at_once_within_a_rehearsal(store):
    keep(store, "Water")
    keep(store, "Steel", of="t")
    step(store)
    before = kept(store)
    with store.rehearsal():
        correcting.make(store, Wanted("merge", ("s", "t")), NOW)
        outline_now(store, MARKER, OWNERS, ["s", "t"])
        assert kept(store) == right(store)
        assert set(kept(store)) == {"s"}
    assert kept(store) == before
    assert step(store) == 0


# --- an existing database --------------------------------------------------------------


def older(path: Path, before: str) -> Database:
    """A database as it was made before a migration."""
    db = Database(path)
    names = [migration.name for migration in migrations.pending(db)]
    migrations.apply(db, stop_before=names[names.index(before)])
    return db


def test_stories_of_an_older_database_are_outlined_the_newest_first(tmp_path):
    path = tmp_path / "monitor.db"
    with closing(older(path, "outline_stories")) as db:
        for name in ("old", "new"):
            db["items"].insert(rows.item_row(item("Water", id=name)))
            db["assignments"].insert(
                rows.assignment_row(assignment(item(id=name), name))
            )
            db["marks"].insert(
                {"item": name, "version": "1", "themes": '["a"]', "watchlists": '["b"]'}
            )
    with Store(path) as store:
        assert store.outlines.due(version(MARKER, OWNERS), 9) == ["new", "old"]
        assert len(store.items.page(Selection(theme="a", watchlist="b")).rows) == 2
        assert step(store) == 2
        assert kept(store) == right(store)
        assert store.items.count(Selection(theme="a")).number == 0
        assert store.items.count(Selection(theme="water")).number == 2


# --- any sequence ----------------------------------------------------------------------

WORDS = st.sampled_from(["Water", "Steel", "Rain in Texas", "Agua y acero", "Storm"])
NUMBERS = st.integers(0, 7)
STORIES = st.sampled_from(["s0", "s1", "s2", "s3"])
ACTS = st.one_of(
    st.tuples(st.just("new"), NUMBERS, WORDS, STORIES),
    st.tuples(st.just("retitle"), NUMBERS, WORDS),
    st.tuples(st.just("translate"), NUMBERS, WORDS),
    st.tuples(st.just("merge"), STORIES, STORIES),
    st.tuples(st.just("split"), STORIES, NUMBERS),
    st.tuples(st.just("move"), NUMBERS, STORIES | st.just(NEW)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("forget"), NUMBERS),
    st.tuples(st.just("mark"), st.sampled_from([MARKER, OTHER])),
    st.tuples(st.just("outline"), st.sampled_from([MARKER, OTHER])),
)


class Desk:
    """Does what a test names to a store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def new(self, number: int, title: str, story: str) -> None:
        if number in self.items():
            return
        made = self.item(number, title)
        copied = f"i{number - 1}" if number % 3 == 2 else None
        show(self.store, [made])
        self.store.stories.assign([assignment(made, story, copy_of=copied)])

    def item(self, number: int, title: str):
        country = "MX" if number % 2 else "US"
        undated = "fetched" if number == 4 else "feed"
        return item(
            title, country, id=f"i{number}", minutes=number, date_source=undated
        )

    def items(self) -> set[int]:
        return {int(each.id[1:]) for each in self.store.items.all(SINCE)}

    def retitle(self, number: int, title: str) -> None:
        if number in self.items():
            show(self.store, [self.item(number, title)])

    def translate(self, number: int, title: str) -> None:
        if number in self.items():
            made = translation(self.item(number, ""), title)
            self.store.translations.add([made], NOW)

    def merge(self, kept: str, other: str) -> None:
        correcting.make(self.store, Wanted("merge", (kept, other)), NOW)

    def split(self, story: str, number: int) -> None:
        correcting.make(self.store, Wanted("split", (story,), (f"i{number}",)), NOW)

    def move(self, number: int, story: str) -> None:
        correcting.make(self.store, Wanted("move", (story,), (f"i{number}",)), NOW)

    def undo(self) -> None:
        correcting.make(self.store, Wanted("undo"), NOW)

    def forget(self, number: int) -> None:
        self.store.stories.forget_since(NOW + timedelta(minutes=number))

    def mark(self, marker: Marker) -> None:
        list(mark(self.store, marker, SINCE))

    def outline(self, marker: Marker) -> None:
        step(self.store, marker)


def assert_lists_agree(store: Store) -> None:
    """Lists by name have what the outlines and the marks say."""
    outlines = kept(store)
    for name in ("water", "steel"):
        found = store.outlines.page(Selection(theme=name)).rows
        assert {o.story for o in found} == {
            o.story for o in outlines.values() if name in o.themes
        }
        items = store.items.page(Selection(theme=name)).rows
        ids = {each.id for each in store.items.all(SINCE)}
        marks = store._db.query("select item, themes from marks")
        assert {i.id for i in items} == {
            row["item"] for row in marks if f'"{name}"' in row["themes"]
        } & ids
    for side in ("The Potomac Ledger", "Diario Anáhuac"):
        found = store.outlines.page(Selection(outlet=side)).rows
        assert {o.story for o in found} == {
            o.story
            for o in outlines.values()
            if any(side in covered.outlets for covered in o.sides.values())
        }


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=24))
def test_after_anything_outlines_are_those_made_from_scratch(acts):
    with TemporaryDirectory() as folder, Store(f"{folder}/monitor.db") as store:
        desk = Desk(store)
        for name, *how in acts:
            act: Callable[..., None] = getattr(desk, name)
            with suppress(ConfigError):
                act(*how)
        step(store)
        assert kept(store) == right(store)
        assert_lists_agree(store)
        assert step(store) == 0
