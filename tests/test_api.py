"""The API over a real server and a real database, asked as a program would."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from test_web import DESK, FEEDS, Stage, add, polled, served, translate, water

from builders import NOW, item, kept_edition, show, watchlist
from monitor import export
from monitor.change import Change, Correction, Move
from monitor.comparison import BlindSpot, SideHealth
from monitor.coverage.blindspots import Revision
from monitor.coverage.marks import Marker
from monitor.coverage.sides import compare
from monitor.coverage.themes import lexicon
from monitor.explaining import explain_one
from monitor.outlining import outline_due
from monitor.store.database import Store
from monitor.web.api.problems import SLUGS
from monitor.web.api.schemas import Story
from monitor.web.app import create_app
from monitor.web.reach import Reach
from monitor.web.site import Site

TOKEN = "t" * 40
REACH = Reach(token=TOKEN)
FULL_DESK = replace(DESK, themes=lexicon())


class Program:
    """Asks one server for JSON."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path: str, method: str = "GET", **headers: str):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Authorization", f"Bearer {TOKEN}")
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        with closing(connection):
            connection.request(method, path, headers=named)
            answer = connection.getresponse()
            body = answer.read()
        return answer.status, answer.headers, body

    def get(self, path: str, **headers: str):
        """The answer to what must go well."""
        status, _, body = self.ask(f"/api/v1{path}", **headers)
        assert status == 200, body
        return json.loads(body)

    def problem(self, path: str, status: int, method: str = "GET"):
        """The problem that the API must tell."""
        found, headers, body = self.ask(path, method)
        assert (found, headers["content-type"]) == (status, "application/problem+json")
        told = json.loads(body)
        assert told["status"] == status
        assert told["type"] == f"urn:monitor:problem:{SLUGS[status]}"
        assert told["title"]
        return told


@pytest.fixture(scope="module")
def theatre(tmp_path_factory) -> Iterator[tuple[Stage, Program]]:
    stage = Stage(tmp_path_factory.mktemp("api"))
    site = Site(lambda: Store(stage.db), lambda: FULL_DESK, lambda: stage.now, REACH)
    with served(create_app(site)) as browser:
        yield stage, Program(browser.port)


@pytest.fixture
def program(theatre, store: Store) -> Program:
    stage, program = theatre
    stage.db = Path(store.path)
    return program


def outlined(store: Store) -> None:
    marker = Marker(FULL_DESK.themes, FULL_DESK.watchlists)
    list(outline_due(store, marker, FULL_DESK.owners))


def newsroom(store: Store, singles: int = 6) -> str:
    """A story on both sides, and some of one."""
    story = water(store)
    for number in range(singles):
        add(store, item(f"Only here {number}", minutes=-number))
    polled(store, *FEEDS)
    outlined(store)
    return story


def walk(program: Program, path: str, name: str) -> list[dict]:
    """The rows of all pages."""
    found = []
    address = f"/api/v1{path}"
    while address:
        status, headers, body = program.ask(address)
        assert status == 200
        told = json.loads(body)
        found += told[name]
        link = f'<{told["next"]}>; rel="next"' if told["next"] else None
        assert headers["link"] == link
        address = told["next"]
    return found


# --- stories -------------------------------------------------------------------------


def test_a_story_is_stated_as_in_stories_json(store, program):
    story = newsroom(store)
    found = store.stories.named(story)
    stated = export.story_dict(
        compare(found, FULL_DESK.owners), explain_one(store, found)
    )
    assert program.get(f"/stories/{story}") == json.loads(json.dumps(stated))
    assert set(stated) == set(Story.model_fields)


