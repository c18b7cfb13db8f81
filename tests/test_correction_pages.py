"""Correcting stories on pages, over a real socket and a real database."""

import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fastapi import Request
from test_web import DESK, Answer, Stage, add, served

from builders import NOW, item
from monitor.access import Person
from monitor.change import Author, Correction
from monitor.coverage.marks import Marker
from monitor.outlining import outline_now
from monitor.store.database import Store
from monitor.web.app import routes
from monitor.web.correction_pages import PAGE
from monitor.web.forms import MAX_BODY
from monitor.web.site import Site
from monitor.web.visit import visit_of
from monitor.web.wishes import MAX_REASON

CSRF = "token-of-the-session"
HOSTILE = "\"><script>alert('x')</script> <img src=x onerror=alert(1)> {{ 7*7 }} &amp;"


def visitor(request: Request):
    """Who visits: whom a header of the test names, an editor unless it says so."""
    name, _, role = request.headers.get("x-visitor", "ana:editor").partition(":")
    person = Person(name, role, "session")
    return replace(visit_of(request), person=person, csrf=CSRF)


class Editor:
    """A person at a browser."""

    def __init__(self, port: int, name: str = "ana", role: str = "editor") -> None:
        self.port = port
        self.visitor = f"{name}:{role}"

    def as_(self, name: str, role: str = "editor") -> "Editor":
        return Editor(self.port, name, role)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, *, csrf: str = CSRF, **fields) -> Answer:
        body = urlencode({"_csrf": csrf} | fields, doseq=True)
        return self._ask("POST", path, body)

    def send(self, page: Answer, step: str, **changed) -> Answer:
        """Press a button of the form with hidden fields on a page."""
        assert page.status in (200, 409), page.text
        [form] = re.findall(
            r'<form class="wish" method="post" action="([^"]*)">(.*?)</form>',
            page.text,
            re.DOTALL,
        )
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(
            r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[1]
        ):
            fields.setdefault(name, []).append(unescape(value))
        body = urlencode(fields | {"step": step} | changed, doseq=True)
        return self._ask("POST", unescape(form[0]), body)

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"X-Visitor": self.visitor}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())


@pytest.fixture(scope="module")
def theatre(tmp_path_factory) -> Iterator[tuple[Stage, int]]:
    stage = Stage(tmp_path_factory.mktemp("fix"))
    app = routes(Site(lambda: Store(stage.db), lambda: DESK, lambda: stage.now))
    app.dependency_overrides[visit_of] = visitor
    with served(app) as browser:
        yield stage, browser.port


@pytest.fixture
def store(theatre, tmp_path: Path) -> Iterator[Store]:
    theatre[0].db, theatre[0].now = tmp_path / "monitor.db", NOW
    with Store(tmp_path / "monitor.db") as opened:
        yield opened


@pytest.fixture
def ana(theatre, store) -> Editor:
    return Editor(theatre[1])


def floods(store: Store) -> None:
    """``s1``: two items of the United States, one of Mexico; ``s2``: one of Mexico."""
    add(
        store,
        item("River floods town", "US", id="a", outlet="Ledger", minutes=0),
        item("River rises", "US", id="b", outlet="Bravo", minutes=30),
        item("Crece el río", "MX", id="c", outlet="Anáhuac", minutes=60),
        story="s1",
    )
    add(
        store,
        item("Inundación en Sonora", "MX", id="d", outlet="Anáhuac", minutes=5),
        story="s2",
    )


def held(store: Store) -> dict[str, str]:
    found = store.stories.found()
    named: dict[str, str] = {}
    for one in sorted(found):
        named[found[one]] = named.get(found[one], "") + one
    return named


def dump(store: Store) -> list[str]:
    return list(store._db.conn.iterdump())


def shown(ana: Editor, verb: str = "merge", story: str = "s1", **fields) -> Answer:
    given = {"verb": verb, "reason": "why not", "step": "preview"} | fields
    return ana.post(f"/stories/{story}/correct", **given)


