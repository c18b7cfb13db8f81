import csv
import io
import json
from calendar import timegm
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builders import NOW, explanation, item, member, other, story, translation
from monitor import export
from monitor.change import Change, LoggedChange
from monitor.comparison import Coverage
from monitor.coverage.sides import compare
from monitor.model import Assignment, Item, Member, Story, Why
from monitor.stories.related import Related
from monitor.stories.shared import Shared

HOUR = timedelta(hours=1)
ADDRESS = "https://desk.example"
OWNERS = {"Mercado Hoy": "Grupo Anáhuac", "Diario Anáhuac": "Grupo Anáhuac"}
EVIL = "a\x00b\x0bc\x1b[31md\ud7ffe\ufffef\uffffg"


def coverage(*items: Item | Member) -> Coverage:
    return compare(story(*items), OWNERS)


def stories_json(*coverages: Coverage) -> str:
    """The stories, explained by what their members say."""
    why = {c.story.id: explanation(c.story) for c in coverages}
    return export.stories_json(coverages, why)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def atom(text: str):
    parsed = feedparser.parse(io.BytesIO(text.encode()))
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    return parsed


# --- headlines -----------------------------------------------------------------------


def test_the_headline_is_the_first_original_in_its_language():
    agua = item("Agua", "MX", minutes=0)
    told = story(member(agua, translation(agua, "Water")), item("Deal", minutes=5))
    assert told.headline("en") == "Deal"
    assert told.headline("es") == "Agua"


def test_without_an_original_the_headline_is_the_first_translation():
    mute, agua = item("Mudo", "MX"), item("Agua", "MX", minutes=1)
    told = story(
        member(mute, translation(mute, "")), member(agua, translation(agua, "Water"))
    )
    assert told.headline("en") == "Water"


def test_without_either_there_is_no_headline():
    assert story(item("Agua", "MX")).headline("en") is None


# --- stories.json --------------------------------------------------------------------


def test_stories_json_says_what_the_contract_promises():
    agua = item(
        "Agua",
        "MX",
        id="m1",
        minutes=0,
        outlet="Mercado Hoy",
        url="https://m.example/1",
    )
    deal = item(
        "Deal",
        id="u1",
        minutes=90,
        url="https://u.example/1",
        date_source="default-zone",
    )
    parts = {"names": 0.25, "english": 0.5}
    why = Why(parts, ("Conchos", "1944"), "m1", "was", 0.125)
    told = Story(
        "sm1",
        (
            Member(agua, Assignment("m1", "sm1", 0.0, Why({})), {"en": translation(agua, "Water", warnings=("length",))}),
            Member(deal, Assignment("u1", "sm1", 0.75, why, "m1"), {}),
        ),
    )  # fmt: skip
    change = Change("move", (), "one deal", 0.9, None)
    reasons = explanation(
        told,
        Related(other("s9", "Dam"), 0.3, ("Conchos",)),
        shared=Shared({"en": ("deal",), "es": ("agua",)}, ("1944",)),
        others={"was": other("sm2")},
        brought={"u1": LoggedChange(7, NOW, change)},
    )
    text = export.stories_json([compare(told, OWNERS)], {"sm1": reasons})
    assert json.loads(text) == [
        {
            "id": "sm1",
            "headline": {"en": "Deal", "es": "Agua"},
            "first_seen": "2026-03-02T12:00:00+00:00",
            "last_seen": "2026-03-02T13:30:00+00:00",
            "leader": "MX",
            "no_leader": None,
            "lag_minutes": 90,
            "lag_certainty": "default-zone",
            "texts": 1,
            "sides": {
                "US": {
                    "items": 1,
                    "outlets": ["The Potomac Ledger"],
                    "owners": ["The Potomac Ledger"],
                    "texts": 1,
                    "first": "u1",
                    "first_published": "2026-03-02T13:30:00+00:00",
                },
                "MX": {
                    "items": 1,
                    "outlets": ["Mercado Hoy"],
                    "owners": ["Grupo Anáhuac"],
                    "texts": 1,
                    "first": "m1",
                    "first_published": "2026-03-02T12:00:00+00:00",
                },
            },
            "pickups": [
                {
                    "outlet": "Mercado Hoy",
                    "country": "MX",
                    "item": "m1",
                    "minutes": 0,
                    "is_copy": False,
                },
                {
                    "outlet": "The Potomac Ledger",
                    "country": "US",
                    "item": "u1",
                    "minutes": 90,
                    "is_copy": True,
                },
            ],
            "shared": {"en": ["deal"], "es": ["agua"], "both": ["1944"]},
            "related": [
                {
                    "id": "s9",
                    "headline": {"en": "Dam", "es": None},
                    "score": 0.3,
                    "names": ["Conchos"],
                }
            ],
            "items": [
                {
                    "id": "m1",
                    "outlet": "Mercado Hoy",
                    "country": "MX",
                    "language": "es",
                    "title": "Agua",
                    "translated_title": "Water",
                    "translated_by": "apertium",
                    "translation_warnings": ["length"],
                    "url": "https://m.example/1",
                    "published": "2026-03-02T12:00:00+00:00",
                    "date_source": "feed",
                    "copy_of": None,
                    "why": {
                        "score": 0.0,
                        "parts": {},
                        "shared": [],
                        "nearest": None,
                        "runner_up": None,
                        "runner_up_score": 0.0,
                    },
                    "brought": None,
                },
                {
                    "id": "u1",
                    "outlet": "The Potomac Ledger",
                    "country": "US",
                    "language": "en",
                    "title": "Deal",
                    "translated_title": None,
                    "translated_by": None,
                    "translation_warnings": [],
                    "url": "https://u.example/1",
                    "published": "2026-03-02T13:30:00+00:00",
                    "date_source": "default-zone",
                    "copy_of": "m1",
                    "why": {
                        "score": 0.75,
                        "parts": {"names": 0.25, "english": 0.5},
                        "shared": ["Conchos", "1944"],
                        "nearest": "m1",
                        "runner_up": "sm2",
                        "runner_up_score": 0.125,
                    },
                    "brought": {
                        "change": 7,
                        "at": "2026-03-02T12:00:00+00:00",
                        "kind": "move",
                        "reason": "one deal",
                        "score": 0.9,
                        "correction": None,
                    },
                },
            ],
        }
    ]


