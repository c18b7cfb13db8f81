import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.evaluation.datasets import LabelledSet, read
from monitor.newsroom.content import labelled_path

HEADING = "id,language,country,outlet,published,title,summary,story"
ROW = "a,en,US,Ledger,2026-03-02T12:00:00+00:00,Snow falls,It snows.,snow"


def write(folder: Path, *lines: str, heading: str = HEADING) -> Path:
    path = folder / "labelled.csv"
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def row(**cells: str) -> str:
    names = HEADING.split(",")
    return ",".join({**dict(zip(names, ROW.split(","), strict=True)), **cells}.values())


def read_lines(folder: Path, *lines: str, heading: str = HEADING) -> LabelledSet:
    return read(write(folder, *lines, heading=heading))


# --- what is read --------------------------------------------------------------------


def test_a_row_becomes_an_item_with_its_story(tmp_path):
    labelled = read_lines(tmp_path, ROW)
    [item] = labelled.items
    assert (item.id, item.language, item.country) == ("a", "en", "US")
    assert (item.outlet, item.title) == ("Ledger", "Snow falls")
    assert item.summary == "It snows."
    assert item.published == item.seen == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert labelled.stories == {"a": "snow"}
    assert labelled.certain == {"a"}


def test_items_come_as_on_a_live_day(tmp_path):
    labelled = read_lines(
        tmp_path,
        row(id="z"),
        row(id="b", published="2026-03-02T13:00:00+00:00"),
        row(id="c", published="2026-03-02T08:00:00-03:00"),
        row(id="a"),
    )
    assert [item.id for item in labelled.items] == ["c", "a", "z", "b"]


def test_the_second_half_is_scored_alone_and_clustered_with_the_first(tmp_path):
    days = [row(id=f"i{n}", published=f"2026-03-0{9 - n}T12:00") for n in range(1, 6)]
    labelled = read_lines(
        tmp_path,
        *(f"{day},{int(n != 1)}" for n, day in enumerate(days)),
        heading=HEADING + ",certain",
    )
    half = labelled.second_half()
    assert [item.id for item in half.items] == ["i5", "i4", "i3", "i2", "i1"]
    assert half.certain == {"i3", "i1"}  # i2 is not certain
    assert (half.items, half.stories) == (labelled.items, labelled.stories)


def test_dates_are_utc_whatever_their_offset(tmp_path):
    labelled = read_lines(
        tmp_path,
        row(id="a", published="2026-03-02T06:00:00-06:00"),
        row(id="b", published="2026-03-02 12:00"),
        row(id="c", published="2026-03-02T12:00:00Z"),
    )
    for item in labelled.items:
        assert item.published == datetime(2026, 3, 2, 12, tzinfo=UTC)
        assert item.published.tzinfo is UTC


def test_an_empty_country_is_the_languages_home(tmp_path):
    labelled = read_lines(
        tmp_path,
        row(id="a", country=""),
        row(id="b", country="", language="es"),
        row(id="c", country="US", language="es"),
    )
    assert [item.country for item in labelled.items] == ["US", "MX", "US"]


def test_outlet_title_and_summary_may_be_empty(tmp_path):
    [item] = read_lines(tmp_path, row(outlet="", title="", summary="")).items
    assert (item.outlet, item.title, item.summary) == ("", "", "")


def test_uncertain_rows_are_items_that_are_not_scored(tmp_path):
    lines = [
        f"{row(id=i)},{certain}"
        for i, certain in zip("abc", ["0", "1", ""], strict=True)
    ]
    labelled = read_lines(tmp_path, *lines, heading=f"{HEADING},certain")
    assert len(labelled.items) == len(labelled.stories) == 3
    assert labelled.certain == {"b", "c"}


def test_columns_may_come_in_any_order_with_others_among_them(tmp_path):
    names = [*HEADING.split(",")[::-1], "note"]
    labelled = read_lines(
        tmp_path, ",".join([*ROW.split(",")[::-1], "x"]), heading=",".join(names)
    )
    assert labelled.items == read_lines(tmp_path, ROW).items


def test_a_mark_of_byte_order_and_blank_lines_do_no_harm(tmp_path):
    path = write(tmp_path, "", ROW, "")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read(path) == read_lines(tmp_path, ROW)


