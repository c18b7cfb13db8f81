"""Every page in both languages, over a database in which much has happened."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser

import pytest
from jinja2 import Environment
from test_catalogue import WEB
from test_comparison_pages import (
    DESK,
    FEEDS,
    MX,
    US,
    alone,
    keep,
    spot,
    tariffs,
)
from test_web import Browser, add, polled, served, translate

from builders import NOW, assignment, item, show
from monitor.change import Change, Correction, Move
from monitor.comparison import SideHealth
from monitor.coverage.framing_file import lexicon
from monitor.coverage.marks import Marker
from monitor.model import LANGUAGES, Language, Why
from monitor.outlining import outline_due
from monitor.store.database import Store
from monitor.stories.explain import CHANNEL_WORDS
from monitor.web.about import meanings
from monitor.web.app import create_app
from monitor.web.catalogue import texts
from monitor.web.guide import Guide
from monitor.web.site import Site
from monitor.web.why import CHANNELS

ADDRESSES = (
    "/",
    "/?day=2026-03-02&show=all",
    "/stories/s1",
    "/stories/s2",
    "/stories/s3",
    "/themes",
    "/themes?days=1",
    "/framing",
    "/framing?days=1&theme=trade",
    "/framing?concept=sovereignty&theme=water",
    "/followers",
    "/followers?by=theme&days=1",
    "/followers?by=side",
    "/blindspots",
    "/health",
    "/about",
    "/stories",
    "/stories?side=both&order=lag&since=2026-02-20&outlet=Ledger",
    "/stories?side=only-US&certainty=feed&since=2026-03-09",
    "/stories?theme=moon&since=soon&until=2026-02-31",
    "/stories?after=zz",
    "/items",
    "/items?language=es&certainty=poll-bounded&leader=MX&since=2030-01-01",
    "/outlets",
    "/outlets?side=US&language=es&days=1",
    "/outlets/Ledger",
    "/outlets/Nobody",
    "/nowhere",
    "/stories/none",
    "/?day=2026-02-31",
    "/?day=9999-01-01",
    "/?day=x",
    "/themes?days=0",
    "/followers?by=moon",
)


KEYS = {"by"}
"""Of addresses, which a page quotes as they are."""


@pytest.fixture(scope="module")
def busy(tmp_path_factory) -> Iterator[Browser]:
    path = tmp_path_factory.mktemp("tongue")
    store = Store(path / "monitor.db")
    fill(store)
    store.close()
    site = Site(lambda: Store(path / "monitor.db"), lambda: DESK, lambda: NOW)
    with served(create_app(site)) as browser:
        yield browser


def fill(store: Store) -> None:
    """A little of everything that pages can tell."""
    polled(store, *FEEDS[:4])
    polled(store, FEEDS[4], error="HTTP 503")
    changed_and_corrected(store)
    spoken_and_toned(store)
    related(store)
    for n in range(6):
        tariffs(store, minutes=-600 - 70 * n, n=n)
    silences(store)
    list(outline_due(store, Marker(DESK.themes, ()), DESK.owners))
    for _ in range(3):
        store.translations.fail("abc", "es", "engine: broke", NOW)


def changed_and_corrected(store: Store) -> None:
    one = item("Sovereignty deal", outlet="Ledger", id="a", summary="Of the border")
    add(store, one, story="s1", why=Why({}, ()))
    other = item("Agua y soberanía", "MX", outlet="Delta", id="b", minutes=9)
    add(store, other, story="sb", why=Why({}, ()))
    why = Why({"names": 0.5, "dense": 0.2}, ("agua",), "b", "sb", 0.4)
    third = item("Más agua", "MX", outlet="Eco", id="c", minutes=75)
    add(store, replace(third, date_source="default-zone"), story="sb", why=why)
    translate(store, other, "Water", summary="Agua", warnings=("numbers-lost",))
    copy = item("Más agua", "MX", outlet="Anáhuac", id="d", minutes=90)
    show(store, [copy])
    store.stories.assign([assignment(copy, "s1", copy_of="c")])
    moves = (Move("b", "sb", "s1"), Move("c", "sb", "s1"))
    store.stories.change(Change("merge", moves, "", 0.9), NOW)
    said = Correction("split", "dos temas", ("c",), (("c",), ("a", "b")))
    store.corrections.add(said, NOW)
    store.corrections.add(Correction("merge", "lo mismo", ("a", "b")), NOW)
    away = Change("split", (Move("c", "s1", "sc"),), "a mano", None, 1)
    store.stories.change(away, NOW)
    back = Change("undo", (Move("c", "sc", "s1"),), "", None, 1)
    store.stories.change(back, NOW, undoes=2)
    show(store, [replace(one, title="Sovereignty pact")], NOW)


def spoken_and_toned(store: Store) -> None:
    acting = [
        item(f"Sheinbaum signs a murder law {n}", outlet=US[n % 3], minutes=-90 + n)
        for n in range(9)
    ]
    aside = item("La fiesta", "MX", outlet="Delta", minutes=-20, date_source="fetched")
    why = Why({"english": 0.6, "letters": 0.1}, ("ley",), acting[0].id)
    add(store, *acting, aside, story="s2", why=why)


def related(store: Store) -> None:
    dam = item("Dam levels fall", outlet="Bravo", id="m")
    add(store, dam, story="sm")
    translate(store, dam, "Baja la presa")
    why = Why({"english": 0.2}, (), None, "sm", 0.2)
    add(store, item("La presa", "MX", outlet="Eco", id="n"), story="s3", why=why)
    bound = item("El clima", "MX", outlet="Eco", id="o", recurring=True, minutes=5)
    add(store, bound, story="s3", why=Why({}, (), "n"))


def silences(store: Store) -> None:
    deaf = {"health": SideHealth("MX", 31, 7, 0.3)}
    ended = ({"closed": NOW, "end": e} for e in ("picked-up", "faded", "corrected"))
    for n, more in enumerate(({}, {"silent": "US"}, deaf, *ended)):
        silent = more.pop("silent", "MX")
        if "health" not in more:
            more["health"] = SideHealth(silent, 3, 0, 0.0)
        side = "US" if silent == "MX" else "MX"
        story = alone(store, f"Quake {n}", side)
        keep(store, spot(story, silent, **more))


class Seen(HTMLParser):
    """What a reader of one language sees or hears: texts and labels of the page’s own.

    What is marked as of another language is none of it.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._tongues: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        before = self._tongues[-1][1] if self._tongues else ""
        if tag not in {"meta", "link", "br", "path", "rect", "line"}:
            self._tongues.append((tag, given.get("lang") or before))
        for name in ("title", "aria-label"):
            if given.get(name):
                self.said.append(given[name])

    def handle_startendtag(self, tag, attrs):
        """Shapes of a chart: nothing in them is read."""

    def handle_endtag(self, tag):
        self._tongues.pop()

    def handle_data(self, data):
        if self._tongues and self._tongues[-1][1] == self._tongues[0][1]:
            self.said.append(data)