# --- shown, then done --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "fields", "after", "texts"),
    [
        (
            "merge",
            {"target": "s2"},
            {"s1": "abcd"},
            ["1 item moves.", "The address of s2 will lead to s1."],
        ),
        (
            "split",
            {"item": ["b", "c"]},
            {"s1": "a", "s2": "d", "sb": "bc"},
            ["2 items"],
        ),
        ("move", {"item": ["c"], "picked": "s2"}, {"s1": "ab", "s2": "cd"}, []),
        (
            "move",
            {"item": "c", "target": "http://127.0.0.1/stories/s2?lang=es#history"},
            {"s1": "ab", "s2": "cd"},
            [],
        ),
    ],
)
def test_each_verb_is_shown_and_then_done(store, ana, verb, fields, after, texts):
    floods(store)
    before = dump(store)
    page = shown(ana, verb, **fields)
    assert page.status == 200
    assert dump(store) == before
    for text in ("Nothing is done yet.", "why not", *texts):
        assert text in page.page.text
    done = ana.send(page, "do")
    assert (done.status, done.headers["Location"]) == (303, "/corrections/1")
    assert held(store) == after
    [logged] = store.corrections.all()
    assert logged.by == Author("ana", "page")
    assert logged.correction.reason == "why not"
    told = ana.get("/corrections/1").page.text
    assert "ana, on a page" in told and "why not" in told


def test_the_effect_shows_both_stories_before_and_after_item_by_item(store, ana):
    floods(store)
    page = shown(ana, "move", item="c", target="s2").page
    [before, after] = page.texts("section")
    assert "United States first by 1 h" in before
    assert "Only in Mexico" in before and "Only in the United States" in after
    assert "moves Crece el río Anáhuac MX" in before
    assert "Independent texts 3" in before and "Independent texts 2" in after
    assert page.texts("h2") == ["Before", "After"]


def test_what_becomes_of_an_open_blind_spot_is_told(store, ana):
    from monitor.comparison import BlindSpot, SideHealth
    from monitor.coverage.blindspots import Revision

    floods(store)
    spot = BlindSpot(
        *("s2", "US", NOW, 1, 1, 1, 1, 3.0, 8, 9),
        health=SideHealth("US", 9, 0, 0.0),
        opened=NOW,
    )
    store.blind_spots.put([Revision(None, spot)])
    page = shown(ana, "merge", target="s2").page
    assert "The blind spot of the United States on s2 ends" in page.text
    page = shown(ana, "split", item=["a"]).page
    assert "blind spot" not in page.text


def test_back_leads_to_the_form_as_it_was_filled_in(store, ana):
    floods(store)
    page = shown(ana, "move", item=["b", "c"], target="s2", reason="más <b>")
    form = ana.send(page, "back")
    assert form.status == 200
    ticked = [e for e in form.page.find("input", type="checkbox") if _checked(e)]
    assert [e.attributes["value"] for e in ticked] == ["b", "c"]
    [chosen] = [e for e in form.page.find("input", name="verb") if _checked(e)]
    assert chosen.attributes["value"] == "move"
    values = {
        e.attributes["name"]: e.attributes.get("value") for e in form.page.find("input")
    }
    assert (values["target"], values["reason"]) == ("s2", "más <b>")


def _checked(element) -> bool:
    return "checked" in element.attributes


def test_another_story_is_found_by_words_of_its_headline_without_accents(store, ana):
    floods(store)
    outline_now(store, Marker(), DESK.owners, ["s1", "s2"])
    page = ana.post(
        "/stories/s1/correct", verb="merge", step="find", find="INUNDACION sonora"
    )
    [choice] = page.page.find("input", name="picked")
    assert choice.attributes["value"] == "s2"
    page = ana.post("/stories/s1/correct", verb="merge", step="find", find="volcano")
    assert "No newer story has all these words" in page.page.text


def test_lists_show_a_correction_at_once(store, ana):
    floods(store)
    ana.send(shown(ana, "merge", target="s2"), "do")
    outlines = store.outlines.some(["s1", "s2"])
    assert {s: o.items for s, o in outlines.items()} == {"s1": 4}


# --- undo, and who did what ----------------------------------------------------------------


def test_an_undo_is_shown_done_and_kept_with_who_and_why(store, ana):
    floods(store)
    ana.send(shown(ana, "merge", target="s2"), "do")
    assert "Undo correction 1" in ana.get("/stories/s1").page.text
    luz = ana.as_("luz")
    page = luz.post("/corrections/1/undo", reason="two rivers", step="preview")
    assert held(store) == {"s1": "abcd"}
    assert luz.send(page, "do").headers["Location"] == "/corrections/1"
    assert held(store) == {"s1": "abc", "s2": "d"}
    text = luz.get("/corrections").page.text
    assert "ana, on a page" in text and "luz, on a page" in text
    assert "two rivers" in text
    story = luz.get("/stories/s1").page.text
    assert "luz · two rivers" in story and "Undo correction" not in story
    again = luz.post("/corrections/1/undo", reason="x", step="preview")
    assert again.status == 400 and "was taken back before" in again.page.text


