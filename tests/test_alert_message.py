import html as html_module
import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, item, jump, last_hours, member, story, translation
from monitor.alerts.message import Message, body, document, tame, title
from monitor.alerts.notice import as_json, from_json
from monitor.alerts.rules import Picture, findings
from monitor.comparison import BlindSpot, SideHealth
from monitor.coverage.sides import compare

FORMS = ("text", "markdown", "html")
WELL = SideHealth("US", 40, 1, 0.02)


def notices(*stories, **picture):
    coverages = tuple(compare(each, {}) for each in stories)
    return tuple(f.notice for f in findings(Picture(coverages, **picture), NOW))


def message(*notices, languages=("en",), more=0, is_test=False) -> Message:
    return Message("0f" * 12, "Desk", languages, NOW, notices, more, is_test)


def both_sides(english="Mexico agrees on water", spanish="México acuerda agua"):
    mexican = item(spanish, "MX", id="m1", minutes=135)
    return story(
        item(english, id="u1"),
        member(mexican, translation(mexican, "Mexico agrees water")),
        id="s1",
    )


CROSSED = notices(both_sides())


def test_a_crossing_says_who_led_by_how_much_and_where_to_read_it():
    assert body(message(*CROSSED), "text", 4000, "https://desk.example") == (
        "Crossed the border: the US first, Mexico 2 h 15 min later\n"
        "US · The Potomac Ledger: Mexico agrees on water\n"
        "https://thepotomacledger.example/u1\n"
        "MX · Diario Anáhuac: México acuerda agua\n"
        "https://diarioanhuac.example/m1\n"
        "= Mexico agrees water (English by apertium)\n"
        "Items: 2, outlets: 2, owners: 2\n"
        "The whole story\n"
        "https://desk.example/stories/s1"
    )


def test_it_speaks_the_reader_s_languages():
    text = body(message(*CROSSED, languages=("en", "es")), "text", 4000)
    assert text.startswith(
        "Crossed the border: the US first, Mexico 2 h 15 min later\n"
        "Cruzó la frontera: EE. UU. primero, México 2 h 15 min después\n"
    )
    spanish = body(message(*CROSSED, languages=("es",)), "text", 4000)
    assert "Crossed" not in spanish
    assert "English" not in spanish


def test_what_waited_says_when_it_was_noticed_on_the_reader_s_clock():
    made = replace(
        message(*CROSSED, languages=("en", "es")),
        made=NOW + timedelta(hours=8),
        tz="America/Tijuana",
    )
    english, spanish, *_ = body(made, "text", 4000).split("\n")
    assert english.endswith("2 h 15 min later (noticed Mar 2, 04:00 PST)")
    assert spanish.endswith("2 h 15 min después (advertido: 2 mar, 04:00 PST)")


def test_without_an_address_of_the_dashboard_there_is_no_link_to_it():
    assert "stories" not in body(message(*CROSSED), "text", 4000)


KINDS = {
    "watchlist": notices(both_sides(), matched={"s1": ("Water",)})[1],
    "crossing": CROSSED[0],
    "jump": notices(both_sides(), jumps={"s1": jump()})[1],
    "blind-spot": notices(
        story(item("Agua", "MX", id="m1"), id="s1"),
        blind_spots=(BlindSpot("s1", "US", NOW, 6, 4, 4, 5, 3.2, 7, 9, WELL, NOW),),
    )[0],
    "quiet": notices(
        sides={"MX": last_hours("MX", 1, 20, 9.0, SideHealth("MX", 31, 7, 0.3))}
    )[0],
}


@pytest.mark.parametrize(
    ("kind", "english", "spanish"),
    [
        ("watchlist", "On the watch-list Water", "En la lista de seguimiento Water"),
        (
            "jump",
            "Jump in volume: 14 items in 6 h, usually 2.5",
            "Salto de volumen: 14 notas en 6 h, lo usual es 2.5",
        ),
        (
            "blind-spot",
            "Blind spot: 6 items of 4 outlets in Mexico, none in the US, where 3.2 would be usual",
            "Punto ciego: 6 notas de 4 medios en México, ninguna en EE. UU., donde lo usual sería 3.2",
        ),
        (
            "quiet",
            "Feeds of Mexico have gone quiet: 7 of 31 cannot be read; 1 items in 6 h, usually 20",
            "Las fuentes de México están en silencio: 7 de 31 no se pueden leer; 1 notas en 6 h, lo usual es 20",
        ),
    ],
)
def test_every_kind_says_what_happened(kind, english, spanish):
    made = message(KINDS[kind], languages=("en", "es"))
    assert body(made, "text", 4000).split("\n")[:2] == [tame(english), tame(spanish)]


def test_a_title_names_alert_kind_and_headline():
    assert title(message(*CROSSED)) == (
        "[Desk] Crossed the border: Mexico agrees on water"
    )
    spanish = title(message(*CROSSED, languages=("es",)))
    assert spanish == "[Desk] Cruzó la frontera: México acuerda agua"
    assert title(message(KINDS["quiet"])) == "[Desk] Feeds gone quiet"
    many = message(*CROSSED, KINDS["quiet"], more=12)
    assert title(many) == "[Desk] 14 things to know"


def test_a_test_says_that_it_is_one_in_every_form():
    for form in FORMS:
        made = message(is_test=True, languages=("en", "es"))
        assert "This is a test" in body(made, form, 400)
        assert "Esta es una prueba" in body(made, form, 400)
    assert title(message(is_test=True)) == "[Desk] Test"


def test_html_and_markdown_link_the_headlines():
    assert (
        '<a href="https://thepotomacledger.example/u1">Mexico agrees on water</a>'
        in body(message(*CROSSED), "html", 4000)
    )
    assert "[Mexico agrees on water](https://thepotomacledger.example/u1)" in body(
        message(*CROSSED), "markdown", 4000
    )