def seen(html: str) -> str:
    return " ".join(" ".join(Seen(html).said).split())


def parts(message: str) -> list[str]:
    """What of a text stands on every page that says it: between fields and tags."""
    found = re.split(r"%\(\w+\)s|\{\w*\}|<[^>]*>", message)
    return [" ".join(part.split()) for part in found if re.search(r"\w{2}", part)]


@cache
def of_ours(language: Language) -> frozenset[str]:
    """Parts of our texts in a language that the other’s texts do not hold."""
    known = {k: v for k, v in texts("es")._catalog.items() if k and v != k}
    english = {k[0] if isinstance(k, tuple) else k for k in known}
    english |= {k for pair in known for k in pair if isinstance(pair, tuple)} - {0, 1}
    sides = {"en": {p for k in english for p in parts(str(k))}}
    sides["es"] = {p for v in known.values() for p in parts(v)}
    [other] = set(LANGUAGES) - {language}
    own = "\n".join(sides[other])
    return frozenset(p for p in sides[language] if not stands(p, own)) - KEYS


def stands(part: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_speaks_one_language_alone(busy, address):
    joint = "&" if "?" in address else "?"
    for language, other in (("es", "en"), ("en", "es")):
        answer = busy.get(f"{address}{joint}lang={language}")
        assert answer.status in (200, 400, 404)
        assert f'<html lang="{language}">' in answer.text
        text = seen(answer.text)
        assert sorted(p for p in of_ours(other) if stands(p, text)) == []
        assert any(stands(p, text) for p in of_ours(language))


def test_the_busy_pages_say_most_of_what_there_is_to_say(busy):
    text = "\n".join(
        seen(busy.get(f"{a}{'&' if '?' in a else '?'}lang=es").text) for a in ADDRESSES
    )
    said = {p for p in of_ours("es") if stands(p, text)}
    assert len(said) > 0.75 * len(of_ours("es"))


def test_themes_concepts_and_frames_are_named_in_the_pages_language(busy):
    themes = busy.get("/themes?lang=es").page
    assert "Comercio" in themes.text and "Trade" not in themes.texts("b")
    framing = busy.get("/framing?lang=es").page
    assert "soberanía" in framing.texts("h3")
    assert {"aranceles", "soberanía"} <= set(framing.texts("b"))
    assert "sovereignty" in busy.get("/framing").page.texts("h3")


def test_every_concept_and_frame_of_ours_has_a_spanish_name():
    for concept in lexicon():
        for each in (concept, *concept.frames):
            assert each.spanish and each.label("es") == each.spanish
            assert each.label("en") == each.name


def test_a_concept_of_a_persons_own_keeps_its_name(busy):
    assert "zinc" not in busy.get("/framing?lang=es").page.texts("h3")


def test_a_story_is_called_by_the_headline_in_the_pages_language(busy):
    spanish = busy.get("/blindspots?lang=es").page
    assert spanish.texts("h1") == ["Puntos ciegos"]
    english, other = (busy.get(f"/stories/s1?lang={x}").page for x in LANGUAGES)
    assert english.find("h1")[0].attributes["lang"] == "en"
    assert other.find("h1")[0].attributes["lang"] == "es"


def test_another_story_is_named_in_the_pages_language(busy):
    english, spanish = (busy.get(f"/stories/s3?lang={x}").page for x in LANGUAGES)
    assert english.texts("a", href="/stories/sm") == ["Dam levels fall"] * 2
    assert spanish.texts("a", href="/stories/sm") == ["Baja la presa"] * 2
    assert spanish.find("a", href="/stories/sm")[0].attributes["lang"] == "es"


def test_a_refusal_speaks_the_visitors_language(busy):
    assert "se esperaba un día como 2025-04-08" in busy.get("/?day=x&lang=es").text
    assert "ese día no existe" in busy.get("/?day=2026-02-31&lang=es").text
    assert "there is no such day" in busy.get("/?day=2026-02-31&lang=en").text


def test_every_channel_of_evidence_has_its_words():
    assert set(CHANNELS) == set(CHANNEL_WORDS.values())


# --- templates -----------------------------------------------------------------

SAME = {
    "Bilingual Coverage Monitor",
    "stories.json",
    "stories.atom",
    "z",
    "0 h",
    "zone",
}
"""What is the same in both languages."""
TEMPLATES = sorted((WEB / "templates").glob("*.html"))


def written(template: str) -> str:
    """A template’s own text, without what jinja makes and what is translated."""
    text, name, is_open = "", "", False
    for _, kind, value in Environment().lex(template):
        if kind == "block_begin":
            is_open, name = True, ""
        elif kind == "name" and is_open and not name:
            name = value
        elif kind == "block_end":
            is_open = False
        elif kind == "data" and name not in ("trans", "pluralize"):
            text += value
        elif kind == "variable_begin":
            text += "\ufffc"
    return text


def untold(template: str) -> list[str]:
    """Words that stand in a template as they are."""
    text = written(template)
    labels = re.findall(r'(?:title|aria-label|alt|placeholder)="([^"]*)"', text)
    plain = re.sub(r"<style>.*?</style>|<[^>]*>", "\n", text, flags=re.DOTALL)
    found = (part.strip(" ,.:·\ufffc") for part in [*labels, *plain.splitlines()])
    return [part for part in found if re.search("[a-zA-Z]", part) and part not in SAME]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_says_nothing_past_the_catalogue(path):
    assert untold(path.read_text(encoding="utf-8")) == []


def test_words_past_the_catalogue_are_found():
    template = '<p title="Hello">{{ _("Told") }} and {% trans %}this{% endtrans %}</p>'
    assert untold(template) == ["Hello", "and"]


# --- what the numbers mean -----------------------------------------------------


def test_the_method_says_of_each_number_what_it_does_not_say(busy):
    for language in LANGUAGES:
        told = meanings(Guide(language))
        page = busy.get(f"/about?lang={language}").page
        assert len(told) == len({each.mark for each in told}) == 15
        assert page.texts("h2") == [each.title for each in told]
        for each in told:
            assert each.says in page.text and each.silent_on in page.text
            assert f"#{each.mark}" in page.links


def test_the_method_takes_its_numbers_from_the_code(busy, monkeypatch):
    monkeypatch.setattr("monitor.coverage.blindspots.LEAST_HOURS", 31.0)
    monkeypatch.setattr("monitor.coverage.trends.RECENT", timedelta(hours=17))
    text = busy.get("/about?lang=en").page.text
    assert "31 hours old" in text and "last 17 hours brought 5 items" in text
    assert "one in 1,000" in text and "22 of 27 statements are right" in text
    assert "A side is the country" in text and MX[0] not in text