def test_a_story_of_one_side_has_neither_leader_nor_lag():
    [told] = json.loads(stories_json(coverage(item())))
    assert (told["leader"], told["lag_minutes"], told["lag_certainty"]) == (None,) * 3
    assert told["no_leader"] == "silent"
    assert told["sides"]["MX"] == {
        "items": 0,
        "outlets": [],
        "owners": [],
        "texts": 0,
        "first": None,
        "first_published": None,
    }


def test_an_english_item_shows_its_spanish_translation():
    one = item("Water")
    [told] = json.loads(stories_json(coverage(member(one, translation(one, "Agua")))))
    assert told["items"][0]["translated_title"] == "Agua"


def test_json_keeps_accents_readable():
    assert "México" in stories_json(coverage(item("México", "MX")))


@pytest.mark.parametrize(
    "write",
    [lambda none: export.stories_json(none, {}), export.items_json],
    ids=["stories", "items"],
)
def test_nothing_is_an_empty_list(write):
    assert json.loads(write([])) == []


# --- items ---------------------------------------------------------------------------


def test_items_json_has_every_field():
    one = item("Agua", "MX", summary="Trato.", recurring=True)
    [told] = json.loads(export.items_json([one]))
    assert list(told) == [*Item.__dataclass_fields__, "kicker", "dateline"]
    assert (told["title"], told["recurring"]) == ("Agua", True)
    assert datetime.fromisoformat(told["published"]) == one.published
    assert datetime.fromisoformat(told["seen"]) == one.seen


def test_items_say_what_stands_before_the_news():
    one = item("EN VIVO: Llueve", summary="MEXICO CITY (AP) — Rain fell.")
    plain = item("Llueve", summary="Rain fell.")
    told = json.loads(export.items_json([one, plain]))
    assert [(i["kicker"], i["dateline"]) for i in told] == [
        ("EN VIVO", "MEXICO CITY"),
        (None, None),
    ]
    assert told[0]["title"] == one.title
    assert [row["dateline"] for row in rows(export.items_csv([one, plain]))] == [
        "MEXICO CITY",
        "",
    ]


def test_items_csv_has_a_row_an_item():
    one, two = item("Agua, pues", "MX", summary='Dijo "no".\nY ya.'), item("Deal")
    found = rows(export.items_csv([one, two]))
    assert [row["title"] for row in found] == ["Agua, pues", "Deal"]
    assert found[0]["summary"] == 'Dijo "no".\nY ya.'
    assert list(found[0]) == [*Item.__dataclass_fields__, "kicker", "dateline"]


# --- CSV -----------------------------------------------------------------------------


def test_stories_csv_has_both_sides_in_columns():
    [row] = rows(
        export.stories_csv(
            [
                coverage(
                    item("Agua", "MX", outlet="Mercado Hoy"),
                    item("Trato", "MX", minutes=1),
                    item("Deal", minutes=30),
                )
            ]
        )
    )
    assert list(row) == [
        *("id", "headline_en", "headline_es", "first_seen", "last_seen", "leader"),
        *("no_leader", "lag_minutes", "lag_certainty", "texts", "US_items"),
        *("US_outlets", "US_owners", "US_texts", "MX_items", "MX_outlets"),
        *("MX_owners", "MX_texts"),
    ]
    assert (row["leader"], row["lag_minutes"], row["US_items"]) == ("MX", "30", "1")
    assert row["MX_outlets"] == "Mercado Hoy; Diario Anáhuac"
    assert row["MX_owners"] == "Grupo Anáhuac"
    assert (row["texts"], row["MX_texts"], row["no_leader"]) == ("3", "2", "")


