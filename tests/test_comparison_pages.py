"""What comparing the two sides comes to, in the browser: real HTTP, real database."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from test_web import EVIL, Browser, Stage, add, polled, served, translate

from builders import NOW, TODAY, assignment, feed, item, poll_day, show
from monitor.comparison import BlindSpot, SideHealth
from monitor.concept import Concept, Frame
from monitor.coverage.blindspots import Revision
from monitor.coverage.framing import Framing
from monitor.coverage.framing_file import lexicon
from monitor.coverage.marks import Marker
from monitor.coverage.themes import Lexicon
from monitor.model import Item
from monitor.outlining import outline_due
from monitor.pipeline import Desk
from monitor.store.database import Store
from monitor.store.schema_study import LEAST
from monitor.studying import Lexicons, study_due
from monitor.theme import Theme
from monitor.web.app import create_app
from monitor.web.site import Site

US = ("Ledger", "Bravo", "Corriente")
MX = ("Anáhuac", "Delta", "Eco")
FEEDS = (*(feed(o, "US") for o in US), *(feed(o, "MX") for o in MX))
THEMES = Lexicon(
    (
        Theme("trade", "Trade", "Comercio", ("tariff*",), ("arancel*",)),
        Theme("water", "Water", "Agua", ("water",), ("agua",)),
    )
)
ZINC = Concept("zinc", (Frame("metal", ("zinc",), ("zinc",)),))
DESK = Desk(
    FEEDS,
    {"Ledger": "One House", "Bravo": "One House"},
    (),
    "auto",
    themes=THEMES,
    framing=(ZINC,),
)


@pytest.fixture(scope="module")
def theatre(tmp_path_factory) -> Iterator[tuple[Stage, Browser]]:
    stage = Stage(tmp_path_factory.mktemp("web"))
    app = create_app(Site(lambda: Store(stage.db), lambda: DESK, lambda: stage.now))
    with served(app) as browser:
        yield stage, browser


@pytest.fixture
def browser(theatre, store: Store, tmp_path: Path) -> Browser:
    stage, browser = theatre
    stage.db, stage.now = tmp_path / "monitor.db", NOW
    return browser


def tariffs(store: Store, *, minutes: float = -600, n: int = 1) -> str:
    """A story of both sides, the US first by an hour; a copy came before both."""
    at = {"minutes": minutes}
    return add(
        store,
        item(f"Tariffs {n} are set", "US", outlet="Ledger", **at),
        item(f"Tariff {n} anger", "US", outlet="Bravo", minutes=minutes + 30),
        item(f"Llegan aranceles {n}", "MX", outlet="Anáhuac", minutes=minutes + 60),
        item(f"El arancel {n}", "MX", outlet="Delta", minutes=minutes + 185),
    )


def spot(story: str, silent="MX", **more) -> BlindSpot:
    given = {"since": NOW - timedelta(hours=20), "opened": NOW - timedelta(hours=6)}
    health = more.pop("health", SideHealth(silent, 3, 0, 0.0))
    counts = {"items": 3, "outlets": 3, "owners": 2, "texts": 3, "expected": 4.2}
    values = {**given, **counts, "covered": 5, "of": 8, "health": health, **more}
    return BlindSpot(story, silent, **values)


def keep(store: Store, *spots: BlindSpot) -> None:
    store.blind_spots.put(Revision(None, each) for each in spots)


def alone(store: Store, title: str = "Dam levels fall", side="US") -> str:
    return add(
        store, item(title, side, minutes=-1200, outlet=(US, MX)[side == "MX"][0])
    )


# --- one story -----------------------------------------------------------------


def test_a_story_counts_its_sources_on_each_side_and_in_all(store, browser):
    page = browser.get(f"/stories/{tariffs(store)}").page
    assert "4 items, 4 outlets, 3 owners, 4 independent texts." in page.text
    assert page.texts("section", class_="at-US")[0].startswith(
        "United States 2 items · 2 outlets · 1 owner · 2 independent texts"
    )


def test_a_story_says_its_themes(store, browser):
    page = browser.get(f"/stories/{tariffs(store)}").page
    assert "Theme: Trade" in page.text
    assert "/themes#t-trade" in page.links


def test_a_story_tells_how_it_spread_and_marks_copies(store, browser):
    own = item("Own words", "US", outlet="Ledger", minutes=-100)
    wired = item(
        "Dispatch", "MX", outlet="Delta", minutes=-130, summary="MEXICO (AP) — A deal"
    )
    late = item("Tarde", "MX", outlet="Eco", minutes=-35)
    seen = item("Undated", "US", outlet="Bravo", minutes=-5, date_source="fetched")
    page = browser.get(f"/stories/{add(store, own, wired, late, seen)}").page
    [spread] = page.find("ol", class_="spread")
    assert [" ".join(row.split()) for row in spread.text.strip().splitlines()] == [
        "−30 min Delta MX Mar 2, 03:50 copy",
        "0 min Ledger US Mar 2, 04:20",
        "+1 h 5 min Eco MX Mar 2, 05:25",
        "undated Bravo US undated, seen Mar 2, 05:55",
    ]
    assert f"#i-{wired.id}" in page.links


def test_a_story_of_copies_alone_says_why_nobody_leads(store, browser):
    def wired(side, outlet, minutes):
        title, text = f"Dispatch {outlet}", "MEXICO (AP) — A deal was made."
        return item(title, side, outlet=outlet, minutes=minutes, summary=text)

    story = add(store, wired("US", "Ledger", -60), wired("MX", "Delta", -30))
    page = browser.get(f"/stories/{story}").page
    assert "No lag: what came first only repeats another’s text" in page.text


def test_every_count_of_a_storys_framing_leads_to_its_headlines(store, browser):
    us = item("Zinc prices soar", "US", outlet="Ledger", minutes=-60)
    mx = item(
        "Sube el metal", "MX", outlet="Delta", minutes=-50, summary="El zinc sube"
    )
    page = browser.get(f"/stories/{add(store, us, mx)}").page
    [frame] = [t for t in page.texts("details") if t.startswith("metal")]
    assert frame.startswith("metal 1 100% 1 100% –"), "too few to tell"
    assert "Zinc prices soar Ledger, Mar 2, 05:00: “Zinc”" in frame
    assert "Delta, Mar 2, 05:10: “zinc” in its summary" in frame
    assert all(page.links.count(f"#i-{each.id}") >= 2 for each in (us, mx))


def test_words_by_side_name_their_statistic_and_their_items(store, browser):
    first = [
        item(f"Quartz number {n}", "US", outlet=US[n % 3], minutes=-90 + n)
        for n in range(12)
    ]
    then = [
        item(f"Granite figure {n}", "MX", "en", outlet=MX[n % 3], minutes=-60 + n)
        for n in range(12)
    ]
    page = browser.get(f"/stories/{add(store, *first, *then)}").page
    words = [t for t in page.texts("details") if " z " in t[:30]]
    assert any(w.startswith("Quartz z ") and "12 items" in w for w in words)
    assert any(w.startswith("Granite z ") and "0 of the other side" in w for w in words)
    assert "More than the other side, z from 1.96 on" in page.text
    assert "informative Dirichlet prior" in page.text or "the same z" in page.text


def test_tone_tells_its_interval_method_and_error_or_that_there_is_too_little(
    store, browser
):
    grave = [
        item(f"Murder and war in town {n}", "US", outlet=US[n % 3], minutes=-90 + n)
        for n in range(9)
    ]
    one = item("La fiesta", "MX", outlet="Delta", minutes=-20)
    page = browser.get(f"/stories/{add(store, *grave, one)}").page
    [us, mx] = [t for t in page.texts("div", class_="at-") if "can be measured" in t]
    assert us.startswith("United States −0.") and " at 95%)" in us
    assert "9 of 9 independent texts can be measured" in us
    assert "Murder" in us and "−0." in us.partition("measured")[2]
    assert mx.startswith("Mexico Too few to tell; 8 are needed")
    assert "right in 68 of 100 English headlines and 76 of 100 Spanish" in page.text


def test_who_acts_and_is_quoted_leads_to_the_headlines(store, browser):
    titles = ("Sheinbaum signs a treaty", "Sheinbaum signs a law")
    items = [
        item(title, "US", outlet=US[n], minutes=-60 + n)
        for n, title in enumerate(titles)
    ]
    page = browser.get(f"/stories/{add(store, *items)}").page
    [actor] = [t for t in page.texts("details") if "acts 2" in t]
    assert actor.startswith("Claudia Sheinbaum acts 2")
    assert all(title in actor for title in titles)
    assert "22 of 27 statements are right" in page.text


def test_a_changed_headline_is_told_with_what_went_and_came(store, browser):
    before = item("Rebels seize the port", "MX", "en", outlet="Eco", minutes=-90)
    story = add(store, before, item("Port", "US", outlet="Ledger", minutes=-80))
    show(store, [replace(before, title="Gunmen seize the port")], NOW)
    page = browser.get(f"/stories/{story}").page
    assert page.texts("del") == ["Rebels seize the port"]
    assert page.texts("ins") == ["Gunmen seize the port"]
    [row] = page.texts("li", class_="retitle")
    assert row.startswith("Eco, found Mon, Mar 2, 06:00, 1 h 30 min after publication")
    assert row.endswith("Went: Rebels · Came: Gunmen")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "Blind spot, open since Sun, Mar 1, 10:00. Mexico silent for 20 h;"),
        (
            {"health": SideHealth("MX", 31, 7, 0.3)},
            "Cannot tell what Mexico leaves out: 7 of 31 Mexican feeds were down.",
        ),
        (
            {"closed": NOW, "end": "picked-up"},
            "Was a blind spot: Mexico picked it up after 20 h, found Mon, Mar 2, 06:00.",
        ),
        ({"closed": NOW, "end": "faded"}, "Mexico never took it up; the story faded"),
        ({"closed": NOW, "end": "corrected"}, "a correction took its items elsewhere."),
    ],
)
def test_a_story_says_where_its_blind_spot_stands(store, browser, more, told):
    polled(store, *FEEDS)
    story = alone(store)
    keep(store, spot(story, **more))
    assert told in browser.get(f"/stories/{story}").page.text


def test_a_pickup_counts_to_the_first_item_of_the_silent_side(store, browser):
    story = add(
        store,
        item("Dam levels fall", "US", minutes=-1200),
        item("Baja la presa", "MX", minutes=-900),
    )
    keep(store, spot(story, closed=NOW, end="picked-up"))
    assert (
        "Mexico picked it up after 5 h," in browser.get(f"/stories/{story}").page.text
    )


def test_a_silence_that_is_no_blind_spot_says_what_it_is_worth(store, browser):
    story = add(store, item("Dam levels fall", "US", minutes=-60))
    polled(store, *FEEDS[:5])
    polled(store, FEEDS[5], error="timed out")
    told = browser.get(f"/stories/{story}").page.text
    assert "Mexico: silent, but" in told and "No blind spot is claimed." in told


# --- framing -------------------------------------------------------------------


def test_framing_counts_items_of_many_stories_and_links_each_headline(store, browser):
    us = [item(f"Zinc {n}", "US", outlet=US[n % 3], minutes=-9 * n) for n in range(8)]
    for each in us:
        add(store, each)
    old = item("Old zinc", "MX", outlet="Eco", minutes=-60 * 24 * 8)
    add(store, old)
    page = browser.get("/framing").page
    assert "8 items of the United States, 0 of Mexico were read" in page.text
    [frame] = [t for t in page.texts("details") if t.startswith("metal")]
    assert frame.startswith("metal 8 100% 0 –")
    assert frame.count("Zinc ") == 5 and "and 3 more" in frame
    assert us[7].url in page.links and old.url not in page.links
    whole = browser.get("/framing?days=30&concept=zinc").page
    [frame] = [t for t in whole.texts("details") if t.startswith("metal")]
    assert frame.startswith("metal 8 100% 1 100%") and "more" not in frame
    assert {i.url for i in (*us, old)} <= {*whole.links}


def test_framing_of_a_theme_reads_its_stories_alone(store, browser):
    add(store, item("Zinc tariffs", "US", minutes=-60))
    add(store, item("Zinc in the water", "US", minutes=-50, outlet="Bravo"))
    page = browser.get("/framing?theme=trade").page
    [frame] = [t for t in page.texts("details") if t.startswith("metal")]
    assert "Zinc tariffs" in frame and "water" not in frame
    assert "/framing?days=7&theme=trade&concept=zinc" in page.links


# --- followers -----------------------------------------------------------------


def test_followers_show_who_leads_by_outlet_side_and_theme(store, browser):
    stories = [tariffs(store, minutes=-600 - 300 * n, n=n) for n in range(6)]
    page = browser.get("/followers").page
    assert "6 stories on both sides" in page.text
    assert page.texts("th") == ["Outlet", "Anáhuac", "Delta", "Bravo", "Ledger"]
    assert page.texts("td") == ["6 : 0"] * 4
    rows = page.texts("summary")
    assert "Ledger, then Anáhuac 6 stories 6 : 0 1 h" in rows
    assert f"/stories/{stories[0]}" in page.links
    [row] = browser.get("/followers?by=side").page.texts("summary")
    assert row == "United States, then Mexico 6 stories 6 : 0 1 h"
    [row] = browser.get("/followers?by=theme").page.texts("summary")
    assert row.startswith("Trade: United States, then Mexico 6 stories")


def test_followers_count_only_the_days_asked_for(store, browser):
    tariffs(store, minutes=-60 * 24 * 3)
    tariffs(store, n=2)
    for days, stories in ((1, 1), (7, 2)):
        page = browser.get(f"/followers?by=side&days={days}").page
        assert page.texts("summary")[0].startswith(
            f"United States, then Mexico {stories} stor"
        )


def test_an_item_dated_ahead_moves_no_period(store, browser):
    tariffs(store)
    add(store, item("Tomorrow", "US", minutes=60 * 24 * 40))
    page = browser.get("/followers?by=side&days=1").page
    assert "until Mon, Mar 2, 06:00" in page.text
    assert page.texts("summary")[0].startswith("United States, then Mexico 1 story")


def test_a_pair_with_few_stories_is_left_out_aloud(store, browser):
    tariffs(store)
    page = browser.get("/followers").page
    assert not page.find("details")
    assert "No two outlets have 5 stories in common" in page.text


# --- blind spots ---------------------------------------------------------------


def test_blind_spots_are_listed_both_ways_with_those_nobody_can_tell_and_ended(
    store, browser
):
    polled(store, *FEEDS)
    dam, presa = alone(store), alone(store, "Baja la presa", "MX")
    far, gone = alone(store, "Far away"), alone(store, "Long gone")
    keep(
        store,
        spot(dam),
        spot(presa, "US"),
        spot(far, health=SideHealth("MX", 31, 7, 0.3)),
        spot(gone, closed=NOW - timedelta(days=2), end="faded"),
        spot("sold", closed=NOW - timedelta(days=40), end="faded", opened=LONG_AGO),
    )
    page = browser.get("/blindspots").page
    of_mexico, of_us, untold, ended = page.texts("section")
    assert "Dam levels fall" in of_mexico and "Baja" not in of_mexico
    assert "Mexico silent for 20 h" in of_mexico
    assert "Dam levels fall" not in untold and "Far away" not in of_mexico
    assert "Baja la presa" in of_us and "took up 5 in as many hours" in of_us
    assert "Far away Cannot tell what Mexico leaves out: 7 of 31" in untold
    assert "Long gone" in ended and "faded" in ended and "sold" not in ended
    assert {f"/stories/{s}" for s in (dam, presa, far, gone)} <= {*page.links}


LONG_AGO = NOW - timedelta(days=50)


def test_a_silence_that_nobody_can_tell_is_listed_though_never_claimed(store, browser):
    """Enough of Mexico's feeds are down for nothing to be claimed of it."""
    usual_days(store)
    polled(store, *FEEDS[:3])
    polled(store, *FEEDS[3:], error="timed out")
    story = add(
        store,
        *(
            item(f"A dam breaks {n}", "US", outlet=US[n % 3], minutes=-1200 + n)
            for n in range(6)
        ),
    )
    page = browser.get("/blindspots").page
    assert "A dam breaks 0 Cannot tell what Mexico leaves out: 3 of 3" in page.text
    assert f"/stories/{story}" in page.links


