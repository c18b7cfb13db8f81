"""What readers open from anywhere, over a real socket, as a browser or robot would."""

import http.client
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from test_web import Page, served

from builders import NOW, delivery, kept_edition, subscriber
from editions import full_edition
from monitor import outbox
from monitor.digest.forms import edition_atom, edition_json
from monitor.digest.render import render
from monitor.pipeline import Desk
from monitor.readers import Image, RenderedEdition, Subscription
from monitor.store.database import Store
from monitor.web.app import create_app
from monitor.web.reach import Reach
from monitor.web.site import Site

PUBLIC = "digest.example"
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


class Asker:
    """Asks under the public name, as a reader would, or under another."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(
        self, path, method="GET", body=None, host=PUBLIC, kind: str = FORM
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with closing(connection):
            headers = {"Host": host} | ({"Content-Type": kind} if body else {})
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())

    def post(self, of: Subscription, body: str, **more) -> Answer:
        return self.ask(f"/unsubscribe/{of.token}", "POST", body, **more)


@pytest.fixture(scope="module")
def theatre() -> Iterator[tuple[dict[str, Path], Asker]]:
    """One server for all tests; each gives it a database of its own."""
    stage: dict[str, Path] = {}
    desk, public = Desk((), {}, (), "none"), f"https://{PUBLIC}"
    reach = Reach(public=public)
    app = create_app(Site(lambda: Store(stage["db"]), lambda: desk, lambda: NOW, reach))
    with served(app) as browser:
        yield stage, Asker(browser.port)


@pytest.fixture
def site(theatre, store, tmp_path) -> Asker:
    stage, site = theatre
    stage["db"] = tmp_path / "monitor.db"
    return site


@pytest.fixture
def of(store) -> Subscription:
    return store.subscriptions.get(subscriber("dana", "both"), "tok-dana_1")


def stopped(store, of: Subscription) -> str | None:
    return store.subscriptions.of(of.token).stopped_by


# --- leaving -------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_page_changes_nothing(store, site, of, method):
    assert site.ask(f"/unsubscribe/{of.token}", method).status == 200
    assert stopped(store, of) is None


def test_the_page_asks_in_each_of_the_readers_languages(store, site, of):
    page = Page.of(site.ask(f"/unsubscribe/{of.token}").text)
    assert page.texts("button") == ["Unsubscribe", "Cancelar la suscripción"]
    assert [e.attributes["lang"] for e in page.find("section")] == ["en", "es"]
    assert "dana@desk.example" in page.text
    store.subscriptions.get(subscriber("dana", "es"), "x")
    page = Page.of(site.ask(f"/unsubscribe/{of.token}").text)
    assert page.texts("h1") == ["¿Dejar de recibir este resumen?"]
    assert page.find("html")[0].attributes["lang"] == "es"


MULTIPART = (
    '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    "One-Click\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ONE_CLICK, FORM),
        (MULTIPART, "multipart/form-data; boundary=b"),
        ("act=stop", FORM),
    ],
)
def test_one_click_and_the_button_stop_the_mail(store, site, of, body, kind):
    store.outbox.add(delivery("dana"))
    answer = site.post(of, body, kind=kind)
    assert answer.status == 200
    assert "Suscripción cancelada" in answer.text
    assert stopped(store, of) == "reader"
    [held] = store.outbox.open()
    assert (held.state, held.error) == ("refused", "its reader has unsubscribed")


def test_stopping_twice_is_as_good_as_once(store, site, of):
    site.post(of, ONE_CLICK)
    assert site.post(of, ONE_CLICK).status == 200
    assert stopped(store, of) == "reader"


def test_the_undo_button_brings_the_mail_back(store, site, of):
    store.outbox.add(delivery("dana"))
    page = Page.of(site.post(of, "act=stop").text)
    [asks] = {
        (e.attributes["name"], e.attributes["value"]) for e in page.find("button")
    }
    site.post(of, "=".join(asks))
    assert stopped(store, of) is None
    assert [d.state for d in store.outbox.open()] == ["queued"]


def test_a_reader_cannot_undo_what_a_person_paused(store, site, of):
    outbox.stop(store, of, "person", NOW)
    page = Page.of(site.post(of, "act=resume").text)
    assert stopped(store, of) == "person"
    assert page.find("button") == []


@pytest.mark.parametrize("body", ["", "act=", "act=delete", "x" * 9, "act=%ff"])
def test_a_post_of_something_else_does_nothing(store, site, of, body):
    assert site.post(of, body).status == 400
    assert stopped(store, of) is None


def test_a_body_without_an_end_is_refused(store, site, of):
    assert site.post(of, "x" * 5000 + ONE_CLICK).status == 413
    assert stopped(store, of) is None


def test_a_broken_database_tells_the_public_nothing_of_this_machine(site, theatre):
    stage, _ = theatre
    stage["db"] = stage["db"].with_name("broken.db")
    stage["db"].write_text("no database at all " * 99)
    for path in ("/unsubscribe/tok-dana_1", "/editions/x"):
        answer = site.ask(path)
        assert answer.status == 503
        assert "broken.db" not in answer.text
        assert "Try again" in answer.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_token_is_not_found(site, of, method):
    for token in ("nobody", "tok-dana_", "%2e%2e", "tok-dana_1%20"):
        answer = site.ask(f"/unsubscribe/{token}", method, "act=stop")
        assert answer.status == 404


def test_a_name_and_address_cannot_smuggle_in_markup(store, site):
    evil = subscriber("x", address="<script>@desk.example")
    of = store.subscriptions.get(evil, "t")
    page = Page.of(site.ask(f"/unsubscribe/{of.token}").text)
    assert page.find("script") == []
    assert "<script>@desk.example" in page.text


# --- kept editions -------------------------------------------------------------


@pytest.fixture
def kept(store):
    html = '<html><body><p style="color:red">Agua</p><img src="cid:lag"></body></html>'
    images = (Image("lag", b"\x89PNG", "lag"),)
    rendered = RenderedEdition("Agua", html, "Agua\n", images)
    made = kept_edition(rendered=rendered, json='{"a": 1}', atom="<feed/>")
    store.editions.add(made)
    return made


@pytest.mark.parametrize(
    ("form", "kind", "text"),
    [
        ("", "text/html; charset=utf-8", "data:image/png;base64,iVBO"),
        (".txt", "text/plain; charset=utf-8", "Agua\n"),
        (".json", "application/json", '{"a": 1}'),
        (".atom", "application/atom+xml", "<feed/>"),
    ],
)
def test_a_kept_edition_is_served_in_each_form(site, kept, form, kind, text):
    answer = site.ask(f"/editions/{kept.id}{form}")
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert text in answer.text
    assert "cid:" not in answer.text
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("language", ["en", "both"])
@pytest.mark.parametrize("form", ["", ".txt", ".json", ".atom"])
def test_who_is_handed_an_edition_is_not_handed_its_way_out(
    store, site, language, form
):
    edition = full_edition(language)
    json, atom = edition_json(edition), edition_atom(edition)
    made = kept_edition(
        rendered=render(edition), links=edition.links, json=json, atom=atom
    )
    store.editions.add(made)
    way_out = edition.links.unsubscribe
    assert way_out in made.rendered.html and way_out in made.rendered.text
    answer = site.ask(f"/editions/{made.id}{form}").text
    assert "unsubscribe" not in answer
    assert edition.subscriber.address not in answer
    assert "No recibir" not in answer
    assert len(answer) > 3000


def test_a_feed_that_says_what_a_picture_is_called_says_it_still(store, site):
    html = '<p>See src="cid:lag"</p><a href="https://a.example/cid:lag">x</a>'
    images = (Image("lag", b"\x89PNG", "lag"),)
    whole = f'{html}<img class="c" src="cid:lag" alt="x">'
    made = kept_edition(rendered=RenderedEdition("Agua", whole, "Agua\n", images))
    store.editions.add(made)
    answer = site.ask(f"/editions/{made.id}").text
    assert answer.startswith(html)
    assert answer.count("data:image/png") == 1


def test_an_edition_may_run_nothing_and_load_nothing(site, kept):
    policy = site.ask(f"/editions/{kept.id}").headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script" not in policy
    assert "img-src data:" in policy and "http" not in policy


def test_no_other_address_is_an_edition(site, store, kept):
    store.editions.add(kept_edition("luis"))
    for path in ("none", f"{kept.id}.pdf", "luis-2026-03-02.json", "%2e%2e"):
        assert site.ask(f"/editions/{path}").status == 404


# --- who is answered -------------------------------------------------------------


def test_the_public_name_leads_to_readers_pages_alone(site, kept, of):
    own = (f"/editions/{kept.id}", f"/unsubscribe/{of.token}")
    others = ("/", "/health", "/stories.json", "/livez", "/static/style.css")
    odd = ("/editions/../health", "/editions/%2e%2e/health", "/editions", "//health")
    for host in (PUBLIC, PUBLIC.upper(), f"{PUBLIC}:443"):
        assert [site.ask(path, host=host).status for path in own] == [200, 200]
        for path in others:
            assert site.ask(path, host=host).status == 400
        assert {site.ask(path, host=host).status for path in odd} <= {400, 404}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_this_machine_is_answered_too(site, kept, host):
    assert site.ask(f"/editions/{kept.id}", host=host).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", f"{PUBLIC}.evil.example", f"x.{PUBLIC}", f"{PUBLIC}:99"]
)
def test_no_other_name_is_answered(store, site, kept, of, host):
    assert site.ask(f"/editions/{kept.id}", host=host).status == 400
    assert site.post(of, ONE_CLICK, host=host).status == 400
    assert stopped(store, of) is None


def test_what_is_ours_to_know_is_kept_by_nobody_on_the_way(site, of):
    headers = site.ask(f"/unsubscribe/{of.token}").headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]


def test_health_shows_what_did_not_arrive(store, site):
    store.outbox.add(delivery("dana", state="refused", error="550 no such user"))
    page = Page.of(site.ask("/health", host="localhost").text)
    assert "550 no such user" in page.text