def test_what_is_not_known_is_an_empty_cell():
    [row] = rows(export.stories_csv([coverage(item("Agua", "MX"))]))
    assert (row["headline_en"], row["leader"], row["lag_minutes"]) == ("", "", "")


def test_no_stories_are_a_header():
    assert export.stories_csv([]).count("\n") == 1


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
)
def test_no_cell_begins_a_formula(start):
    title = f"{start}HYPERLINK(1)"
    evil = item(title, outlet=title, summary=title, published_raw=title)
    for text in (export.items_csv([evil]), export.stories_csv([coverage(evil)])):
        cells = [cell for row in rows(text) for cell in row.values()]
        assert f"'{title}" in cells
        assert not any(cell.startswith(start) for cell in cells)


def test_harmless_cells_stay_as_they_are():
    [row] = rows(export.items_csv([item("5 = 2 + 3", summary="¿Y -1?")]))
    assert (row["title"], row["summary"]) == ("5 = 2 + 3", "¿Y -1?")


@example("one\rtwo\nthree\r\n")
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_title_survives_csv_but_for_the_mark_of_a_formula(title):
    [row] = rows(export.items_csv([item(title)]))
    assert row["title"] in (title, f"'{title}")


# --- Atom ----------------------------------------------------------------------------


def test_stories_are_an_atom_feed_newest_change_first():
    old = coverage(item("Old", minutes=0, url="https://u.example/old"))
    new = coverage(
        item("Agua", "MX", id="m1", minutes=-60, url="https://m.example/1"),
        item("Deal", minutes=60),
    )
    parsed = atom(export.stories_atom([old, new], ADDRESS, NOW))
    assert parsed.feed.id == f"{ADDRESS}/stories.atom"
    assert parsed.feed.title == "Bilingual Coverage Monitor: Stories"
    first, second = parsed.entries
    assert (first.title, second.title) == ("Deal", "Old")
    assert first.id == "urn:monitor:story:sm1"
    assert first.link == "https://m.example/1"
    assert timegm(first.updated_parsed) == (NOW + HOUR).timestamp()
    assert timegm(first.published_parsed) == (NOW - HOUR).timestamp()
    assert first.content[0].value == (
        "MX Diario Anáhuac: Agua\nUS The Potomac Ledger: Deal"
    )


def test_a_story_without_english_has_its_spanish_title():
    parsed = atom(export.stories_atom([coverage(item("Agua", "MX"))], ADDRESS, NOW))
    assert parsed.entries[0].title == "Agua"


def test_items_are_an_atom_feed_newest_first():
    agua = item("Agua", "MX", id="m1", summary="Trato.", url="https://m.example/1")
    parsed = atom(export.items_atom([item("Old", minutes=-9), agua], ADDRESS, NOW))
    first, _ = parsed.entries
    assert (first.title, first.summary, first.author) == (
        "Agua",
        "Trato.",
        "Diario Anáhuac",
    )
    assert (first.id, first.link) == ("urn:monitor:item:m1", "https://m.example/1")
    assert first.title_detail.language == "es"


def test_an_item_without_a_link_has_none_in_atom():
    bare = Item(
        **{f: getattr(item(), f) for f in Item.__dataclass_fields__} | {"url": ""}
    )
    assert "<link" not in export.items_atom([bare], ADDRESS, NOW)
    assert "<link" not in export.stories_atom([coverage(bare)], ADDRESS, NOW)


def test_markup_in_titles_stays_text():
    title = "<script>alert(1)</script> & ]]> “AT&amp;T”"
    text = export.items_atom([item(title, summary=title)], ADDRESS, NOW)
    found = ET.fromstring(text).find("{*}entry/{*}title")
    assert found is not None and found.text == title


def test_characters_that_xml_cannot_hold_are_left_out():
    evil = item(EVIL, summary=EVIL, outlet=EVIL, url=f"https://a.example/{EVIL}")
    for text in (
        export.items_atom([evil], ADDRESS, NOW),
        export.stories_atom([coverage(evil)], ADDRESS, NOW),
    ):
        assert atom(text).entries[0].title == "abc[31md\ud7ffefg"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_makes_well_formed_xml(title):
    one = item(title, summary=title, url=f"https://a.example/{title}")
    ET.fromstring(export.items_atom([one], ADDRESS, NOW))
    ET.fromstring(export.stories_atom([coverage(one)], ADDRESS, NOW))


def test_atom_declares_the_encoding_it_is_written_in():
    text = export.items_atom(
        [item("México")], ADDRESS, datetime(2026, 3, 2, tzinfo=UTC)
    )
    assert text.splitlines()[0] == "<?xml version='1.0' encoding='utf-8'?>"
    assert "México" in text


def test_feeds_without_anything_in_them_parse():
    assert atom(export.stories_atom([], ADDRESS, NOW)).entries == []
    assert atom(export.items_atom([], ADDRESS, NOW)).entries == []