def test_a_list_shows_stories_without_their_items(store, program):
    story = newsroom(store)
    told = program.get("/stories?side=both")
    [row] = told["stories"]
    assert row["id"] == story
    assert row["headline"] == {
        "en": "Water deal reached",
        "es": "Acuerdan entregas de agua",
    }
    assert (row["leader"], row["lag_minutes"], row["item_count"]) == ("MX", 90, 2)
    assert row["sides"]["MX"]["outlets"] == ["Anáhuac"]
    assert (row["themes"], row["watchlists"]) == (["water"], ["Water"])
    assert told["total"] == {"number": 1, "is_more": False}
    assert told["next"] is None


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 7),
        ("side=only-US", 6),
        ("side=MX", 1),
        ("language=es", 1),
        ("outlet=Ledger", 1),
        ("outlet=Nobody", 0),
        ("theme=water", 1),
        ("watchlist=Water", 1),
        ("certainty=feed", 1),
        ("leader=MX", 1),
        ("leader=US", 0),
        ("since=2026-03-02T12:00:00Z", 2),
        ("until=2026-03-01", 0),
        ("since=2026-03-02&until=2026-03-02", 7),
        ("side=&language=&theme=", 7),
    ],
)
def test_a_list_is_narrowed_down(store, program, query, count):
    newsroom(store)
    told = program.get(f"/stories?{query}")
    assert (len(told["stories"]), told["total"]["number"]) == (count, count)