def test_the_address_of_an_undo_leads_to_its_form(store, ana):
    answer = ana.get("/corrections/1/undo?lang=es")
    assert (answer.status, answer.headers["Location"]) == (303, "/corrections/1")


def test_the_enter_key_shows_the_effect(store, ana):
    floods(store)
    buttons = ana.get("/stories/s1/correct").page.find("button", name="step")
    assert buttons[0].attributes["value"] == "preview"


def test_corrections_are_filtered_and_paged(store, ana):
    for n in range(PAGE + 3):
        said = Correction("merge" if n % 2 else "split", f"reason {n}", ("x", f"y{n}"))
        by = Author("luz" if n < 2 else "ana", "command")
        store.corrections.add(said, NOW + timedelta(minutes=n), by)
    first = ana.get("/corrections").page
    numbers = [e.attributes["id"] for e in first.find("li", class_="correction")]
    assert numbers == [f"c-{n}" for n in range(PAGE + 3, 3, -1)]
    [more] = [link for link in first.links if "before=" in link]
    rest = ana.get(more).page.find("li", class_="correction")
    assert [e.attributes["id"] for e in rest] == ["c-3", "c-2", "c-1"]
    luz = ana.get("/corrections?person=luz&verb=merge&undone=no").page
    assert [e.attributes["id"] for e in luz.find("li", class_="correction")] == ["c-2"]
    assert "luz, on the command line" in luz.text
    none = ana.get("/corrections?undone=yes").page
    assert none.find("li", class_="correction") == []


# --- two editors ---------------------------------------------------------------------------


def test_the_second_of_two_editors_is_told_and_loses_nothing(store, ana):
    floods(store)
    luz = ana.as_("luz")
    ours = shown(ana, "split", item="a", reason="one flood")
    theirs = shown(luz, "split", item="c", reason="two floods")
    assert ana.send(ours, "do").status == 303
    before = dump(store)
    told = luz.send(theirs, "do")
    assert told.status == 409
    assert dump(store) == before
    assert "ana, on a page" in told.page.text and "one flood" in told.page.text
    assert "two floods" in told.page.text
    anew = luz.send(told, "preview")
    assert anew.status == 200 and "1 item moves." in anew.page.text
    assert luz.send(anew, "do").status == 303
    assert held(store) == {"s1": "b", "s2": "d", "sa": "a", "sc": "c"}


