import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import feedparser
import pytest

from builders import item, member, story, subscriber
from editions import DAY, LINKS, blind_spot, full_edition, within
from monitor.coverage.sides import compare
from monitor.digest.edition import edition
from monitor.digest.forms import edition_atom, edition_dict, edition_json
from monitor.digest.render import render
from monitor.digest.sections import SECTIONS
from monitor.model import Story

HOSTILE = 'Agua <b> & "x" \x00\x0b ]]> \ud83d {{ 7*7 }}'


def hostile():
    bad = story(
        member(item(HOSTILE, minutes=-60, url="javascript:alert(1)", outlet=HOSTILE)),
        id="s",
    )
    return edition(subscriber(), DAY, [compare(bad, {})], [], [], 0, "none")


def test_json_tells_every_story_in_the_editions_order():
    made = json.loads(edition_json(full_edition()))
    assert [s["section"] for s in made["stories"]] == list(SECTIONS)
    assert [s["id"] for s in made["stories"]][:2] == ["trade", "water"]


def test_json_tells_what_became_of_a_story():
    [water] = [s for s in edition_dict(full_edition())["stories"] if s["id"] == "water"]
    told = {k: water[k] for k in ("new", "items_added", "outlets_added", "crossed")}
    assert told == {"new": False, "items_added": 2, "outlets_added": 2, "crossed": "US"}
    assert (water["retitled"], water["themes"]) == (2, ["water"])
    assert (water["leader"], water["lag_minutes"]) == ("MX", 2700)
    assert len(water["sides"]["MX"]["items"]) == 2
    assert water["silence_broken"] == {"silent": "US", "minutes": 2700}


def test_programs_read_the_stories_that_the_mail_tells():
    stories = [
        compare(Story(f"s{n}", story(item(f"t{n}", minutes=-n)).members), {})
        for n in range(1, 200)
    ]
    busy = edition(subscriber(), DAY, stories, [], [], 0, "none")
    mail = render(busy)
    made = json.loads(edition_json(busy, mail.told))
    told = [s["id"] for s in made["stories"]]
    assert set(told) == mail.told
    assert 0 < len(told) < 199
    assert made["counted"] == 199 - len(told)
    assert all(f">t{of.removeprefix('s')}<" in mail.html for of in told)
    assert mail.html.count("https://") == len(told)
    read = feedparser.parse(edition_atom(busy, mail.told))
    assert [each.id.rpartition(":")[2] for each in read.entries] == told


def test_all_stories_can_be_asked_for():
    made = edition_dict(full_edition())
    assert (len(made["stories"]), made["counted"]) == (8, 0)


def test_json_names_no_address():
    assert "desk.example" not in edition_json(full_edition())


def test_json_tells_of_silence_health_and_corrections():
    made = edition_dict(full_edition())
    [mine] = [s for s in made["stories"] if s["id"] == "mine"]
    assert mine["blind_spot"]["silent"] == "US"
    assert made["health"]["MX"]["down"] == 1
    assert [feed["outlet"] for feed in made["feeds"]["down"]] == ["Eco"]
    assert made["corrections"][0]["stories"] == ["fair"]
    assert sum(made["timeline"]["US"]) == 7


def test_a_silence_that_cannot_be_vouched_for_is_null():
    cannot = replace(within(), blind_spots=(blind_spot("mine", "US", -800, down=7),))
    made = edition_dict(full_edition(beside=cannot))
    assert [s["blind_spot"] for s in made["stories"]] == [None] * 8


@pytest.mark.parametrize("language", ["en", "es", "both"])
def test_a_feed_reader_finds_every_story(language):
    read = feedparser.parse(edition_atom(full_edition(language)))
    assert not read.bozo
    assert len(read.entries) == 8
    assert read.feed.link == LINKS.web
    first = read.entries[0]
    assert first.id == "urn:monitor:story:trade"
    assert first.tags[0].term == "watched"
    expected = "Vuelven los aranceles" if language == "es" else "Steel tariffs are back"
    assert first.title == expected


def test_the_feed_of_one_subscriber_and_day_has_an_id_of_its_own():
    ids = {
        re.search("<id>(.*?)</id>", edition_atom(made))[1]
        for made in (
            full_edition(),
            replace(full_edition(), date=DAY.replace(day=3)),
            replace(full_edition(), subscriber=subscriber("Eva")),
        )
    }
    assert len(ids) == 3


def test_foreign_text_stays_text_in_both():
    made = hostile()
    [told] = json.loads(edition_json(made))["stories"]
    assert told["sides"]["US"]["items"][0]["url"] is None
    root = ET.fromstring(edition_atom(made).encode())
    [found] = root.findall("{http://www.w3.org/2005/Atom}entry")
    assert found.find("{http://www.w3.org/2005/Atom}link") is None
    assert "<b>" in found.find("{http://www.w3.org/2005/Atom}title").text


def test_forms_are_the_same_every_time():
    assert edition_json(full_edition()) == edition_json(full_edition())
    assert edition_atom(full_edition()) == edition_atom(full_edition())


def test_what_is_half_a_character_can_be_written():
    edition_json(hostile()).encode()
    edition_atom(hostile()).encode()
