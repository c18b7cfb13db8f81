from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from string import Formatter

import pytest

from builders import NOW, feed, health, item, member, story, subscriber
from monitor.comparison import Coverage, FeedHealth
from monitor.coverage.sides import compare
from monitor.digest.phrases import Phrase, Speaker, Voice
from monitor.digest.wording import EN, ES
from monitor.model import Item, Member

EN_NY = Speaker("en", "America/New_York")
ES_MX = Speaker("es", "America/Mexico_City")


def coverage(*items: Member | Item) -> Coverage:
    return compare(story(*items), {})


def mexican(well: int, down: int) -> list[FeedHealth]:
    some = [health(feed(f"Bien {n}", "MX")) for n in range(well)]
    return some + [health(feed(f"Mal {n}", "MX"), "HTTP 500") for n in range(down)]


def placeholders(wording: object) -> Iterator[str]:
    if isinstance(wording, str):
        yield from (name for _, name, _, _ in Formatter().parse(wording) if name)
    elif isinstance(wording, dict):
        for value in wording.values():
            yield from placeholders(value)
    else:
        assert isinstance(wording, tuple)
        for value in wording:
            yield from placeholders(value)


@pytest.mark.parametrize("name", [field.name for field in fields(EN)])
def test_both_languages_fill_the_same_placeholders(name):
    english, spanish = getattr(EN, name), getattr(ES, name)
    assert set(placeholders(english)) == set(placeholders(spanish))
    assert type(english) is type(spanish)
    if isinstance(english, dict):
        assert english.keys() == spanish.keys()


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "1 min"),
        (60, "1 h"),
        (135, "2 h 15 min"),
        (26 * 60 + 10, "26 h 10 min"),
        (72 * 60, "3 d"),
        (99 * 60 + 59, "4 d 3 h"),
    ],
)
def test_a_duration_is_told_in_the_units_that_matter(minutes, words):
    assert EN_NY.duration(minutes) == ES_MX.duration(minutes) == words


def test_a_lag_names_the_leader_in_each_language():
    found = coverage(item(country="MX"), item(country="US", minutes=135))
    assert EN_NY.lag(found) == "Mexico first by 2 h 15 min"
    assert ES_MX.lag(found) == "México primero por 2 h 15 min"


def test_no_leader_is_named_in_the_same_minute():
    found = coverage(item(country="MX"), item(country="US"))
    assert EN_NY.lag(found) == "Both sides in the same minute"


def test_a_lag_that_cannot_be_told_says_whose_dates_are_missing():
    undated = item(country="MX", date_source="fetched")
    assert (
        EN_NY.lag(coverage(undated, item())) == "No lag: every item is undated (Mexico)"
    )
    both = coverage(undated, item(date_source="fetched"))
    assert ES_MX.lag(both).endswith("(Estados Unidos y México)")


def test_where_a_copy_came_first_nobody_is_named():
    copy = member(item(country="MX"), copy_of="elsewhere")
    found = coverage(copy, item(minutes=30))
    assert EN_NY.lag(found) == "No lag: what came first only repeats another’s text"
    assert ES_MX.lag(found).startswith("Sin comparación: lo primero solo repite")


@pytest.mark.parametrize(
    ("well", "down", "english", "spanish"),
    [
        (
            15,
            0,
            "Mexico: silent. All 15 Mexican feeds answered.",
            "México: en silencio. Las 15 fuentes mexicanas respondieron.",
        ),
        (
            12,
            3,
            "Mexico: silent, but 3 of 15 Mexican feeds did not answer.",
            "México: en silencio, pero 3 de 15 fuentes mexicanas no respondieron.",
        ),
        (
            14,
            1,
            "Mexico: silent, but 1 of 15 Mexican feeds did not answer.",
            "México: en silencio, pero 1 de 15 fuentes mexicanas no respondió.",
        ),
        (
            0,
            15,
            "Mexico: unknown. None of its 15 feeds answered.",
            "México: sin datos. Ninguna de sus 15 fuentes respondió.",
        ),
        (
            1,
            0,
            "Mexico: silent. The only feed followed answered.",
            "México: en silencio. La única fuente seguida respondió.",
        ),
        (
            0,
            1,
            "Mexico: unknown. The only feed followed did not answer.",
            "México: sin datos. La única fuente seguida no respondió.",
        ),
        (
            0,
            0,
            "Mexico: unknown. None of its feeds is followed.",
            "México: sin datos. No se sigue ninguna de sus fuentes.",
        ),
    ],
)
def test_silence_is_worth_what_the_feeds_were(well, down, english, spanish):
    others = [health(feed("Hudson Dispatch"), "HTTP 500")]
    assert EN_NY.silence("MX", mexican(well, down) + others) == english
    assert ES_MX.silence("MX", mexican(well, down) + others) == spanish