def usual_days(store: Store) -> None:
    """Ten days on which every feed was read and had an item an hour."""
    for of in FEEDS:
        for n in range(10):
            store.feeds.count(poll_day(of, TODAY - timedelta(days=n)))
        made = [
            item(f"{of.outlet} {n}", of.country, outlet=of.outlet, minutes=-60 * n)
            for n in range(240)
        ]
        show(store, made, NOW)
        store.stories.assign(map(assignment, made))


# --- themes --------------------------------------------------------------------


def test_themes_count_stories_by_side_and_day_behind_a_chart(store, browser):
    trade = tariffs(store)
    tariffs(store, minutes=-60 * 24 * 2, n=2)
    alone(store, "Water is low")
    alone(store, "Nothing of note")
    page = browser.get("/themes").page
    assert "4 stories with an item in the last 7 days" in page.text
    assert page.texts("summary") == ["Trade 2 2 2", "Water 1 0 0", "No theme 1 0 0"]
    rows = [t for t in page.texts("tr") if t.startswith("Feb 28")]
    assert rows == ["Feb 28 1 1", "Feb 28 0 0", "Feb 28 0 0"]
    bars = [e.attributes for e in page.find("rect", class_="of-")]
    assert len(bars) == 6, "two days of two sides, and one each"
    us, mx = (
        [b for b in bars[:4] if b["class"] == f"of-{side}"] for side in ("US", "MX")
    )
    assert {float(b["y"]) + float(b["height"]) for b in us} == {20}, "above the line"
    assert {float(b["y"]) for b in mx} == {20}, "below it"
    assert f"/stories/{trade}" in page.links
    assert "/framing?days=7&theme=trade" in page.links


