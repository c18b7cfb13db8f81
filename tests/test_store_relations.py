"""What the store knows of stories that are near each other."""

from builders import NOW, assignment, item, show
from monitor.change import Change, Move
from monitor.model import Item, Why
from monitor.store.database import Store
from monitor.stories.related import RunnerUp


def put(
    store: Store,
    story: str,
    one: str,
    runner_up: str | None = None,
    score: float = 0.2,
    of: Item | None = None,
) -> None:
    """An item of that id in a story, with its runner-up."""
    made = of or item(f"Item {one}", id=one)
    show(store, [made])
    why = Why({}, (), None, runner_up, score if runner_up else 0.0)
    store.stories.assign([assignment(made, story, why=why)])


def merge(store: Store, before: str, after: str) -> None:
    moves = (Move(i, before, after) for i in store.stories.members([before]))
    store.stories.change(Change("merge", tuple(moves), ""), NOW)


def test_ties_are_found_from_either_end(store):
    put(store, "s1", "a", "s2")
    put(store, "s2", "b")
    put(store, "s3", "c", "s1", 0.3)
    put(store, "s3", "d", "s2")
    assert store.relations.runners_up(["s1"], 0.05) == [
        RunnerUp("a", "s1", "s2", 0.2),
        RunnerUp("c", "s3", "s1", 0.3),
    ]
    assert len(store.relations.runners_up(["s1", "s2", "s3"], 0.05)) == 3


def test_unlikely_runners_up_are_left_out(store):
    put(store, "s1", "a", "s2", 0.04)
    assert store.relations.runners_up(["s1"], 0.05) == []
    assert len(store.relations.runners_up(["s1"], 0.04)) == 1


def test_a_merged_runner_up_is_what_it_is_part_of(store):
    put(store, "s1", "a", "s2")
    for story, one in (("s2", "b"), ("s3", "c"), ("s4", "d")):
        put(store, story, one)
    merge(store, "s2", "s3")
    merge(store, "s3", "s4")
    tie = RunnerUp("a", "s1", "s4", 0.2)
    assert store.relations.runners_up(["s1"], 0.05) == [tie]
    assert store.relations.runners_up(["s4"], 0.05) == [tie]
    assert store.relations.living(["s1", "s2", "s3"]) == {
        "s1": "s1",
        "s2": "s4",
        "s3": "s4",
    }


def test_a_runner_up_that_was_merged_with_the_story_ties_nothing(store):
    put(store, "s1", "a", "s2")
    put(store, "s2", "b")
    merge(store, "s2", "s1")
    assert store.relations.runners_up(["s1"], 0.05) == []


def test_stories_are_found_by_names_as_written(store):
    near = [
        item("Otis nears Acapulco", id="a"),
        item("Rain", summary="After Otis", id="b"),
        item("Otis, again", id="c"),
        item("Otis in March", id="d", minutes=-9000),
        item("Dry", id="e"),
        item("Huracán en Guerrero", "MX", id="f"),
    ]
    for story, one in zip(("s1", "s2", "s1", "s3", "s4", "s5"), near, strict=True):
        put(store, story, one.id, of=one)
    found = store.relations.mentioning
    later = item(minutes=60).published
    assert found(["Otis"], NOW, later, 9) == ["s1", "s2"]
    assert found(["Otis", "Guerrero"], NOW, later, 9) == ["s1", "s2", "s5"]
    assert found(["Otis"], NOW, later, 1) == ["s1"]
    assert found([], NOW, later, 9) == []


def test_some_stories_are_those_that_have_items(store):
    put(store, "s1", "a")
    put(store, "s2", "b")
    assert [s.id for s in store.stories.some(["s2", "gone", "s1"])] == ["s1", "s2"]
    assert store.stories.some([]) == []