def test_of_many_editors_at_once_one_corrects(store, ana):
    floods(store)
    editors = [ana.as_(f"u{n}") for n in range(5)]
    pages = [shown(each, "merge", target="s2") for each in editors]
    ready, statuses = threading.Barrier(5), []

    def act(each: Editor, page: Answer) -> None:
        ready.wait(10)
        statuses.append(each.send(page, "do").status)

    threads = [
        threading.Thread(target=act, args=pair)
        for pair in zip(editors, pages, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses) == [303, 409, 409, 409, 409]
    assert len(store.corrections.all()) == 1


def test_a_story_merged_away_meanwhile_is_a_conflict(store, ana):
    floods(store)
    add(store, item("Fire", "US", id="e"), item("Blaze", "US", id="f"), story="s3")
    page = shown(ana, "split", story="s3", item="e")
    luz = ana.as_("luz")
    assert luz.send(shown(luz, "merge", target="s3"), "do").status == 303
    assert ana.send(page, "do").status == 409
    form = ana.get("/stories/s3/correct")
    assert (form.status, form.headers["Location"]) == (303, "/stories/s1/correct")


def test_items_that_joined_meanwhile_are_told_and_are_no_conflict(store, ana):
    floods(store)
    page = shown(ana, "split", item="c")
    add(store, item("River falls", "US", id="z"), story="s1")
    done = ana.send(page, "do")
    assert done.headers["Location"] == "/corrections/1?joined=1"
    assert "One item had joined" in ana.get("/corrections/1?joined=1").page.text
    assert held(store) == {"s1": "abz", "s2": "d", "sc": "c"}


# --- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"reason": "  "}, "Say why"),
        ({"reason": "x" * (MAX_REASON + 1)}, "more than 500 characters"),
        ({"verb": "burn"}, "Choose what to do"),
        ({"verb": "split"}, "Tick the items"),
        ({"verb": "move", "item": "a", "target": ""}, "Name the other story"),
        ({"target": ""}, "Name the other story"),
        ({"target": "s9"}, "no story has the id 's9'"),
        ({"target": "s1"}, "cannot be merged with itself"),
        ({"verb": "split", "item": "z"}, "no item of story s1"),
        ({"verb": "split", "item": ["a", "b", "c"]}, "leaves items on both sides"),
        ({"step": "do", "state": "1-1"}, "preview anew"),
        ({"target": "http://[bad/stories/s2"}, "no story has the id"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_form(store, ana, fields, told):
    floods(store)
    before = dump(store)
    page = shown(ana, **({"target": "s2"} | fields))
    assert page.status == 400
    assert told in page.page.text
    assert dump(store) == before


def test_a_contradiction_is_told_as_the_core_tells_it(store, ana):
    floods(store)
    ana.send(shown(ana, "split", item="c"), "do")
    page = shown(ana, "merge", target="sc")
    assert page.status == 400
    assert "this merge contradicts correction 1" in page.page.text


def test_an_unknown_story_or_correction_is_not_there(store, ana):
    floods(store)
    assert shown(ana, story="s9").status == 404
    assert ana.get("/stories/s9/correct").status == 404
    for number in ("7", "-1", str(2**80)):
        assert ana.get(f"/corrections/{number}").status == 404
        undo = ana.post(f"/corrections/{number}/undo", reason="x", step="do")
        assert undo.status == 404


def test_a_reader_sees_no_form_and_may_not_correct(store, ana):
    floods(store)
    ana.send(shown(ana, "merge", target="s2"), "do")
    before = dump(store)
    reader = ana.as_("rosa", "reader")
    for path in ("/stories/s1", "/corrections", "/corrections/1"):
        page = reader.get(path)
        assert page.status == 200
        main = page.text.partition('id="main"')[2]
        assert 'method="post"' not in main and '/correct"' not in main
    assert reader.get("/stories/s1/correct").status == 403
    assert shown(reader, "split", item="a").status == 403
    undo = reader.post("/corrections/1/undo", reason="x", step="do")
    assert undo.status == 403
    assert dump(store) == before


@pytest.mark.parametrize("csrf", ["", "wrong", "ñ", CSRF + "x"])
def test_a_form_of_another_site_is_refused(store, ana, csrf):
    floods(store)
    before = dump(store)
    assert shown(ana, "merge", target="s2", csrf=csrf).status == 403
    undo = ana.post("/corrections/1/undo", csrf=csrf, reason="x", step="do")
    assert undo.status == 403
    assert dump(store) == before


def test_what_is_no_form_of_ours_is_refused(store, ana):
    floods(store)
    assert ana.post("/stories/s1/correct", reason="x" * MAX_BODY).status == 413
    items = [f"i{n}" for n in range(13_000)]
    assert ana.post("/stories/s1/correct", item=items).status == 413
    connection = http.client.HTTPConnection("127.0.0.1", ana.port, timeout=20)
    with closing(connection):
        connection.request("POST", "/stories/s1/correct", "{}", {"Content-Type": "a/b"})
        assert connection.getresponse().status == 415


def test_a_hostile_reason_harms_no_page(store, ana):
    floods(store)
    page = shown(ana, "merge", target="s2", reason=HOSTILE)
    form = ana.post("/stories/s1/correct", step="back", reason=HOSTILE, target=HOSTILE)
    ana.send(page, "do")
    conflict = ana.send(page, "do")
    assert conflict.status == 409
    paths = ("/corrections", "/corrections/1", "/stories/s1")
    for answer in (page, form, conflict, *map(ana.get, paths)):
        assert answer.text.count("<script") == 1, "the desk's own"
        assert "<img" not in answer.text
        assert answer.page.text
    assert "{{ 7*7 }}" in ana.get("/corrections").page.text
    assert store.corrections.one(1).correction.reason == HOSTILE


@pytest.mark.parametrize("path", ["/corrections", "/stories/s1/correct"])
def test_pages_speak_spanish(store, ana, path):
    floods(store)
    answer = ana.get(f"{path}?lang=es")
    assert answer.page.find("html")[0].attributes["lang"] == "es"
    assert "orrecciones" in answer.text or "Corregir" in answer.text
