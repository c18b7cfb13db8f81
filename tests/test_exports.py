"""Files of whole lists, and what feed readers and Datasette are given."""

import csv
import io
import json
import sqlite3
import tracemalloc
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from test_api import FULL_DESK, Program, newsroom, outlined
from test_api import program as program
from test_api import theatre as theatre
from test_look import paths as paths
from test_web import add, water

from builders import NOW, item, show
from monitor.change import Change, Move
from monitor.export_lists import COLUMNS, write_rows
from monitor.feeds.opml import read_opml
from monitor.store.database import Store
from monitor.store.tables import MEANT, VIEWS
from monitor.verbs.compose import Paths
from monitor.verbs.datasette import export_datasette, metadata
from monitor.verbs.export import export_items, export_stories
from monitor.verbs.span import Span

ATOM = "{http://www.w3.org/2005/Atom}"
LISTS = ("stories", "items", "outlets", "blindspots", "corrections", "lags")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


# --- files ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_a_file_in_every_form(store, program, name):
    newsroom(store)
    texts = {}
    for form, kind in (
        ("csv", "text/csv"),
        ("json", "application/json"),
        ("jsonl", "application/jsonl"),
    ):
        status, headers, body = program.ask(f"/export/{name}.{form}")
        assert status == 200
        assert headers["content-type"].startswith(kind)
        disposition = headers["content-disposition"]
        assert disposition.startswith(f'attachment; filename="{name}-')
        assert disposition.endswith(f'2026-03-02.{form}"')
        texts[form] = body.decode()
    listed = json.loads(texts["json"])
    assert [json.loads(line) for line in texts["jsonl"].splitlines()] == listed
    assert len(rows_of(texts["csv"])) == len(listed)
    assert rows_of(texts["csv"])[:1] == [] or set(rows_of(texts["csv"])[0]) == set(
        COLUMNS[name]
    )


@pytest.mark.parametrize("name", ["stories", "items"])
@pytest.mark.parametrize("query", ["", "side=both", "outlet=Ledger", "theme=water"])
def test_a_file_has_the_rows_of_the_pages(store, program, name, query):
    newsroom(store)
    _, _, body = program.ask(f"/export/{name}.json?{query}")
    assert json.loads(body) == program.get(f"/{name}?limit=200&{query}")[name]


def test_a_file_is_named_after_what_is_in_it(store, program):
    newsroom(store)
    _, headers, _ = program.ask("/export/stories.csv?theme=water&outlet=An%C3%A1huac")
    assert headers["content-disposition"] == (
        'attachment; filename="stories-anahuac-water-2026-03-02.csv"'
    )


def test_nothing_in_a_file_is_a_formula(store, program):
    add(store, item("=1+1", outlet="@evil", summary="\t=2"))
    _, _, body = program.ask("/export/items.csv")
    [row] = rows_of(body.decode())
    assert (row["title"], row["outlet"]) == ("'=1+1", "'@evil")


def test_a_mark_for_excel_comes_only_where_it_is_asked_for(store, program):
    newsroom(store)
    assert program.ask("/export/items.csv?excel=1")[2].startswith(b"\xef\xbb\xbfid,")
    assert program.ask("/export/items.csv")[2].startswith(b"id,")


def test_a_file_that_there_is_not_is_told_on_a_page(store, program):
    for path in ("/export/items.xml", "/export/items.csv?sides=US"):
        status, headers, body = program.ask(path)
        assert (status, headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "is &#39;side&#39; meant?" in body.decode()


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.text(), "sides": st.dictionaries(st.text(), st.integers())}
        )
    )
)
def test_a_list_written_is_the_list_read(rows):
    whole = "".join(write_rows("json", (), rows))
    lines = "".join(write_rows("jsonl", (), rows))
    assert json.loads(whole) == rows
    assert [json.loads(line) for line in lines.split("\n")[:-1]] == rows
    table = "".join(write_rows("csv", ("id",), rows))
    assert len(list(csv.reader(io.StringIO(table, newline="")))) == len(rows) + 1


def test_a_long_list_needs_no_more_memory_than_a_short_one():
    def peak(rows: int) -> int:
        tracemalloc.start()
        made = ({"id": f"{n}", "title": "x" * 500} for n in range(rows))
        for _ in write_rows("csv", ("id", "title"), made):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20_000) < 2 * peak(200) + 50_000


# --- feed readers --------------------------------------------------------------------


def entries(program: Program, query: str = "") -> list[ElementTree.Element]:
    status, headers, body = program.ask(f"/stories.atom{query}")
    assert status == 200
    assert headers["content-type"].startswith("application/atom+xml")
    return ElementTree.fromstring(body).findall(f"{ATOM}entry")


def test_a_feed_tells_stories_and_leads_to_their_pages(store, program):
    story = newsroom(store)
    [entry] = entries(program, "?side=both")
    links = {
        e.get("rel", "alternate"): e.get("href") for e in entry.iter(f"{ATOM}link")
    }
    here = f"http://127.0.0.1:{program.port}"
    assert links["alternate"] == f"{here}/stories/{story}"
    assert links["via"].startswith("https://anhuac.example/")
    assert entry.findtext(f"{ATOM}id") == f"urn:monitor:story:{story}"


@pytest.mark.parametrize(
    ("query", "count"),
    [("?theme=water", 1), ("?watchlist=Water", 1), ("?side=US", 7), ("?side=MX", 1)],
)
def test_there_is_a_feed_for_each_theme_watch_list_and_side(
    store, program, query, count
):
    newsroom(store)
    assert len(entries(program, query)) == count
    _, _, body = program.ask(f"/stories.atom{query}")
    [own] = [
        link.get("href")
        for link in ElementTree.fromstring(body).findall(f"{ATOM}link")
        if link.get("rel") == "self"
    ]
    assert own == f"http://127.0.0.1:{program.port}/stories.atom{query}"