def test_a_rising_story_is_told_with_what_was_expected(store, browser):
    polled(store, *FEEDS)
    story = add(
        store,
        *(
            item(f"Quake {n}", "US", outlet=US[n % 3], minutes=-50 + n)
            for n in range(20)
        ),
    )
    page = browser.get("/themes").page
    [risen] = page.texts("ol", class_="list")
    assert risen.startswith("Quake 020 items of 3 outlets in six hours;"), (
        "a heading, then a note"
    )
    assert f"/stories/{story}" in page.links


# --- addresses -----------------------------------------------------------------


def test_an_empty_database_has_empty_pages(browser):
    for path, told in (
        ("/framing", "No item of these days words a concept of the lexicon."),
        ("/framing?concept=zinc&theme=water", "No item of these days words this"),
        ("/followers", "No two outlets have 5 stories in common"),
        ("/followers?by=side", "No story of these days is on both sides."),
        ("/followers?by=theme", "No story of these days is on both sides."),
        ("/blindspots", "None is open."),
        ("/themes", "No story has an item in these days."),
    ):
        answer = browser.get(path)
        assert answer.status == 200
        assert told in answer.page.text


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("/framing?days=0", "from 1 to 92"),
        ("/framing?days=-1", "from 1 to 92"),
        ("/themes?days=93", "from 1 to 92"),
        ("/themes?days=x", "such as ?days=7"),
        ("/themes?days=%D9%A7", "from 1 to 92"),
        ("/themes?days=" + "9" * 5000, "from 1 to 92"),
        ("/followers?days=1.5", "from 1 to 92"),
        ("/followers?by=moon", "expected one of outlet, theme, side"),
        ("/framing?theme=moon", "expected one of trade, water"),
        ("/framing?concept=moon", "zinc"),
    ],
)
def test_what_an_address_cannot_ask_for_is_refused_with_a_remedy(browser, path, remedy):
    answer = browser.get(path)
    assert answer.status == 400
    assert remedy in answer.page.text