def test_times_are_on_the_readers_clock_and_in_the_readers_language():
    it = item(published=datetime(2026, 3, 2, 18, 5, tzinfo=UTC))
    assert EN_NY.when(it) == "Mar 2, 13:05"
    assert ES_MX.when(it) == "2 mar, 12:05"


def test_a_story_goes_on_since_an_hour_told_like_any_other_time():
    """``since Mar 2`` alone would puzzle in an edition that begins on Mar 2."""
    assert EN_NY.continuing(NOW) == "Continuing since Mar 2, 07:00"
    assert ES_MX.continuing(NOW) == "Sigue desde el 2 mar, 06:00"


def test_an_undated_item_says_when_it_was_seen():
    assert EN_NY.when(item(date_source="fetched")) == "undated, seen Mar 2, 07:00"


def test_times_follow_the_clocks_over_both_nights():
    spring = item(published=datetime(2026, 3, 8, 7, 30, tzinfo=UTC))
    autumn = item(published=datetime(2026, 11, 1, 6, 30, tzinfo=UTC))
    assert EN_NY.when(spring) == "Mar 8, 03:30"
    assert EN_NY.when(autumn) == "Nov 1, 01:30"


def test_dates_and_numbers_are_in_the_readers_language():
    assert EN_NY.long_date(date(2026, 3, 2)) == "Monday, March 2, 2026"
    assert ES_MX.long_date(date(2026, 3, 2)) == "lunes, 2 de marzo de 2026"
    assert EN_NY.number(12345) == "12,345"
    assert EN_NY.moment(NOW) == "Mon, Mar 2, 07:00"
    assert ES_MX.moment(NOW) == "lun 2 de mar, 06:00"


@pytest.mark.parametrize(
    ("tz", "english", "spanish"),
    [
        ("America/New_York", "New York", "Nueva York"),
        ("America/Ciudad_Juarez", "Ciudad Juárez", "Ciudad Juárez"),
        ("America/Mexico_City", "Mexico City", "Ciudad de México"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires", "Buenos Aires"),
    ],
)
def test_a_zone_is_told_by_its_city(tz, english, spanish):
    assert Speaker("en", tz).city() == english
    assert Speaker("es", tz).city() == spanish


def test_counts_agree_in_number():
    assert EN_NY.count(1, EN.items) == "1 item"
    assert EN_NY.count(0, EN.items) == "0 items"
    assert ES_MX.count(1234, ES.items) == "1,234 notas"


def test_names_are_listed():
    assert EN_NY.names(["A"]) == "A"
    assert EN_NY.names(["A", "B", "C"]) == "A, B and C"
    assert ES_MX.names(["A", "B"]) == "A y B"


def test_doubts_are_in_words_and_unknown_ones_as_they_are():
    assert "a number of the original is missing" in EN_NY.doubts(["numbers-lost"])
    assert "falta un número del original" in ES_MX.doubts(["numbers-lost"])
    assert EN_NY.doubts(["numbers-lost", "odd"]).endswith("; odd")


def test_a_voice_of_both_says_things_twice_but_not_the_same_words():
    voice = Voice.of(subscriber(language="both"))
    assert voice.say(lambda s: s.words.new) == (
        Phrase("en", "New"),
        Phrase("es", "Nueva"),
    )
    assert voice.say(lambda s: s.number(7)) == (Phrase("en", "7"),)


def test_fine_print_is_in_the_language_beside_it_if_the_reader_reads_that():
    both, english = (Voice.of(subscriber(language=each)) for each in ("both", "en"))
    assert both.beside("es").languages == ("es",)
    assert english.beside("es").languages == ("en",)
