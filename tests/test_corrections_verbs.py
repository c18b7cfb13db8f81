"""``monitor stories merge`` and its like: what a person types, reads and gets."""

import json
import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builders import NOW, assignment, item, show
from monitor.change import Change, Correction, Move
from monitor.cli import app, main
from monitor.coverage.marks import Marker
from monitor.errors import ConfigError, MonitorError
from monitor.outlining import outline_due
from monitor.store.database import Store
from monitor.stories.changes import replay
from monitor.stories.cluster import Clusterer
from monitor.verbs import compose

FEEDS_YAML = """\
contact: desk@example.org
translation: {engine: none}
feeds:
  - url: https://ledger.example/feed.xml
    outlet: Ledger
    country: US
    language: en
    kind: national
    owner: Ledger
    tz: America/New_York
"""


class Desk:
    """A folder with a feeds.yaml and a database of stories."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "monitor.db"
        (folder / "feeds.yaml").write_text(FEEDS_YAML, encoding="utf-8")

    def keep(self, **stories: str) -> None:
        """Stories by the names of their items, which are published in that order."""
        named = sorted((i, story) for story, items in stories.items() for i in items)
        items = [item(f"Title {i}", id=i, minutes=ord(i)) for i, _ in named]
        with Store(self.path) as store:
            show(store, items)
            store.stories.assign(
                assignment(one, story)
                for one, (_, story) in zip(items, named, strict=True)
            )

    def __call__(self, *words: object, status: int = 0) -> str:
        """Run the command; its stdout, or its stderr where it is to fail."""
        flags = ["--config", self.folder / "feeds.yaml", "--db", self.path]
        done = CliRunner().invoke(app, [str(word) for word in (*flags, *words)])
        if isinstance(done.exception, MonitorError):
            raise done.exception
        assert done.exit_code == status, done.output
        return done.stdout if status == 0 else done.stderr

    def refused(self, *words: object) -> str:
        """Why the command does nothing."""
        before = self.dump()
        with pytest.raises(ConfigError) as error:
            self("stories", *words)
        assert self.dump() == before
        return str(error.value)

    def change(self, *moves: tuple[str, str, str], kind="merge") -> int:
        """What the monitor decides by itself."""
        made = Change(kind, tuple(Move(*move) for move in moves), "alike", 0.9)
        with Store(self.path) as store:
            return store.stories.change(made, NOW)

    @property
    def stories(self) -> dict[str, str]:
        """Story -> its items; the log leads to it."""
        with Store(self.path) as store:
            found = store.stories.found()
            log = [logged.change for logged in store.stories.changes()]
            assert replay(store.stories.first(), log) == found
        named: dict[str, str] = {}
        for one in sorted(found):
            named[found[one]] = named.get(found[one], "") + one
        return named

    @property
    def in_force(self) -> list[Correction]:
        with Store(self.path) as store:
            return [logged.correction for logged in store.corrections.in_force()]

    def dump(self) -> list[str]:
        with Store(self.path) as store:
            return list(store._db.conn.iterdump())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# --- merge, split, move ----------------------------------------------------------------


def test_merge_makes_two_stories_one_and_says_so(desk):
    desk.keep(s1="ab", s2="c")
    told = desk("stories", "merge", "s1", "s2", "--reason", "one flood")
    assert told == (
        "correction 1: merge: a, b, c together\n"
        "item\tbefore\tafter\toutlet\ttitle\n"
        "c\ts2\ts1\tThe Potomac Ledger\tTitle c\n"
    )
    assert desk.stories == {"s1": "abc"}
    assert desk.in_force == [Correction("merge", "one flood", ("a", "b", "c"))]


def test_split_parts_some_items_from_the_others(desk):
    desk.keep(s1="abcd")
    told = desk("stories", "split", "s1", "d", "b")
    assert told.startswith("correction 1: split: b, d together; b, d apart from a, c\n")
    assert desk.stories == {"s1": "ac", "sb": "bd"}


def test_a_reason_is_kept_as_one_line_of_what_can_be_printed(desk):
    desk.keep(s1="a", s2="b")
    desk("stories", "merge", "s1", "s2", "--reason", " one\x1b[2J\nflood\udcff ")
    assert [said.reason for said in desk.in_force] == ["one [2J flood"]


def test_a_part_is_not_called_by_the_name_of_a_story_that_lives(desk):
    desk.keep(sa="ab", sb="c")
    desk("stories", "split", "sa", "a")
    assert desk.stories == {"sa": "b", "sa-2": "a", "sb": "c"}


def test_an_item_that_was_moved_is_moved_on_once_that_is_taken_back(desk):
    desk.keep(s1="ab", s2="c", s3="d")
    desk("stories", "move", "b", "s2")
    told = desk.refused("move", "b", "s3")
    assert "contradicts correction 1 (move" in told
    desk("stories", "undo", "1")
    desk("stories", "move", "b", "s3")
    assert desk.stories == {"s1": "a", "s2": "c", "s3": "bd"}


def test_move_takes_one_item_to_another_story_or_to_a_new_one(desk):
    desk.keep(s1="abc", s2="d")
    desk("stories", "move", "b", "s2")
    assert desk.stories == {"s1": "ac", "s2": "bd"}
    desk("stories", "move", "c", "new")
    assert desk.stories == {"s1": "a", "s2": "bd", "sc": "c"}


def test_a_dry_run_tells_the_same_and_changes_nothing(desk):
    desk.keep(s1="ab", s2="c")
    before = desk.dump()
    told = desk("stories", "merge", "s1", "s2", "--dry-run")
    assert told.startswith("dry run: merge: a, b, c together\n")
    assert "c\ts2\ts1\t" in told
    assert desk.dump() == before
    desk("stories", "merge", "s1", "s2")
    before = desk.dump()
    assert "c\ts1\ts2\t" in desk("stories", "undo", "--dry-run")
    assert desk.dump() == before


def test_a_story_that_was_merged_away_is_found_with_a_note(desk):
    desk.keep(s1="a", s2="b", s3="c")
    desk("stories", "merge", "s1", "s2")
    told = desk("stories", "merge", "s2", "s3")
    assert told.endswith("note: s2 was merged into s1\n")
    assert desk.stories == {"s1": "abc"}
    shown = desk("stories", "show", "s3")
    assert shown.startswith("note: s3 was merged into s1\n")
    assert "Title a\topened the story\n" in shown
    assert re.search(
        r"Title b\tcame here by a merge on .* by a person \(correction 1\): merged by",
        shown,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["merge", "s1", "s9"], "no story has the id 's9'; see 'monitor stories list'"),
        (["merge", "s1", "s1"], "s1: cannot be merged with itself; name two stories"),
        (["split", "s9", "a"], "no story has the id 's9'; see 'monitor stories list'"),
        (["split", "s1", "c"], "c: no item of story s1; see 'monitor stories show'"),
        (["move", "z", "s1"], "no story has an item 'z'; see 'monitor stories show'"),
        (["move", "a", "s9"], "no story has the id 's9'; see 'monitor stories list'"),
        (["undo"], "no correction is in force, so there is nothing to undo"),
        (
            ["undo", "7"],
            "no correction has the id 7; see 'monitor stories corrections'",
        ),
        (
            ["undo", "--change", "7"],
            "no change has the id 7; see 'monitor stories changes'",
        ),
    ],
)
def test_what_is_not_there_is_named_with_where_to_look(desk, words, told):
    desk.keep(s1="ab", s2="c")
    assert desk.refused(*words) == told


def test_stories_that_are_one_already_are_not_merged_again(desk):
    desk.keep(s1="a", s2="b")
    desk("stories", "merge", "s1", "s2")
    told = desk.refused("merge", "s1", "s2")
    assert told == "s2: is one story with s1 already: s1"


def test_a_contradiction_names_both_and_changes_nothing(desk):
    desk.keep(s1="abc")
    desk("stories", "split", "s1", "b")
    told = desk.refused("merge", "s1", "sb")
    assert told.startswith("this merge contradicts correction 1 (split of 20")
    assert "b apart from a, c" in told
    assert "'monitor stories undo 1'" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["undo", "1", "--change", "2"], "not both"),
        (["corrections", "--export", "a", "--import", "b"], "writes a file or reads"),
        (["corrections", "--dry-run"], "without --import"),
        (["corrections", "--json", "--export", "a"], "of the list"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(desk, words, told):
    assert told in desk("stories", *words, status=2)


@pytest.mark.parametrize(
    "words",
    [
        ["stories", "undo", "9" * 23],
        ["stories", "undo", "--change", "9" * 23],
        ["stories", "list", "--days", "740000"],
        ["stories", "changes", "--days", "740000"],
        ["export", "stories", "--days", "9" * 9],
        ["export", "items", "--days", "9" * 9],
    ],
)
def test_a_number_beyond_all_reason_is_refused(desk, words):
    desk.keep(s1="a")
    assert "Invalid value for" in desk(*words, status=2)


def test_a_correction_waits_for_a_monitor_that_is_writing_and_goes_by_what_it_wrote(
    desk,
):
    desk.keep(s1="a", s2="b", s3="c")
    writes, may_end = threading.Event(), threading.Event()

    def monitor() -> None:
        with Store(desk.path) as store, store.atomic():
            moves = (Move("b", "s2", "s3"),)
            store.stories.change(Change("merge", moves, "", 0.9), NOW)
            writes.set()
            may_end.wait(10)

    thread = threading.Thread(target=monitor)
    thread.start()
    assert writes.wait(10)
    threading.Timer(0.2, may_end.set).start()
    told = desk("stories", "merge", "s1", "s2")
    thread.join()
    assert "note: s2 was merged into s3" in told
    assert desk.stories == {"s1": "abc"}


# --- undo ------------------------------------------------------------------------------


def test_undo_takes_the_last_correction_back(desk):
    desk.keep(s1="a", s2="b", s3="c")
    desk("stories", "merge", "s1", "s2")
    desk("stories", "move", "c", "s1")
    told = desk("stories", "undo")
    assert told.startswith("correction 2 is taken back: move: a, b, c together\n")
    assert desk.stories == {"s1": "ab", "s3": "c"}
    desk("stories", "undo")
    assert desk.stories == {"s1": "a", "s2": "b", "s3": "c"}
    assert desk.in_force == []
    assert desk.refused("undo", "2") == "correction 2: was taken back before"


def test_undo_leaves_items_where_they_went_on_to(desk):
    desk.keep(s1="a", s2="bc", s3="d")
    desk("stories", "merge", "s1", "s2")
    desk.change(("c", "s1", "s3"), kind="move")
    told = desk("stories", "undo", "1")
    assert told.endswith("stays where it is: c Title c\n")
    assert desk.stories == {"s1": "a", "s2": "b", "s3": "cd"}


def test_undo_leaves_items_where_another_correction_holds_them(desk):
    desk.keep(s1="a", s2="b", s3="c")
    desk("stories", "merge", "s1", "s2")
    desk("stories", "merge", "s1", "s3")
    told = desk("stories", "undo", "1")
    assert told.endswith("no item moves\nstays where it is: b Title b\n")
    assert desk.stories == {"s1": "abc"}
    assert len(desk.in_force) == 1


def test_a_correction_that_moved_nothing_can_be_taken_back(desk):
    desk.keep(s1="ab")
    imported(desk, line("merge", together="ab"))
    told = desk("stories", "undo")
    assert told.endswith("no item moves\n")
    assert desk.in_force == []


# --- strangers' words --------------------------------------------------------------------


def test_the_title_of_an_item_that_stays_orders_the_terminal_nothing(desk):
    with Store(desk.path) as store:
        items = [item("Evil\x1b[31m", id=i, minutes=ord(i)) for i in "abc"]
        show(store, items)
        store.stories.assign(assignment(one, f"s{one.id}") for one in items)
    desk("stories", "merge", "sa", "sb")
    desk.change(("b", "sa", "sc"), kind="move")
    told = desk("stories", "undo")
    assert told.endswith("stays where it is: b Evil [31m\n")


def test_an_error_is_one_line_that_orders_the_terminal_nothing(
    desk, monkeypatch, capsys
):
    desk.keep(s1="ab")
    flags = ["--config", str(desk.folder / "feeds.yaml"), "--db", str(desk.path)]
    words = ["stories", "split", "s1", "evil\x1b]0;owned\n"]
    monkeypatch.setattr("sys.argv", ["monitor", *flags, *words])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 1
    told = "monitor: evil ]0;owned : no item of story s1; see 'monitor stories show'\n"
    assert capsys.readouterr().err == told


# --- what the monitor did --------------------------------------------------------------


def test_a_merge_of_the_monitors_that_is_undone_stays_undone(desk):
    desk.keep(s1="ab", s2="cd")
    number = desk.change(("c", "s2", "s1"), ("d", "s2", "s1"))
    desk("stories", "undo", "--change", number, "--reason", "two fires")
    assert desk.stories == {"s1": "ab", "s2": "cd"}
    apart = (("c", "d"), ("a", "b"))
    assert desk.in_force == [Correction("undo", "two fires", (), apart)]


def test_a_split_of_the_monitors_that_is_undone_stays_undone(desk):
    desk.keep(s1="abc")
    number = desk.change(("b", "s1", "sb"), kind="split")
    desk("stories", "undo", "--change", number)
    assert desk.stories == {"s1": "abc"}
    assert desk.in_force == [Correction("undo", "", ("a", "c", "b"))]


def test_moves_of_the_monitors_that_are_undone_stay_undone(desk):
    desk.keep(s1="ab", s2="cd", s3="e")
    number = desk.change(("b", "s1", "s3"), ("d", "s2", "s3"), kind="move")
    desk("stories", "undo", "--change", number)
    assert desk.stories == {"s1": "ab", "s2": "cd", "s3": "e"}
    assert sorted(desk.in_force, key=str) == [
        Correction("undo", "", ("a", "b"), (("b",), ("d", "e"))),
        Correction("undo", "", ("c", "d"), (("d",), ("e",))),
    ] or desk.in_force == [
        Correction("undo", "", ("c", "d"), (("d",), ("b", "e"))),
        Correction("undo", "", ("a", "b"), (("b",), ("e",))),
    ]


def test_undoing_the_monitors_change_may_contradict_a_correction(desk):
    desk.keep(s1="a", s2="b")
    number = desk.change(("b", "s2", "s1"))
    imported(desk, line("merge", "ab"))
    told = desk.refused("undo", "--change", number)
    assert told.startswith("taking back change 1 contradicts correction 1 (merge of")


def test_undoing_the_monitors_change_breaks_no_correction(desk):
    desk.keep(sa="a", sb="bcd")
    number = desk.change(*((i, "sb", "sa") for i in "bcd"))
    desk("stories", "split", "sa", "b")
    assert desk.stories == {"sa": "acd", "sb": "b"}
    told = desk.refused("undo", "--change", number)
    assert told.startswith(f"taking back change {number} contradicts correction 1 (spl")
    assert "'monitor stories undo 1'" in told


def test_undoing_the_monitors_change_leaves_items_where_a_correction_holds_them(desk):
    desk.keep(s1="ab", s2="cde")
    number = desk.change(*((i, "s2", "s1") for i in "cde"))
    imported(desk, line("merge", "ae"))
    told = desk("stories", "undo", "--change", number)
    assert told.endswith("stays where it is: e Title e\n")
    assert desk.stories == {"s1": "abe", "s2": "cd"}
    assert desk.in_force[1:] == [
        Correction("undo", "", (), (tuple("cd"), tuple("abe")))
    ]


def test_a_merge_that_was_made_again_since_is_not_undone_by_the_first(desk):
    desk.keep(s1="a", s2="b", s3="c")
    number = desk.change(("b", "s2", "s1"))
    desk.change(("b", "s1", "s2"), kind="move")
    desk.change(("b", "s2", "s1"))
    told = desk.refused("undo", "--change", number)
    assert "went on since" in told
    assert desk.stories == {"s1": "ab", "s3": "c"}


def test_undoing_the_monitors_change_can_be_undone(desk):
    desk.keep(s1="a", s2="b")
    number = desk.change(("b", "s2", "s1"))
    desk("stories", "undo", "--change", number)
    assert "went on since, or it was taken back" in desk.refused(
        "undo", "--change", number
    )
    desk("stories", "undo")
    assert desk.stories == {"s1": "ab"}
    assert desk.in_force == []
    [*_, last] = json.loads(desk("stories", "changes", "--days", "9999", "--json"))
    assert (last["kind"], last["correction"], last["undone"]) == ("undo", 1, False)


def test_what_a_person_asked_for_is_undone_by_its_correction(desk):
    desk.keep(s1="a", s2="b")
    desk("stories", "merge", "s1", "s2")
    told = desk.refused("undo", "--change", 1)
    assert "was asked for by correction 1" in told
    assert "'monitor stories undo 1'" in told


def test_clustering_anew_is_no_single_decision(desk):
    desk.keep(s1="a", s2="b")
    number = desk.change(("b", "s2", "s1"), kind="again")
    assert "clustered all items anew" in desk.refused("undo", "--change", number)


# --- the lists -------------------------------------------------------------------------


def test_corrections_are_listed_with_those_taken_back(desk):
    desk.keep(s1="ab", s2="c")
    desk("stories", "merge", "s1", "s2", "--reason", "one flood")
    desk("stories", "undo", "--reason", "two rivers")
    desk("stories", "split", "s1", "b")
    head, first, second = desk("stories", "corrections").splitlines()
    assert head == "id\tmade\tby\tverb\tundone\tsaid\treason"
    who, verb, undone, *said = first.split("\t")[2:]
    assert (verb, said) == ("merge", ["a, b, c together", "one flood"])
    assert who and undone.startswith("yes, 20")
    assert undone.endswith(f" by {who}: two rivers")
    assert second.split("\t")[2:5] == [who, "split", "no"]
    [one, two] = json.loads(desk("stories", "corrections", "--json"))
    assert (one["id"], one["undone"], two["undone"]) == (1, True, False)
    assert (one["by"], one["way"]) == (who, "command")
    assert (one["undone_by"], one["undone_way"]) == (who, "command")
    assert (one["undone_reason"], two["undone_reason"]) == ("two rivers", None)
    assert one["together"][2] == {
        "id": "c",
        "url": "https://thepotomacledger.example/c",
        "outlet": "The Potomac Ledger",
        "title": "Title c",
    }


def test_changes_are_listed_by_who_made_them(desk):
    desk.keep(s1="a", s2="b", s3="c")
    desk.change(("b", "s2", "s1"))
    desk("stories", "move", "c", "s1")
    rows = desk("stories", "changes", "--days", "9999").splitlines()[1:]
    said = [row.split("\t") for row in rows]
    assert [row[3:] for row in said] == [
        ["monitor", "no", "1", "s2 -> s1", "alike"],
        ["correction 1", "no", "1", "s3 -> s1", "moved by hand"],
    ]
    recent = json.loads(desk("stories", "changes", "--json"))
    assert [logged["id"] for logged in recent] == [2]
    assert recent[0]["moves"] == [{"item": "c", "before": "s3", "after": "s1"}]


def test_what_is_taken_in_keeps_who_made_it(desk):
    desk.keep(s1="a", s2="b", s3="c")
    imported(desk, line("merge", "ab", by="ana\x1b[2J"), line("merge", "bc"))
    [one, two] = json.loads(desk("stories", "corrections", "--json"))
    assert (one["by"], one["way"]) == ("ana [2J", "file")
    assert two["by"] not in ("", "ana [2J", None)
    assert two["way"] == "file"


# --- files -----------------------------------------------------------------------------


def line(verb: str, together="", first="", second="", **more) -> str:
    def named(ids: str) -> list[dict[str, str]]:
        return [{"id": i} for i in ids]

    said = {"verb": verb, "together": named(together)}
    said["apart"] = [named(first), named(second)]
    return json.dumps(said | more)


def imported(desk: Desk, *lines: str, flags=()) -> str:
    file = desk.folder / "said.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return desk("stories", "corrections", "--import", file, *flags)


def refused(desk: Desk, *lines: str | bytes) -> str:
    """Why a file is not taken in; nothing of it is."""
    file = desk.folder / "said.jsonl"
    raw = [text if isinstance(text, bytes) else text.encode() for text in lines]
    file.write_bytes(b"\n".join(raw))
    told = desk.refused("corrections", "--import", file)
    assert told.startswith(f"{file}:")
    return told.removeprefix(f"{file}:")


def test_corrections_go_to_a_file_and_come_back_to_another_database(desk, tmp_path):
    desk.keep(s1="ab", s2="cd", s3="e")
    desk("stories", "merge", "s1", "s2", "--reason", "una sola inundación")
    desk("stories", "move", "e", "s1")
    desk("stories", "undo")
    file = tmp_path / "said.jsonl"
    assert (
        desk("stories", "corrections", "--export", file) == f"{file}: 1 corrections\n"
    )
    text = file.read_text(encoding="utf-8")
    assert "una sola inundación" in text
    assert "https://thepotomacledger.example/a" in text
    assert "Title d" in text
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other")
    other.keep(s7="a", s8="bc", s9="de")
    told = other("stories", "corrections", "--import", file)
    assert told.endswith(f"{file}: 1 corrections, 0 were in force before\n")
    assert other.stories == {"s7": "abcde"}
    assert other.in_force == desk.in_force
    made = [json.loads(d("stories", "corrections", "--json")) for d in (desk, other)]
    assert made[0][0]["made"] == made[1][0]["made"]


def test_taking_a_file_in_twice_changes_nothing_the_second_time(desk):
    desk.keep(s1="ab", s2="c")
    lines = [line("merge", "ca"), "", line("split", "b", "b", "a", reason="x")]
    imported(desk, *lines)
    before = desk.dump()
    assert imported(desk, *lines).endswith("0 corrections, 2 were in force before\n")
    assert desk.dump() == before
    assert desk.stories == {"s2": "ac", "sb": "b"}


def test_what_a_file_says_twice_is_kept_once_with_its_time(desk):
    desk.keep(s1="a", s2="b")
    made = "2025-01-02T03:04:05+00:00"
    told = imported(desk, *[line("merge", "ab", made=made)] * 2)
    assert told.endswith("1 corrections, 1 were in force before\n")
    [kept] = json.loads(desk("stories", "corrections", "--json"))
    assert kept["made"] == made


def test_corrections_of_a_file_are_obeyed_in_order(desk):
    desk.keep(s1="abc", s2="d")
    imported(desk, line("split", "b", "b", "ac"), line("merge", "db"))
    assert desk.stories == {"s1": "ac", "s2": "bd"}


def test_a_dry_run_of_a_file_changes_nothing(desk):
    desk.keep(s1="a", s2="b")
    before = desk.dump()
    told = imported(desk, line("merge", "ab"), flags=["--dry-run"])
    assert told.startswith("dry run: merge: a, b together\n")
    assert desk.dump() == before


def test_items_that_have_no_story_yet_are_held_to_it_later(desk):
    desk.keep(s1="a")
    with Store(desk.path) as store:
        show(store, [item("Late", id="late")])
    said = {"verb": "merge", "together": [{"id": "a"}, {"id": "late"}]}
    assert "no item moves" in imported(desk, json.dumps(said))
    assert desk.in_force == [Correction("merge", "", ("a", "late"))]
    desk.keep(s2="b")
    with Store(desk.path) as store:
        store.stories.assign([assignment(item("Late", id="late"), "s9")])
    desk("stories", "move", "a", "s2")
    with Store(desk.path) as store:
        assert set(store.stories.found().values()) == {"s2"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("{", "2: is no JSON: "),
        (b"[" * 100_000, "2: "),
        ("[]", "2: is no JSON object; write one correction a line"),
        (line("mrege", "ab"), "2: verb 'mrege' is none of merge, split, move, undo"),
        (line("merge", "ab", reason=3), "2: reason is no text"),
        (line("merge", "ab", reason="\ud83d"), "2: reason holds half a character"),
        (line("merge", "a\ud83d"), "2: an item of together has no id"),
        ('{"verb": ' + "9" * 5000 + "}", "2: "),
        ('{"verb": "merge", "together": "ab"}', "2: together is no list of items"),
        ('{"verb": "merge", "together": ["a"]}', "2: an item of together has no id"),
        ('{"verb": "split", "apart": [[]]}', "2: apart is not two lists of items"),
        (line("merge", "a"), "2: names no two items"),
        (line("merge", "aa"), "2: names no two items"),
        (line("merge", "ab", made="tomorrow"), "2: made 'tomorrow' is no time"),
        (
            line("merge", "ab", made="0001-01-01T00:00:00+14:00"),
            "2: made '0001-01-01T00:00:00+14:00' is no time",
        ),
        (
            line("merge", "axyz"),
            "2: the database has no item x and 2 more of its items; poll first",
        ),
        (
            line("split", "", "a", "b"),
            "2: the split of line 2 contradicts the merge of",
        ),
        (line("merge", "bc", "b", "c"), "2: the merge of line 2 contradicts itself"),
        (b"\xff", " is not UTF-8; save it as UTF-8"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_of_the_file_is_taken_in(desk, wrong, told):
    desk.keep(s1="a", s2="b", s3="c")
    assert refused(desk, line("merge", "ba"), wrong).startswith(told)


def test_a_line_that_contradicts_what_is_in_force_names_both(desk):
    desk.keep(s1="ab")
    desk("stories", "split", "s1", "b")
    told = refused(desk, line("merge", "ab"))
    assert told.startswith("1: the merge of line 1 contradicts correction 1 (split")


def test_a_file_that_is_not_there_is_named(desk):
    desk.keep(s1="a")
    told = desk.refused("corrections", "--import", desk.folder / "none.jsonl")
    assert told.endswith("none.jsonl: cannot be read: No such file or directory")
    told = desk.refused("corrections", "--export", desk.folder / "no" / "a.jsonl")
    assert told.endswith("a.jsonl: cannot be written: No such file or directory")


def test_a_database_that_is_not_there_is_not_made(desk):
    with pytest.raises(ConfigError, match="no such database"):
        desk("stories", "merge", "s1", "s2")
    assert not desk.path.exists()


# --- clustering again ------------------------------------------------------------------


def test_clustering_again_logs_what_became_different(desk, monkeypatch):
    monkeypatch.setattr(compose, "now", lambda: NOW + timedelta(hours=1))
    wall = "Texas governor orders a new border wall near Laredo"
    items = [
        item(wall, id="a"),
        item(f"{wall} today", id="b", minutes=5),
        item("Sin traducir", "MX", id="c", minutes=-5, seen=NOW),
    ]
    with Store(desk.path) as store:
        show(store, items)
        store.stories.assign(assignment(one) for one in items)
    told = desk("cluster", "--again", "--since", "2026-03-01")
    assert told.endswith("cluster: items in another story than before: 1\n")
    assert desk.stories == {"sa": "ab", "sc": "c"}
    [logged] = json.loads(desk("stories", "changes", "--days", "9999", "--json"))
    assert logged["kind"] == "again"
    assert logged["moves"] == [{"item": "b", "before": "sb", "after": "sa"}]
    assert desk("stories", "show", "sb").startswith("note: sb was merged into sa")
    again = desk("cluster", "--again", "--since", "2026-03-01")
    assert again.endswith("cluster: items in another story than before: 0\n")


def test_corrections_hold_after_clustering_again(desk, monkeypatch):
    monkeypatch.setattr(compose, "now", lambda: NOW + timedelta(hours=1))
    wall = "Texas governor orders a new border wall near Laredo"
    items = [item(wall, id=i, minutes=n, outlet=i * 3) for n, i in enumerate("abc")]
    with Store(desk.path) as store:
        show(store, items)
        store.stories.assign(assignment(one, "sa") for one in items)
    desk("stories", "split", "sa", "b")
    desk("cluster", "--again", "--since", "2026-03-01")
    assert desk.stories == {"sa": "ac", "sb": "b"}
    told = desk("stories", "undo")
    assert "stays where it is" not in told
    assert desk.stories == {"sa": "abc"}


def test_clustering_again_has_second_thoughts_at_the_end_of_each_day(desk, monkeypatch):
    # Nothing joins at once: second thoughts alone bring stories together.
    monkeypatch.setattr(Clusterer, "least", lambda *_: 1.1)
    wall = "Texas governor orders a new border wall near Laredo"
    items = [
        item(wall, id="a", outlet="A"),
        item("New wall near Laredo: Texas governor's order", id="b", outlet="B"),
        item("Governor of Texas orders wall at Laredo border", id="c", outlet="C"),
        item("Shelter finds homes for kittens", id="d", minutes=20 * 24 * 60),
    ]
    monkeypatch.setattr(compose, "now", lambda: NOW + timedelta(days=21))
    with Store(desk.path) as store:
        show(store, items)
        kept = {"a": "sa", "b": "sa", "c": "sa"}
        store.stories.assign(assignment(one, kept.get(one.id)) for one in items)
    told = desk("cluster", "--again", "--since", "2026-03-01")
    assert told.endswith("cluster: items in another story than before: 0\n")
    assert desk.stories == {"sa": "abc", "sd": "d"}


def test_again_needs_a_day_and_a_day_needs_again(desk):
    for flags in (["--again"], ["--since", "2026-03-01"]):
        assert "go together" in desk("cluster", *flags, status=2)


# --- outlines ------------------------------------------------------------------------


def listed(desk) -> dict[str, int]:
    """Story -> how many items lists say it has."""
    with Store(desk.path) as store:
        return {each.story: each.items for each in store.outlines.page().rows}


def outline_all(desk) -> None:
    """What the next tick does."""
    with Store(desk.path) as store:
        list(outline_due(store, Marker(), {}))


def test_lists_show_a_correction_at_once(desk):
    desk.keep(sa="ab", sc="c")
    outline_all(desk)
    assert listed(desk) == {"sa": 2, "sc": 1}
    desk("stories", "merge", "sa", "sc", "--dry-run")
    assert listed(desk) == {"sa": 2, "sc": 1}
    desk("stories", "merge", "sa", "sc")
    assert listed(desk) == {"sa": 3}
    desk("stories", "undo")
    assert listed(desk) == {"sa": 2, "sc": 1}


def test_without_a_feeds_yaml_a_correction_is_kept_and_listed_later(desk):
    desk.keep(sa="a", sb="b")
    outline_all(desk)
    (desk.folder / "feeds.yaml").unlink()
    desk("stories", "merge", "sa", "sb")
    assert listed(desk) == {"sa": 1, "sb": 1}
    outline_all(desk)
    assert listed(desk) == {"sa": 2}


def test_clustering_outlines_what_it_finds(desk):
    desk.keep(sa="a")
    desk("cluster")
    assert listed(desk) == {"sa": 1}
    desk.keep(sa="b")
    desk("cluster", "--again", "--since", f"{NOW:%Y-%m-%d}")
    assert sum(listed(desk).values()) == 2