@pytest.mark.parametrize("order", ["newest", "first", "largest", "lag"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_together_are_the_list(store, program, order, limit):
    newsroom(store)
    whole = program.get(f"/stories?order={order}&limit=200")["stories"]
    assert len(whole) == 7
    assert walk(program, f"/stories?order={order}&limit={limit}", "stories") == whole


def test_a_page_of_items_goes_on_where_the_last_ended_though_new_ones_came(
    store, program
):
    newsroom(store)
    first = program.get("/items?limit=3")
    add(store, item("Later", minutes=200))
    status, _, body = program.ask(first["next"])
    shown = [row["id"] for row in (*first["items"], *json.loads(body)["items"])]
    assert status == 200
    assert len(set(shown)) == len(shown) == 6


def test_a_merged_story_leads_to_what_it_became(store, program):
    one, other = item("One"), item("Other", "MX")
    kept, gone = add(store, one), add(store, other)
    store.stories.change(Change("merge", (Move(other.id, gone, kept),), ""), NOW)
    for end in ("", "/coverage"):
        status, headers, _ = program.ask(f"/api/v1/stories/{gone}{end}")
        assert (status, headers["location"]) == (308, f"/api/v1/stories/{kept}{end}")


def test_coverage_tells_what_comparing_comes_to(store, program):
    story = newsroom(store)
    spot = BlindSpot(
        *(story, "US", NOW, 6, 3, 3, 6, 4.5, 1, 2, SideHealth("US", 9, 0, 0.0)),
        opened=NOW,
        closed=NOW,
        end="picked-up",
    )
    store.blind_spots.put([Revision(None, spot)])
    told = program.get(f"/stories/{story}/coverage")
    assert [each["outlet"] for each in told["pickups"]] == ["Anáhuac", "Ledger"]
    assert told["themes"] == ["water"]
    [found] = told["blind_spots"]
    assert (found["silent"], found["end"]) == ("US", "picked-up")
    assert told["tone"]["sides"]["US"]["texts"] == 1


# --- items ---------------------------------------------------------------------------


def test_an_item_comes_with_its_earlier_headlines_and_translations(store, program):
    old = item("Acuerdo de agua", "MX", id="i1")
    story = add(store, old)
    show(store, [replace(old, title="Firman acuerdo de agua")], NOW)
    translate(store, old, "They sign a water deal")
    told = program.get("/items/i1")
    assert told["title"] == "Firman acuerdo de agua"
    assert [each["title"] for each in told["revisions"]] == ["Acuerdo de agua"]
    [made] = told["translations"]
    assert (made["language"], made["title"]) == ("en", "They sign a water deal")
    assert told["story"] == story


def test_items_are_listed_newest_first_with_their_stories(store, program):
    story = newsroom(store)
    rows = program.get("/items?limit=2")["items"]
    assert [row["title"] for row in rows][0] == "Water deal reached"
    assert rows[0]["story"] == story
    assert rows == sorted(rows, key=lambda r: (r["published"], r["id"]), reverse=True)


# --- other lists ---------------------------------------------------------------------


def test_outlets_say_what_they_brought(store, program):
    newsroom(store)
    rows = {row["outlet"]: row for row in program.get("/outlets")["outlets"]}
    assert rows["Anáhuac"]["items"] == 1
    assert rows["Anáhuac"]["feeds"][0]["url"] == FEEDS[2].url
    assert rows["Bravo"]["items"] == 0
    assert rows["The Potomac Ledger"]["feeds"] == []


@pytest.mark.parametrize("by", ["side", "theme"])
def test_lags_say_who_follows_whom(store, program, by):
    newsroom(store)
    [row] = program.get(f"/lags?by={by}")["lags"]
    assert (row["leader"]["country"], row["median_minutes"]) == ("MX", 90.0)
    assert row["theme"] == ("water" if by == "theme" else None)
    assert row["certainty"] == {"feed": 1, "default-zone": 0}


def test_blind_spots_are_found_by_side_and_state(store, program):
    story = newsroom(store)
    spot = BlindSpot(
        *(story, "US", NOW, 6, 3, 3, 6, 4.5, 1, 2, SideHealth("US", 9, 0, 0.0)),
        opened=NOW,
    )
    store.blind_spots.put([Revision(None, spot)])
    [row] = program.get("/blindspots?silent=US")["blindspots"]
    assert (row["story"], row["can_tell"], row["of"]) == (story, True, 2)
    assert row["headline"]["en"] == "Water deal reached"
    assert program.get("/blindspots?silent=MX")["blindspots"] == []
    assert program.get("/blindspots?state=ended")["blindspots"] == []


def test_themes_are_called_as_whoever_asks_calls_them(store, program):
    def label(language: str) -> str:
        themes = program.get("/themes", Accept_Language=language)["themes"]
        return {theme["name"]: theme["label"] for theme in themes}["trade"]

    assert (label("en"), label("es-MX,es;q=0.9")) == ("Trade", "Comercio exterior")


def test_corrections_are_paged_the_newest_first(store, program):
    for number in range(5):
        store.corrections.add(Correction("merge", f"{number}", ("a", "b")), NOW)
    rows = walk(program, "/corrections?limit=2", "corrections")
    assert [row["reason"] for row in rows] == ["4", "3", "2", "1", "0"]
    assert rows[0]["together"] == ["a", "b"]


def test_editions_are_listed_and_had_in_their_forms_without_the_way_out(store, program):
    for day in range(3):
        at = NOW.date() + timedelta(days=day)
        store.editions.add(kept_edition("dana", at, json='{"date": 1}'))
    rows = walk(program, "/editions?limit=2", "editions")
    assert [row["date"] for row in rows] == ["2026-03-04", "2026-03-03", "2026-03-02"]
    status, headers, body = program.ask(rows[0]["forms"]["json"])
    assert (status, headers["content-type"]) == (200, "application/json")
    assert body == b'{"date": 1}'
    status, headers, body = program.ask(rows[0]["forms"]["txt"])
    assert body.decode() == "Llegó el agua a dana\n"


def test_the_health_of_feeds_is_told(store, program):
    newsroom(store)
    polled(store, FEEDS[0], error="timed out", at=NOW)
    rows = program.get("/feeds/health")["feeds"]
    assert [row["is_healthy"] for row in rows] == [False, True, True]
    assert rows[0]["error"] == "timed out"


def test_watch_lists_and_the_version_are_told(store, program):
    assert program.get("/watchlists")["watchlists"] == [
        {"name": watchlist().name, "terms": ["Water"], "query": None}
    ]
    assert program.get("/version")["api"] == "v1"


# --- tags and problems ---------------------------------------------------------------

PATHS = (
    *("/stories", "/items", "/outlets", "/lags", "/blindspots", "/themes"),
    *("/watchlists", "/editions", "/corrections", "/feeds/health", "/version"),
    *("/openapi.json", "/"),
)


@pytest.mark.parametrize("path", PATHS)
def test_what_has_not_changed_is_not_sent_again(store, program, path):
    newsroom(store)
    status, headers, body = program.ask(f"/api/v1{path}")
    etag = headers["etag"]
    assert status == 200
    assert headers["cache-control"] == "private, no-cache"
    assert body
    for said in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        status, again, body = program.ask(f"/api/v1{path}", If_None_Match=said)
        assert (status, again["etag"], body) == (304, etag, b"")
    assert program.ask(f"/api/v1{path}", If_None_Match='"other"')[0] == 200


def test_what_has_changed_has_another_tag(store, program):
    newsroom(store)
    before = program.ask("/api/v1/stories")[1]["etag"]
    add(store, item("News", minutes=300))
    outlined(store)
    assert program.ask("/api/v1/stories", If_None_Match=before)[0] == 200


@pytest.mark.parametrize("path", PATHS)
def test_head_tells_the_same_without_the_body(store, program, path):
    newsroom(store)
    _, get, body = program.ask(f"/api/v1{path}")
    status, head, nothing = program.ask(f"/api/v1{path}", "HEAD")
    assert (status, nothing) == (200, b"")
    assert head["etag"] == get["etag"]
    assert int(head["content-length"]) == len(body)


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("limit=0", "limit", "greater than or equal to 1"),
        ("limit=201", "limit", "less than or equal to 200"),
        ("limit=many", "limit", "integer"),
        ("order=best", "order", "'newest'"),
        ("side=GT", "side", "'only-MX'"),
        ("since=yesterday", "since", "pattern"),
        ("since=2026-02-30", "since", "there is no such day"),
        ("until=9999-12-31T23:00:00Z", "until", "or a moment with its offset"),
        ("theme=rain", "theme", "expected one of border"),
        ("watchlist=Rain", "watchlist", "expected one of Water"),
        ("after=%F0%9F%92%A7", "after", "is no place in this list"),
        ("limt=3", "limt", "is 'limit' meant?"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(program, query, parameter, said):
    told = program.problem(f"/api/v1/stories?{query}", 400)
    [fault] = told["errors"]
    assert fault["parameter"] == parameter
    assert said in fault["detail"]


def test_a_cursor_of_one_list_is_none_of_another(store, program):
    newsroom(store)
    after = program.get("/stories?limit=1")["next"].partition("after=")[2]
    program.problem(f"/api/v1/items?after={after}", 400)
    program.problem(f"/api/v1/stories?order=lag&after={after}", 400)
    program.problem(f"/api/v1/corrections?after={after}", 400)
    program.problem(f"/api/v1/editions?after={after}", 400)


@pytest.mark.parametrize(
    "path",
    [
        *("/api/", "/api/v1", "/api/v2/stories", "/api/v1/story", "/api/v1/stories/"),
        *("/api/v1/stories/s0", "/api/v1/stories/s0/coverage", "/api/v1/items/x"),
        *("/api/v1/editions/x", "/api/v1/stories/%00", "/api/v1/items/%F0%9F%92%A7"),
    ],
)
def test_what_is_not_there_is_a_problem_and_no_page(program, path):
    program.problem(path, 404)


def test_a_line_break_in_an_address_is_a_problem_as_well(program):
    program.problem("/api/v1/stories/%0A/coverage", 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_only_tells_cannot_be_written_to(program, method):
    program.problem("/api/v1/stories", 405, method)
    assert program.ask("/api/v1/stories", method)[1]["allow"] == "GET"


def test_a_database_that_cannot_be_read_is_no_fault_of_who_asks(tmp_path):
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"my shopping list\n" * 10)
    site = Site(lambda: Store(broken), lambda: FULL_DESK, lambda: NOW, REACH)
    with served(create_app(site)) as browser:
        program = Program(browser.port)
        told = program.problem("/api/v1/stories", 503)
        assert "restore a backup" in told["detail"]
        assert program.ask("/api/v1/stories")[1]["retry-after"] == "60"


def test_a_problem_speaks_the_language_of_whoever_asks(program):
    _, headers, _ = program.ask("/api/v1/nothing", Accept_Language="es")
    assert headers["content-language"] == "es"


def test_every_form_of_an_answer_stands_on_the_page_for_people(program):
    _, _, body = program.ask("/api/v1/openapi.json")
    described = json.loads(body)
    assert described["openapi"] == "3.1.0"
    _, headers, page = program.ask("/api/v1/")
    html = page.decode()
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert html.count("<script") == html.count('<script src="/static/desk.js"') == 1
    for path in described["paths"]:
        assert f" /api{path}<" in html
    for form in described["components"]["schemas"]:
        assert f'id="{form}"' in html


# --- corrections ---------------------------------------------------------------------


def post(program: Program, path: str, wanted: dict):
    connection = HTTPConnection("127.0.0.1", program.port, timeout=10)
    with closing(connection):
        connection.request(
            "POST",
            f"/api/v1{path}",
            json.dumps(wanted),
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {TOKEN}",
            },
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_a_correction_does_what_its_preview_showed_and_is_undone(store, program):
    kept = add(store, item("One", id="a"))
    gone = add(store, item("Two", id="b"))
    wanted = {"verb": "merge", "stories": [kept, gone], "reason": "one story"}
    status, shown = post(program, "/corrections/preview", wanted)
    assert status == 200
    assert shown["after"] == {kept: ["a", "b"]}
    assert program.get("/corrections")["corrections"] == []
    status, done = post(program, "/corrections", wanted | {"state": shown["state"]})
    assert (status, done["moves"]) == (200, shown["moves"])
    assert (done["correction"]["reason"], done["correction"]["by"]) == (
        "one story",
        "MONITOR_TOKEN",
    )
    assert [row["id"] for row in program.get("/stories")["stories"]] == [kept]
    undo = {"verb": "undo", "correction": 1, "reason": "two after all"}
    _, shown = post(program, "/corrections/preview", undo)
    assert post(program, "/corrections", undo | {"state": shown["state"]})[0] == 200
    assert len(program.get("/stories")["stories"]) == 2


def test_who_corrects_second_is_told_of_the_conflict(store, program):
    one, two, three = (add(store, item(x, id=x)) for x in "abc")
    wanted = {"verb": "merge", "stories": [one, two], "reason": "same"}
    _, shown = post(program, "/corrections/preview", wanted)
    other = {"verb": "merge", "stories": [one, three], "reason": "same, too"}
    _, first = post(program, "/corrections/preview", other)
    assert post(program, "/corrections", other | {"state": first["state"]})[0] == 200
    status, told = post(program, "/corrections", wanted | {"state": shown["state"]})
    assert (status, told["type"]) == (409, "urn:monitor:problem:conflict")


@pytest.mark.parametrize(
    ("wanted", "parameter"),
    [
        ({"verb": "burn", "reason": "x"}, "verb"),
        ({"verb": "merge"}, "reason"),
        ({"verb": "merge", "reason": "x", "why": "y"}, "why"),
        ({"verb": "merge", "reason": "x", "stories": ["s1", "s2"]}, "state"),
    ],
)
def test_a_correction_that_cannot_be_read_is_refused(store, program, wanted, parameter):
    status, told = post(program, "/corrections", wanted)
    assert (status, [f["parameter"] for f in told["errors"]]) == (400, [parameter])


# --- search --------------------------------------------------------------------------


def test_a_search_finds_both_languages_in_pieces(store, program):
    add(store, item("Suben los aranceles", "MX", minutes=5))
    add(store, item("New tariffs on steel", "US"))
    add(store, item("Rain", "US", minutes=9))
    told = program.get("/search?q=aranceles")
    marked = [[p["text"] for p in hit["title"] if p["is_hit"]] for hit in told["items"]]
    assert sorted(marked) == [["aranceles"], ["tariffs"]]
    assert (told["query"], told["next"], told["stories"]) == ("aranceles", None, [])
    told = program.get("/search?q=aranceles&by=story&side=US")
    assert [len(story["items"]) for story in told["stories"]] == [1]
    assert told["items"] == []


def test_a_search_is_paged_and_says_what_it_cannot_read(store, program):
    for n in range(5):
        add(store, item(f"Tariffs {n}", "US", minutes=n))
    address, found = "/api/v1/search?q=tariffs&limit=2", []
    while address:
        _, headers, body = program.ask(address)
        told = json.loads(body)
        found += [hit["id"] for hit in told["items"]]
        address = told["next"]
    assert len(found) == len(set(found)) == 5
    faults = program.problem("/api/v1/search?q=-tariffs", 400)["errors"]
    assert [fault["parameter"] for fault in faults] == ["q"]
    faults = program.problem("/api/v1/search?q=a&side=both", 400)["errors"]
    assert [fault["parameter"] for fault in faults] == ["side"]