def test_html_spells_what_html_reserves():
    text = body(message(*notices(both_sides('Water & "salt"'))), "html", 4000)
    assert "Water &amp; &quot;salt&quot;</a>" in text


# --- hostile words ---------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "<!channel> <@U024BE7LH> <https://evil.example|click>",
    "@everyone @here read this",
    "[click](https://evil.example) ![x](http://evil.example/p.png)",
    "**bold** _it_ `code` ~~gone~~ ||spoiler||",
    "see https://evil.example/path and evil.example now",
    "mailto://x tg://resolve?domain=x javascript:alert(1)",
    "# heading\n> quote\r\nSubject: forged",
    "&lt;b&gt; &amp; \"quotes\" 'single'",
    "right-to-left \u202e evil \x1b[31m red",
]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, tuple]] = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(attrs)))


def tags(text: str) -> list[tuple[str, tuple]]:
    parser = Tags()
    parser.feed(text)
    return parser.found


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_headlines_add_no_tag_to_html(words):
    plain = tags(body(message(*CROSSED), "html", 4000))
    hostile = body(message(*notices(both_sides(words, words))), "html", 4000)
    assert tags(hostile) == plain


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_headlines_mention_nobody_and_lead_nowhere(words, form):
    made = message(*notices(both_sides(words, words)))
    for text in (body(made, form, 4000), title(made)):
        links = set(re.findall(r"\w+://[\w./-]+", text))
        assert links <= {
            "https://thepotomacledger.example/u1",
            "https://diarioanhuac.example/m1",
        }
        assert not re.search(r"@\w|<[!@#]|evil\.example", text)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", text)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_headlines_form_no_markdown(words):
    text = body(message(*notices(both_sides(words, words))), "markdown", 4000)
    ours = text.replace(
        "**Crossed the border: the US first, Mexico 2 h 15 min later**", ""
    )
    ours = re.sub(r"\]\(https://[\w./]+\)", "", ours).replace("Ledger: [", "Ledger: ")
    ours = ours.replace("Anáhuac: [", "Anáhuac: ")
    assert not re.search(r"(?<!\\)[*_`~|\[\]]", ours)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_headlines_form_no_markup_in_titles_and_texts(words):
    """Chats read marks in what they are given as plain text, too."""
    made = message(*notices(both_sides(words, words)))
    for text in (title(made), body(made, "text", 4000)):
        assert not re.search(r"[*`|~]|(?<![^\W_])_|_(?![^\W_])", text)


@given(st.text(max_size=80))
def test_any_headline_leaves_html_whole(words):
    text = body(message(*notices(both_sides(words, words))), "html", 8000)
    assert {tag for tag, _ in tags(text)} == {"b", "br", "a"}
    assert text.count("<a ") == text.count("</a>") == 2


def test_a_link_that_would_break_out_is_spelt_safely():
    hostile = item("Water", id="u1", url='https://x.example/a")(b)<c>[d]@everyone')
    text = body(message(*notices(story(hostile, item("y", "MX")))), "markdown", 4000)
    assert "(https://x.example/a%22%29%28b%29%3Cc%3E%5Bd%5D%40everyone)" in text


# --- lengths ---------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("limit", [20, 70, 160, 300, 1000, 4096])
def test_a_text_keeps_to_its_channel_s_limit(form, limit):
    many = [n for k in range(30) for n in notices(both_sides(f"Water & {k}" * 9))]
    many = [from_json({**as_json(n), "story": f"s{k}"}) for k, n in enumerate(many)]
    text = body(message(*many, more=12), form, limit)
    assert 0 < len(text) <= limit
    assert text.count("<b>") == text.count("</b>")
    assert html_module.unescape(text)


def test_what_is_left_out_is_counted():
    many = [from_json({**as_json(CROSSED[0]), "story": f"s{k}"}) for k in range(30)]
    text = body(message(*many, more=12), "text", 1200)
    shown = text.count("Crossed the border")
    assert 1 < shown < 30
    assert text.endswith(f"and {42 - shown} more")


# --- the document ----------------------------------------------------------------


def test_a_notice_survives_json():
    for notice in KINDS.values():
        assert from_json(json.loads(json.dumps(as_json(notice)))) == notice


def test_a_document_says_it_all():
    made = document(message(*CROSSED), "https://desk.example")
    assert made["version"] == 1
    assert made["test"] is False
    [notice] = made["notices"]
    assert notice["page"] == "https://desk.example/stories/s1"
    assert notice["leader"] == "US"
    assert notice["lag_minutes"] == 135
    assert [h["text"] for h in notice["headlines"]] == [
        "Mexico agrees on water",
        "México acuerda agua",
    ]
    assert notice["headlines"][1]["translations"]["en"]["engine"] == "apertium"


def fields(value: object, name: str = "") -> set[str]:
    if isinstance(value, list):
        return {found for inner in value for found in fields(inner, f"{name}[]")}
    if not isinstance(value, dict) or name.endswith(".counts"):
        return set()
    here = {f"{name}.{key}".lstrip(".") for key in value}
    if name.endswith(".translations"):
        here = set()
    inner = (fields(v, f"{name}.{k}".lstrip(".")) for k, v in value.items())
    return here.union(*inner)


def test_every_field_of_the_document_is_documented_and_no_other():
    page = Path(__file__).parents[1] / "docs/alerts.md"
    body = page.read_text(encoding="utf-8").split("### The body")[1]
    assert set(re.findall(r"^\| `([\w.\[\]]+)`", body, re.MULTILINE)) == fields(
        document(message(*CROSSED))
    )