def test_a_feed_speaks_the_language_its_address_names(store, program):
    newsroom(store)
    [entry] = entries(program, "?side=both&lang=es")
    assert entry.findtext(f"{ATOM}title") == "Acuerdan entregas de agua"


def test_a_story_that_changes_is_told_anew(store, program):
    us, mx = item("Water deal", id="a"), item("Agua", "MX", id="b", minutes=1)
    story, other = add(store, us), add(store, mx)
    outlined(store)

    def updated() -> str:
        found = {e.findtext(f"{ATOM}id"): e for e in entries(program)}
        return found[f"urn:monitor:story:{story}"].findtext(f"{ATOM}updated") or ""

    seen = updated()
    later = NOW.replace(hour=20)
    show(store, [replace(us, title="Water deal signed")], later)
    retitled = updated()
    latest = NOW.replace(hour=22)
    store.stories.change(Change("merge", (Move("b", other, story),), ""), latest)
    outlined(store)
    assert seen < retitled == later.isoformat() < updated() == latest.isoformat()


def test_a_feed_has_a_hundred_stories_at_most(store, program):
    newsroom(store, singles=120)
    assert len(entries(program)) == 100


def test_opml_lists_the_feeds_we_follow_and_those_we_offer(store, program):
    _, _, ours = program.ask("/feeds.opml")
    assert {o.url for o in read_opml(ours, "x")} == {f.url for f in FULL_DESK.feeds}
    _, _, offered = program.ask("/atoms.opml?lang=es")
    found = {o.title: o.url for o in read_opml(offered, "x")}
    assert len(found) == len(FULL_DESK.themes.themes) + 1 + 2
    path = found["Comercio exterior"].partition(str(program.port))[2]
    assert path == "/stories.atom?lang=es&theme=trade"
    assert program.ask(path)[0] == 200


# --- the command line ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ({}, 2),
        ({"side": "both"}, 1),
        ({"language": "es"}, 1),
        ({"outlet": "Ledger"}, 1),
        ({"theme": "water", "side": "only-US"}, 0),
        ({"certainty": "feed"}, 1),
    ],
)
def test_stories_are_written_line_by_line_by_the_same_filters(
    paths, capsys, narrowed, count
):
    with Store(paths.db) as store:
        water(store)
        add(store, item("Alone", outlet="Other"))
    export_stories(paths, "jsonl", Span(7), narrowed, None)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(told) == count
    export_stories(paths, "json", Span(7), narrowed, None)
    whole = json.loads(capsys.readouterr().out)
    assert sorted(told, key=lambda s: s["id"]) == whole


def test_items_are_written_line_by_line_by_the_same_filters(paths, capsys, tmp_path):
    with Store(paths.db) as store:
        water(store)
    out = tmp_path / "items.jsonl"
    export_items(paths, "jsonl", Span(7), {"side": "MX"}, out)
    [line] = out.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["outlet"] == "Anáhuac"
    assert capsys.readouterr().out == f"{out}\n"


# --- Datasette -----------------------------------------------------------------------


def test_every_view_answers(store):
    newsroom(store)
    with closing(sqlite3.connect(store.path)) as db:
        counts = {
            name: db.execute(f"select count(*) from {name}").fetchone()[0]
            for name in VIEWS
        }
        first = db.execute("select side, outlet from first_to_tell").fetchall()
    assert counts["stories_on_both_sides"] == 1
    assert counts["stories_on_one_side"] == counts["stories"] - 1 == 6
    assert ("MX", "Anáhuac") in first


def test_a_changed_headline_stands_before_and_after(store):
    old = item("One", id="i")
    show(store, [old], NOW)
    for hour, title in ((13, "Two"), (14, "Three")):
        show(store, [replace(old, title=title)], NOW.replace(hour=hour))
    with closing(sqlite3.connect(store.path)) as db:
        found = db.execute(
            "select before, after from headlines_before_and_after order by changed"
        ).fetchall()
    assert found == [("One", "Two"), ("Two", "Three")]


def test_metadata_names_what_there_is_and_closes_the_rest(store):
    columns = store.tables.columns()
    told = metadata("monitor", columns)["databases"]["monitor"]
    assert set(MEANT) <= set(columns)
    assert told["allow_sql"] is False
    for name, found in columns.items():
        shown = told["tables"][name]
        if name in MEANT:
            assert shown["title"] and shown["description"]
            assert set(MEANT[name].columns) <= set(found), name
            assert "BLOB" not in found.values(), name
            assert shown.get("sort_desc") in (None, *found)
        else:
            assert shown == {"hidden": True, "allow": False}
    secret = {"users", "sessions", "api_tokens", "subscriptions", "editions", "vectors"}
    assert secret & set(MEANT) == set()


def test_no_view_shows_a_secret(store):
    secrets = ("password", "token", "digest", "csrf", "address", "unsubscribe")
    for name in MEANT:
        assert not set(secrets) & set(store.tables.columns()[name]), name


def test_the_file_for_datasette_is_written_and_says_how_to_open_it(
    paths: Paths, tmp_path: Path, capsys
):
    Store(paths.db).close()
    export_datasette(paths, tmp_path / "out")
    target = tmp_path / "out" / "metadata.yaml"
    told = yaml.safe_load(target.read_text(encoding="utf-8"))
    assert list(told["databases"]) == ["monitor"]
    assert f"datasette serve --immutable {paths.db} -m {target}" in (
        capsys.readouterr().out
    )