def test_texts_are_composed_and_squeezed_as_those_of_feeds(tmp_path):
    [item] = read_lines(
        tmp_path, row(title="Me\u0301xico  \t hoy", summary=" a  b")
    ).items
    assert (item.title, item.summary) == ("México hoy", "a b")


def test_the_newsroom_can_be_read():
    labelled = read(labelled_path())
    assert set(labelled.stories) == {item.id for item in labelled.items}
    assert labelled.certain < set(labelled.stories)


# --- mistakes ------------------------------------------------------------------------

WRONG = {
    "language": ("fr", "write en or es"),
    "country": ("CA", "write US or MX"),
    "published": ("yesterday", "write it as 2026-"),
    "story": ("", "fill it in"),
    "id": ("", "fill it in"),
}


@pytest.mark.parametrize("column", WRONG)
def test_a_wrong_cell_is_named_with_its_remedy(tmp_path, column):
    cell, remedy = WRONG[column]
    path = write(tmp_path, row(id="b"), row(**{column: cell}))
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:3: column {column}: {cell!r}: ")
    assert remedy in str(caught.value)


@pytest.mark.parametrize(
    "date", ["", "2026-02-30", "02/03/2026", "0001-01-01T00:00+14"]
)
def test_a_bad_date_is_a_mistake(tmp_path, date):
    with pytest.raises(ConfigError, match=":2: column published: .*write it as"):
        read_lines(tmp_path, row(published=date))


def test_a_doubt_that_is_neither_0_nor_1_is_a_mistake(tmp_path):
    with pytest.raises(ConfigError, match=":2: column certain: 'no': write 1, or 0"):
        read_lines(tmp_path, f"{ROW},no", heading=f"{HEADING},certain")


def test_an_id_given_twice_names_both_lines(tmp_path):
    with pytest.raises(ConfigError, match=":4: column id: 'a': also on line 2: give"):
        read_lines(tmp_path, ROW, row(id="b"), ROW)


def test_lines_are_counted_through_texts_of_several_lines(tmp_path):
    lines = row(title='"Snow\nfalls"'), "", row(id="b", language="fr")
    with pytest.raises(ConfigError, match=":5: column language"):
        read_lines(tmp_path, *lines)


@pytest.mark.parametrize("column", HEADING.split(","))
def test_a_missing_column_is_named(tmp_path, column):
    kept = [name for name in HEADING.split(",") if name != column]
    path = write(tmp_path, ROW, heading=",".join(kept))
    with pytest.raises(
        ConfigError, match=f":1: no column {column}: the heading is id,"
    ):
        read(path)


@pytest.mark.parametrize("extra", ["", ",more"])
def test_a_row_with_too_few_or_too_many_cells_is_a_mistake(tmp_path, extra):
    line = ROW + extra if extra else ROW.rpartition(",")[0]
    with pytest.raises(ConfigError, match=r":3: \d cells under 8 columns: put texts"):
        read_lines(tmp_path, row(id="b"), line)


def test_an_open_quote_is_a_mistake_of_the_line_it_opens_on(tmp_path):
    lines = row(id="b"), row(title='"Snow'), row(id="c")
    with pytest.raises(ConfigError, match=":3: not CSV .*close every double quote"):
        read_lines(tmp_path, *lines)


def test_an_empty_file_has_no_columns(tmp_path):
    path = tmp_path / "labelled.csv"
    path.touch()
    with pytest.raises(ConfigError, match=":1: no column id, language, .*the heading"):
        read(path)


def test_a_heading_alone_is_a_mistake(tmp_path):
    with pytest.raises(ConfigError, match="no rows below the heading: add"):
        read_lines(tmp_path)


def test_a_file_that_is_not_utf8_is_a_mistake(tmp_path):
    path = write(tmp_path, row(title="Peña"))
    path.write_bytes(path.read_text("utf-8").encode("latin-1"))
    with pytest.raises(ConfigError, match=f"{re.escape(str(path))}: not UTF-8.* save"):
        read(path)


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_a_file_that_cannot_be_opened_is_a_mistake(tmp_path, name):
    path = tmp_path / name
    with pytest.raises(ConfigError, match=f"{re.escape(str(path))}: cannot be read"):
        read(path)
