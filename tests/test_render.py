import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import html5lib
import pytest

from builders import (
    NOW,
    feed,
    health,
    item,
    member,
    story,
    subscriber,
    translation,
    watchlist,
)
from editions import LINKS, blind_spot, full_edition, within
from monitor.comparison import Coverage, FeedHealth, SideHealth
from monitor.coverage.sides import compare
from monitor.digest.edition import Window, edition
from monitor.digest.palette import PALETTE
from monitor.digest.render import MAX_HTML_BYTES, TEXT_WIDTH, render, with_images
from monitor.model import Item, Member
from monitor.readers import Links, RenderedEdition

DAY = date(2026, 3, 2)
OWNERS = dict.fromkeys(("Diario Anáhuac", "Mercado Hoy"), "Grupo Anáhuac")
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """What a mail client sees: elements, texts with their language, links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.said: list[tuple[str, str]] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        named = dict(attrs)
        if named.get("href"):
            self.links.append(named["href"] or "")
        outer = self._open[-1][1] if self._open else ""
        if tag not in VOID:
            self._open.append((tag, named.get("lang") or outer))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag, f"<{opened}> closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open[-1][0] not in {"style", "title"}:
            self.said.append((self._open[-1][1], " ".join(data.split()).strip(" ·")))

    @property
    def text(self) -> str:
        return re.sub(" ([,:])", r"\1", " ".join(text for _, text in self.said))


def coverage(*members: Member | Item) -> Coverage:
    return compare(story(*members), OWNERS)


def rendered(
    *coverages: Coverage,
    language: str = "en",
    health: Sequence[FeedHealth] = (),
    watch: Sequence[str] = (),
    untranslated: int = 0,
    tz: str = "America/New_York",
    translate: bool = True,
) -> RenderedEdition:
    lists = [watchlist(name) for name in watch]
    reader = subscriber(
        "Dana", language, tz, watchlists=tuple(watch), translate=translate
    )
    return render(
        edition(reader, DAY, coverages, lists, health, untranslated, "apertium 3.8")
    )


def us(
    title: str = "Mexico agrees to deliver water", minutes: float = -60, **fields
) -> Item:
    return item(title, "US", minutes=minutes, **fields)


def mx(
    title: str = "México acuerda entregar agua", minutes: float = -195, **fields
) -> Item:
    return item(title, "MX", minutes=minutes, **fields)


def water() -> Coverage:
    """Mexico first, by 2 h 15 min, both translated."""
    here, there = us(), mx()
    return coverage(
        member(here, translation(here, "México acepta entregar agua")),
        member(there, translation(there, "Mexico agrees to hand over water")),
    )


def flat(text: str) -> str:
    return " ".join(text.split())


# --- languages -------------------------------------------------------------------


def test_an_english_reader_gets_spanish_headlines_with_their_english():
    made = rendered(water())
    page = Page(made.html)
    assert ("es", "México acuerda entregar agua") in page.said
    assert ("en", "Mexico agrees to hand over water") in page.said
    assert ("en", "machine translation, apertium") in page.said
    assert "México acepta" not in made.html
    expected = (
        "In English: Mexico agrees to hand over water (machine translation, apertium)"
    )
    assert expected in flat(made.text)


def test_a_spanish_reader_gets_english_headlines_with_their_spanish():
    made = rendered(water(), language="es")
    page = Page(made.html)
    assert ("en", "Mexico agrees to deliver water") in page.said
    assert ("es", "México acepta entregar agua") in page.said
    assert ("es", "traducción automática, apertium") in page.said
    assert "hand over" not in made.html
    assert "En español: México acepta entregar agua" in made.text


def test_a_reader_of_both_gets_everything_in_both():
    made = rendered(water(), language="both")
    page = Page(made.html)
    for said in [
        ("en", "On both sides, new"),
        ("es", "En ambos lados, nuevas"),
        ("en", "Mexico first by 2 h 15 min"),
        ("es", "México primero por 2 h 15 min"),
        ("en", "Mexico agrees to deliver water"),
        ("es", "México acepta entregar agua"),
        ("es", "México acuerda entregar agua"),
        ("en", "Mexico agrees to hand over water"),
    ]:
        assert said in page.said
    marks = [said for said in page.said if "apertium" in said[1]][:2]
    assert marks == [
        ("es", "traducción automática, apertium"),
        ("en", "machine translation, apertium"),
    ]
    assert "On both sides, new / En ambos lados, nuevas" in made.text


@pytest.mark.parametrize("language", ["en", "es", "both"])
def test_the_page_says_its_language(language):
    lang = "es" if language == "es" else "en"
    assert f'<html lang="{lang}">' in rendered(water(), language=language).html


def test_a_headline_in_the_readers_own_language_wants_no_translation():
    here = item("Texas waits for water", "MX", "en", minutes=-30)
    made = rendered(coverage(here))
    assert "Not translated" not in made.html + made.text
    assert "machine translation" not in made.html + made.text


def test_a_headline_without_a_translation_says_so():
    made = rendered(coverage(mx()))
    assert "Not translated" in made.html
    assert "Not translated" in made.text


def test_an_empty_translation_is_none():
    there = mx()
    made = rendered(coverage(member(there, translation(there, " "))))
    assert "Not translated" in made.html


def test_a_doubtful_translation_says_why():
    there = mx()
    made = rendered(
        coverage(member(there, translation(there, "W", warnings=("numbers-lost",))))
    )
    doubt = "Doubtful: a number of the original is missing"
    assert ("en", doubt) in Page(made.html).said
    assert doubt in made.text


# --- stories ---------------------------------------------------------------------


def test_a_story_of_both_sides_tells_lag_certainty_and_counts():
    there = (
        mx(outlet="Diario Anáhuac"),
        mx("Otra", minutes=-100, outlet="Mercado Hoy"),
    )
    made = rendered(coverage(us(), *there))
    for text in (Page(made.html).text, flat(made.text)):
        assert "Mexico first by 2 h 15 min" in text
        assert "By the outlets’ own times" in text
        assert re.search("2 items( ·|,) 2 outlets( ·|,) 1 owner", text)
        assert "Also: Mercado Hoy" in text
        assert "Diario Anáhuac, Mar 2, 03:45" in text


def test_us_stands_before_mexico_whoever_was_first():
    text = Page(rendered(water()).html).text
    assert text.index("Mexico agrees to deliver") < text.index("México acuerda")


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("default-zone", "One time names no zone and is read in its outlet’s"),
        ("feed", "By the outlets’ own times"),
    ],
)
def test_a_lag_says_how_far_to_trust_it(source, note):
    made = rendered(coverage(us(date_source=source), mx()))
    assert note in Page(made.html).text
    assert note in made.text


def test_a_lag_bounded_by_polls_is_marked_as_doubtful():
    made = rendered(
        coverage(us(), mx(), us("Sin fecha", minutes=-300, date_source="fetched"))
    )
    note = "Uncertain: one side has an earlier, undated item"
    assert re.search(rf'<span class="doubt"[^>]*>{note}', made.html)
    assert note in made.text


def test_a_lag_between_other_headlines_than_those_shown_names_them():
    first = us("Talks begin", minutes=-3000, outlet="Hudson Dispatch")
    made = rendered(coverage(first, us(), mx()))
    note = "Hudson Dispatch, Feb 28, 05:00; then Diario Anáhuac, Mar 2, 03:45"
    assert note in Page(made.html).text
    assert note in flat(made.text)


@pytest.mark.parametrize(
    ("outlet", "left"), [("Continental Wire", 3), ("Outlet 6", 2), ("Outlet 0", 3)]
)
def test_the_items_a_lag_lies_between_are_always_linked(outlet, left):
    """However many outlets followed, and whatever the outlet said in the window."""
    first = us("Talks begin", minutes=-3000, outlet=outlet)
    others = [us(minutes=n - 90, outlet=f"Outlet {n}") for n in range(7)]
    made = rendered(coverage(first, *others, mx()))
    assert first.url in Page(made.html).links
    assert f" {first.url}\n" in made.text
    assert f"Also: {outlet}" in Page(made.html).text
    assert f"Also: {outlet}, Feb 28, 05:00." in made.text
    assert made.text.count("Also: ") == 4
    assert f"and {left} more outlets" in flat(made.text)


def test_a_silence_that_broke_is_told_in_brief_stories_too():
    stories = [
        compare(story(us(f"{n}", -n), mx(f"{n}", -900), id=f"s{n}"), {})
        for n in range(1, 40)
    ]
    spots = (
        replace(blind_spot(c.story.id, "US", -900), closed=NOW, end="picked-up")
        for c in stories
    )
    within = Window(blind_spots=tuple(spots))
    made = render(edition(subscriber(), DAY, stories, (), (), 0, "none", within))
    brief = flat(made.text.split("In brief")[1].split("And ")[0])
    said = re.findall(
        r"After \d+ h(?: \d+ min)? of silence in the United States\.+", brief
    )
    assert len(said) > 3
    assert not [each for each in said if each.endswith("..")]


def test_the_items_a_lag_lies_between_are_linked_in_brief_stories_too():
    firsts = (
        us("Talks begin", minutes=-3000, outlet="Hudson Dispatch"),
        mx("Comienzan", minutes=-2900, outlet="Mercado Hoy"),
    )
    others = [
        coverage(*(of(f"{n}", at) for at in (-4000, -n) for of in (us, mx)))
        for n in range(1, 17)
    ]
    made = rendered(*others, coverage(*firsts, us(minutes=-1430), mx(minutes=-1435)))
    brief = made.text.split("In brief")[1]
    note = "Hudson Dispatch, Feb 28, 05:00; then Mercado Hoy, Feb 28, 06:40"
    assert note in flat(brief)
    assert note in Page(made.html).text
    for first in firsts:
        assert first.url in Page(made.html).links
        assert f" {first.url}\n" in brief


def test_a_story_says_whether_it_is_new_or_goes_on():
    made = rendered(coverage(us()), coverage(mx("Vieja", minutes=-3000), mx("Nueva")))
    text = Page(made.html).text
    assert "New" in text
    assert "Continuing since Feb 28, 05:00" in text


def test_a_watched_story_names_its_lists():
    made = rendered(water(), watch=["Water", "Trade"])
    assert "Watch-list: Water" in Page(made.html).text
    assert "Watch-list: Water" in made.text
    assert "Trade" not in made.text


def test_an_undated_item_is_shown_as_seen_and_counted():
    made = rendered(coverage(us(date_source="fetched")), coverage(us("Dated")))
    for text in (Page(made.html).text, flat(made.text)):
        assert "undated, seen Mar 2, 06:00" in text
        assert "1 item came undated" in text


def test_times_are_in_the_subscribers_zone():
    assert "Mar 2, 04:00" in rendered(coverage(us()), tz="America/Ciudad_Juarez").text
    assert "Mar 2, 05:00" in rendered(coverage(us()), tz="America/Mexico_City").text


def test_one_sided_stories_say_what_the_silence_is_worth():
    feeds = [
        health(feed(f"F{n}", "MX"), "HTTP 500" if n < 3 else None) for n in range(15)
    ]
    made = rendered(coverage(us()), health=[*feeds, health()])
    note = "Mexico: silent, but 3 of 15 Mexican feeds did not answer."
    assert note in Page(made.html).text
    assert note in made.text
    assert "United States: silent" not in made.text


def test_outlets_beyond_the_cap_are_counted():
    made = rendered(
        coverage(*(us(minutes=n - 90, outlet=f"Outlet {n}") for n in range(9)))
    )
    assert "Outlet 4 and 4 more outlets" in Page(made.html).text
    assert "and 4 more outlets" in made.text


# --- what a feed may try -----------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//hudson.example/x",
        "/x",
        "https://",
        "http://[::1",
        "https://hudson.example/a b",
        "https://hudson.example/\nx",
        "https://hudson.example/\u202ex",
        "mailto:desk@hudson.example",
        "javascript://hudson.example/%0aalert(1)",
        "ftp://hudson.example/x",
    ],
)
def test_only_web_addresses_are_linked(url):
    made = rendered(coverage(us("Headline", url=url)))
    assert Page(made.html).links == []
    assert "Headline" in made.html
    assert url not in made.text


def test_a_web_address_is_linked_whole_and_escaped():
    url = 'https://hudson.example/a?b="1"&c=<2>&d=' + "x" * 100
    made = rendered(coverage(us(url=url)))
    assert Page(made.html).links == [url]
    assert f" {url}\n" in made.text


HOSTILE = '</a></td><script>alert(1)</script><img src=x onerror="y"> {{ 7*7 }} & "<b>'


def test_markup_in_foreign_text_stays_text():
    there = mx(HOSTILE, outlet=HOSTILE)
    made = rendered(
        coverage(
            us(HOSTILE), member(there, translation(there, HOSTILE, engine=HOSTILE))
        ),
        health=[health(feed(HOSTILE, "MX"), HOSTILE)],
    )
    page = Page(made.html)
    assert "script" not in page.tags
    assert ("src", "x") not in page.attributes
    assert HOSTILE in page.text
    assert not any(name.startswith("on") for name, _ in page.attributes)


def test_characters_that_hide_or_turn_text_are_dropped():
    made = rendered(coverage(us("Agua\u202e \x00para\u200b\r\nTexas \ud83d")))
    assert ("en", "Agua para Texas") in Page(made.html).said
    assert "Agua para Texas" in made.text
    made.html.encode()


def test_nothing_is_fetched_and_nothing_runs():
    made = rendered(water())
    page = Page(made.html)
    assert not {"script", "link", "iframe", "form", "object"} & set(page.tags)
    assert not {"srcset", "background"} & {name for name, _ in page.attributes}
    sources = [value for name, value in page.attributes if name == "src"]
    assert sources == ["cid:timeline", "cid:lags"]
    assert page.tags.count("img") == 2
    assert "url(" not in made.html
    assert "@import" not in made.html


def test_a_headline_without_letters_is_still_there():
    assert "…" in rendered(coverage(us("\u200b"))).text


# --- size ------------------------------------------------------------------------


def many(n: int, length: int = 150, url: str = "") -> Iterator[Coverage]:
    for i in range(n):
        words = f"Titular {i} " + "ñandú <&> " * (length // 10)
        here, there = us(words, minutes=-i - 1), mx(words, minutes=-i - 2)
        yield coverage(
            member(here, translation(here, words)),
            member(
                there, translation(there, words, warnings=("numbers-lost", "length"))
            ),
        )
        yield coverage(us(f"solo {words}", minutes=-i - 1, url=url or None))
        there = mx(f"sola {words}", minutes=-i - 1)
        yield coverage(member(there, translation(there, words)))


@pytest.mark.parametrize("language", ["en", "es", "both"])
def test_a_mail_is_never_cut_off_by_gmail(language):
    down = [
        health(feed(f"Outlet {n} " * 10, "MX"), "HTTP 500 " * 40) for n in range(200)
    ]
    url = "https://hudson.example/" + "&" * 2000
    made = rendered(*many(400, length=2000, url=url), language=language, health=down)
    assert len(made.html.encode()) <= MAX_HTML_BYTES
    assert "and 188 more feeds" in flat(made.text) or "y 188 fuentes más" in flat(
        made.text
    )


def test_every_story_is_shown_or_counted():
    made = rendered(*many(40))
    sections = re.split(r"\n=+\n", made.text)[1:4]
    for section in sections:
        shown = len(set(re.findall(r"Titular (\d+)", section)))
        [more] = re.findall(r"And (\d+) more stor", section)
        assert shown + int(more) == 40
        assert shown >= 10


def test_a_watched_story_of_one_item_is_told_in_full():
    stories = [coverage(us(f"Story {n}", minutes=-n - 1)) for n in range(5)]
    made = rendered(*stories, coverage(us("Steel is up", minutes=-99)), watch=["Steel"])
    full, brief = made.text.split("In brief")
    assert "Steel is up" in full
    assert "Story" not in full
    assert brief.count("Story") == 5


def test_an_outlet_that_had_the_story_before_the_window_is_named_last():
    early = us("Early", minutes=-3000, outlet="Continental Wire")
    made = rendered(
        coverage(early, us("Later", outlet="Hudson Dispatch"), us("Now", -90))
    )
    assert "Also: Hudson Dispatch, Continental Wire" in Page(made.html).text


def test_a_long_word_stays_whole():
    word = "https://hudson.example/" + "x" * 90
    assert word in rendered(coverage(us(f"See {word} now"))).text


def test_nothing_more_is_said_when_all_is_shown():
    assert " more " not in rendered(*many(3)).text


def test_both_parts_tell_the_same_stories():
    made = rendered(*many(40))
    assert set(Page(made.html).links) == set(re.findall(r"https?://\S+", made.text))


def test_text_is_wrapped_but_links_are_whole():
    feeds = [health(feed("Eco", "MX"), "una página " * 20)]
    made = rendered(*many(20), language="both", health=feeds)
    lines = made.text.splitlines()
    long = [line for line in lines if len(line) > TEXT_WIDTH]
    assert all(" " not in line.strip() for line in long)
    assert "\n\n\n" not in made.text
    assert all(line == line.rstrip() for line in lines)
    assert made.text.endswith("\n")


# --- the page --------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es", "both"])
def test_headings_make_an_outline(language):
    page = Page(rendered(*many(30), language=language).html)
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert levels.count(2) == 4  # of both sides, of either, feeds
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))


def test_styles_are_inline_and_the_media_queries_stay():
    html = rendered(water()).html
    assert '<h1 style="' in html
    assert "@media (max-width: 560px)" in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert html.count("<style") == 1


def test_an_empty_edition_says_so():
    made = rendered()
    assert made.text.count("No stories in this edition.") == 1
    assert Page(made.html).text.count("No stories in this edition.") == 1
    assert made.images == ()
    assert "was first with" not in made.text


def test_the_foot_tells_what_failed():
    well, down = health(feed("Diario", "MX")), feed("Eco", "MX")
    last = datetime(2026, 3, 1, 10, tzinfo=UTC)
    made = rendered(
        health=[
            well,
            health(down, "HTTP 500", last_good=last),
            health(feed("Star"), "timed out", last_good=None),
        ],
        untranslated=17,
    )
    for text in (Page(made.html).text, flat(made.text)):
        assert "2 of 3 feeds did not answer:" in text
        assert "17 items are not translated." in text
        assert "Translations: apertium 3.8." in text
        assert "Silence means that no matching item came through" in text
    assert "* Eco (Mexico): HTTP 500, last read Sun, Mar 1, 05:00" in made.text
    assert "* Star (United States): timed out, never read" in made.text


@pytest.mark.parametrize("language", ["en", "both"])
def test_a_reader_of_originals_is_spared_translations(language):
    one, two = mx("Llueve en Tijuana"), mx("Sequía en Sonora", minutes=-90)
    found = coverage(member(one, translation(one, "It rains in Tijuana")), two)
    made = rendered(found, language=language, translate=False)
    for text in (Page(made.html).text, made.text):
        assert "Llueve en Tijuana" in text
        assert "It rains" not in text
        assert "not translated" not in text.lower()
    assert "It rains" in rendered(found, language=language).text


def test_the_foot_says_that_all_is_well():
    made = rendered(health=[health(), health(feed("Diario", "MX"))])
    assert "All 2 feeds answered." in made.text


def test_the_head_counts_and_says_who_led():
    late, there = (
        us("b", minutes=-30, outlet="Zeta"),
        mx("c", minutes=-200, outlet="Alfa"),
    )
    made = rendered(water(), coverage(late, there), coverage(us("d")))
    for text in (Page(made.html).text, flat(made.text)):
        assert "the United States was first with 0, Mexico with 2" in text
        assert "1 only in the US" in text
        assert "2 on both sides" in text
        assert (
            "Items from Sun, Mar 1, 07:00 to Mon, Mar 2, 07:00, New York time" in text
        )


def test_the_subject_counts_in_the_readers_language():
    assert rendered(water()).subject == (
        "US–Mexico coverage, Mar 2: 1 on both sides, 0 US only, 0 Mexico only"
    )
    assert rendered(language="es").subject == (
        "Cobertura EE. UU.–México, 2 mar: 0 en ambos lados, 0 solo EE. UU., 0 solo México"
    )


def test_rendering_twice_gives_the_same():
    assert rendered(*many(5)) == rendered(*many(5))


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", PALETTE)
@pytest.mark.parametrize("ink", ["ink", "muted", "US", "MX", "both", "doubt"])
def test_every_text_has_the_contrast_that_wcag_aa_asks_for(scheme, ink):
    colours = PALETTE[scheme]
    assert contrast(colours[ink], colours["sheet"]) >= 4.5
    assert contrast(colours[ink], colours["paper"]) >= 4.5


def test_a_window_of_the_autumn_night_is_told_as_it_was():
    reader = subscriber("Dana", tz="America/Tijuana")
    made = render(edition(reader, date(2026, 11, 1), [], [], [], 0, "none"))
    expected = "Items from Sat, Oct 31, 07:00 to Sun, Nov 1, 07:00, Tijuana time."
    assert expected in flat(made.text)


# --- sections, charts and links ----------------------------------------------------


def full(language: str = "en", **fields) -> RenderedEdition:
    return render(full_edition(language, **fields))


@pytest.mark.parametrize("language", ["en", "es", "both"])
def test_html_is_right_by_the_strict_rules(language):
    for made in (full(language), rendered(language=language), rendered(*many(40))):
        for html in (made.html, with_images(made)):
            html5lib.HTMLParser(strict=True).parse(html)


def test_sections_come_in_order_and_those_without_stories_not_at_all():
    text = full().text
    headings = re.findall(r"\n(.*)\n=+\n", text)
    assert headings == [
        "On your watch-lists",
        "Crossed the border",
        "On both sides, new",
        "On both sides, continuing",
        "Blind spots of the United States",
        "Blind spots of Mexico",
        "Only in the United States",
        "Only in Mexico",
        "Corrected since the edition before",
        "Feeds and method",
    ]
    assert "Only in Mexico\n=" not in rendered(coverage(us())).text


def test_a_story_says_what_changed():
    for text in (Page(full().html).text, flat(full().text)):
        assert (
            "Continuing since Feb 28, 05:00: +2 items, 2 more outlets, "
            "now in the United States too, 2 headlines changed"
        ) in text
        assert "Themes: Water" in text


def test_a_blind_spot_says_why_the_silence_counts():
    for text in (Page(full().html).text, flat(full().text)):
        assert (
            "United States silent for 13 h 20 min; its usual share would be 3 items "
            "by now. Of 50 stories like it, it took up 41 in as many hours."
        ) in text


def test_a_side_that_was_not_read_says_that_nothing_can_be_told():
    cannot = replace(
        within(), blind_spots=(), sides={"MX": SideHealth("MX", 31, 7, 0.3)}
    )
    made = render(full_edition(beside=cannot))
    words = "Cannot tell what Mexico leaves out: 7 of 31 Mexican feeds were down."
    for text in (Page(made.html).text, flat(made.text)):
        assert f"Blind spots of Mexico {words}" in text.replace(
            "===================== ", ""
        )
        assert "7 of 31 feeds were not read throughout (30% by volume)." in text
        assert "Blind spots of the United States" not in text


def test_a_correction_says_what_was_corrected_why_and_links_the_story():
    made = full()
    for text in (Page(made.html).text, flat(made.text)):
        assert "Mar 2, 07:00. Merged into one story: 2 items" in text
        assert "Reason: the same fair" in text
    after = made.text.split("Corrected since")[1]
    assert "https://diarioanhuac.example/" in after


def test_stories_of_other_themes_are_counted():
    made = full(themes=("trade",))
    for text in (Page(made.html).text, flat(made.text)):
        assert "7 stories of other themes are left out." in text
        assert "storm" not in text.lower()


def test_links_lead_to_the_copy_and_out():
    made = full()
    page = Page(made.html)
    assert page.links[0] == LINKS.web
    assert page.links[-1] == LINKS.unsubscribe
    assert f"Read this edition in a browser: {LINKS.web}" in made.text
    assert f"Stop these mails: {LINKS.unsubscribe}" in made.text
    assert "browser" not in rendered(water()).text


@pytest.mark.parametrize("bad", ["javascript:alert(1)", "/x", "mailto:a\nb"])
def test_a_link_that_no_mail_should_lead_to_is_left_out(bad):
    made = render(replace(full_edition(), links=Links(bad, bad)))
    assert bad not in made.html
    assert "Stop these mails" not in made.text


def test_a_reader_may_leave_by_mail():
    made = render(replace(full_edition(), links=Links(None, "mailto:x@desk.example")))
    assert "mailto:x@desk.example" in Page(made.html).links


@pytest.mark.parametrize("language", ["en", "es", "both"])
def test_charts_are_small_and_say_in_words_and_characters_what_they_show(language):
    made = full(language)
    assert [image.cid for image in made.images] == ["timeline", "lags"]
    for image in made.images:
        assert image.png.startswith(b"\x89PNG")
        assert len(image.png) < 40_000
        assert f'src="cid:{image.cid}"' in made.html
        words = [w for w in re.split(r"[.;:] ", image.alt) if w]
        assert all(flat(word).rstrip(".") in flat(made.text) for word in words)
    assert re.search(r"^    [·▁▂▃▄▅▆▇█]{24}$", made.text, re.MULTILINE)


def test_charts_speak_both_languages_to_who_reads_both():
    both, english = full("both").images, full("en").images
    for image, one, words in zip(
        both,
        english,
        (("Items by hour", "Notas por hora"), ("Who was first", "Quién publicó")),
        strict=True,
    ):
        assert [word in image.alt for word in words] == [True, True]
        assert image.png != one.png


def test_for_a_browser_the_charts_are_inside():
    made = full()
    html = with_images(made)
    assert "cid:" not in html
    sources = [v for name, v in Page(html).attributes if name == "src"]
    assert len(sources) == 2
    assert all(s.startswith("data:image/png;base64,") for s in sources)


def test_a_lag_that_may_be_quite_different_is_not_drawn():
    undated = us("Sin fecha", minutes=-300, date_source="fetched")
    made = rendered(coverage(us(), mx(), undated))
    assert [image.cid for image in made.images] == ["timeline"]


def test_a_shorter_edition_tells_less_and_counts_the_rest():
    told = {}
    for length in ("short", "standard", "full"):
        reader = subscriber("Dana", length=length)
        made = render(edition(reader, DAY, list(many(40, 20)), [], [], 0, "none"))
        told[length] = len(Page(made.html).links)
        shown = len(set(re.findall(r"Titular (\d+)", made.text.split("Only in")[0])))
        [more] = re.findall(r"And (\d+) more stor", made.text.split("Only in")[0])
        assert shown + int(more) == 40
        assert len(made.html.encode()) <= MAX_HTML_BYTES
    assert told["short"] < told["standard"] <= told["full"]


def test_an_edition_that_nothing_can_shorten_still_fits():
    url = "https://hudson.example/" + "&" * 9000
    stories = [coverage(us(f"a{n}", url=url), mx(f"b{n}", url=url)) for n in range(20)]
    made = rendered(*stories)
    assert len(made.html.encode()) <= MAX_HTML_BYTES
    assert "And 20 more stories." in made.text
