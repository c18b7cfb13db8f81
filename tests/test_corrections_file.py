"""Corrections as JSON lines, to a file and back."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, item
from monitor.change import Author, Correction, LoggedCorrection
from monitor.errors import ConfigError
from monitor.stories.corrections_file import (
    Stated,
    read_corrections,
    write_corrections,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
IDS = st.lists(TEXT.filter(bool), min_size=2, max_size=4, unique=True).map(tuple)
CORRECTIONS = st.builds(
    Correction,
    verb=st.sampled_from(["merge", "split", "move", "undo"]),
    reason=TEXT,
    together=IDS,
    apart=st.tuples(IDS, IDS) | st.just(((), ())),
)


@given(st.lists(CORRECTIONS, max_size=4), TEXT)
def test_corrections_survive_the_file(said, title):
    kept = [LoggedCorrection(n, NOW, one) for n, one in enumerate(said, 1)]
    items = {one.together[0]: item(title, id=one.together[0]) for one in said}
    text = write_corrections(kept, items)
    assert text.count("\n") == len(said)
    assert read_corrections(text, "said.jsonl") == [
        Stated(n, one, NOW) for n, one in enumerate(said, 1)
    ]


def test_a_line_shows_its_items_to_the_reader():
    said = LoggedCorrection(1, NOW, Correction("merge", "", ("a", "b")))
    [row] = map(
        json.loads, write_corrections([said], {"a": item("Agua", id="a")}).splitlines()
    )
    shown = {"url": item("Agua", id="a").url, "outlet": "The Potomac Ledger"}
    assert row["together"] == [
        {"id": "a", "title": "Agua"} | shown,
        {"id": "b", "url": None, "outlet": None, "title": None},
    ]


def test_who_made_a_correction_survives_the_file():
    kept = LoggedCorrection(
        1, NOW, Correction("merge", "", ("a", "b")), by=Author("ana", "page")
    )
    [stated] = read_corrections(write_corrections([kept], {}), "said.jsonl")
    assert stated.by == Author("ana", "file")


@pytest.mark.parametrize("by", ["[1]", "7", '"\\ud83d"'])
def test_who_made_a_correction_is_a_name(by):
    row = f'{{"verb": "merge", "together": [{{"id": "a"}}, {{"id": "b"}}], "by": {by}}}'
    with pytest.raises(ConfigError, match="said.jsonl:1: by .* is no name"):
        read_corrections(row, "said.jsonl")


def test_a_line_by_hand_needs_the_verb_and_the_ids_alone():
    text = '\n{"verb": "merge", "together": [{"id": "a"}, {"id": "b"}]}\r\n \n'
    [stated] = read_corrections(text, "said.jsonl")
    assert stated == Stated(2, Correction("merge", "", ("a", "b")), None)


def test_a_time_may_be_in_any_zone_or_name_none():
    for made, hours in (("2026-03-02T12:00:00", 0), ("2026-03-02T12:00:00-06:00", 6)):
        row = {"verb": "merge", "made": made, "together": [{"id": "a"}, {"id": "b"}]}
        [stated] = read_corrections(json.dumps(row), "said.jsonl")
        assert stated.made == NOW + timedelta(hours=hours)