def test_hostile_texts_are_escaped_in_every_list(store, browser):
    items = [
        replace(
            item(f"Zinc tariffs {EVIL} {n}", side, "en", minutes=-60 + n),
            outlet=EVIL,
            summary=f"murder {EVIL}",
        )
        for n in range(12)
        for side in ("US", "MX")
    ]
    story = add(store, *items)
    translate(store, items[0], EVIL)
    show(store, [replace(items[0], title=EVIL)], NOW)
    keep(store, spot(story))
    paths = (f"/stories/{story}", "/framing", "/followers", "/blindspots", "/themes")
    for path in paths:
        page = browser.get(path).page
        assert page.foreign() == []
        assert path == "/followers" or "<script>alert(1)</script>" in page.text


def test_a_page_asked_twice_judges_untold_silences_once(store, tmp_path, monkeypatch):
    asked = []

    def judge(store, followed, now):
        asked.append(now)
        return []

    monkeypatch.setattr("monitor.web.comparison_pages.unclaimed", judge)
    clock = Clock(NOW)
    with served(
        create_app(Site(lambda: Store(tmp_path / "monitor.db"), lambda: DESK, clock))
    ) as browser:
        browser.get("/blindspots")
        browser.get("/blindspots")
        assert asked == [NOW]
        clock.now += timedelta(minutes=10)
        browser.get("/blindspots")
    assert len(asked) == 2


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


# --- studies ---------------------------------------------------------------------------


def test_what_was_kept_of_a_large_story_is_shown_and_said_to_be_of_then(
    browser, store: Store
):
    def one_more(n: int) -> Item:
        return item(f"Tariffs {n}", "US", outlet=US[n % 3], minutes=n - 90, id=f"i{n}")

    story = add(store, *map(one_more, range(LEAST)))
    for _ in outline_due(store, Marker(THEMES, ()), DESK.owners):
        pass
    by = Lexicons(THEMES, Framing(lexicon(DESK.framing)), DESK.own)
    assert list(study_due(store, by, NOW)) == [story]
    shown = browser.get(f"/stories/{story}").text
    assert "it has changed since" not in shown
    late = one_more(LEAST)
    show(store, [late])
    store.stories.assign([assignment(late, story)])
    shown = browser.get(f"/stories/{story}").text
    assert f"Tariffs {LEAST}" in shown
    assert f"the story had {LEAST} items: it has changed since" in shown
