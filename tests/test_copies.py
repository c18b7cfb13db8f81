import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from builders import item
from monitor.stories.copies import (
    WINDOW_HOURS,
    Copies,
    CopyText,
    copy_text,
    is_copy,
    resemblance,
)

TITLE = "City council approves new water plan for the northern suburbs"
LEAD = (
    "The council voted late in the evening to build a second pipeline and to repair"
    " the old one, which loses a third of the water that it carries to homes and farms"
)
TITULO = "El cabildo aprueba un nuevo plan de agua para las colonias del norte"
CUERPO = (
    "El cabildo votó por la noche a favor de construir otro acueducto y de reparar el"
    " viejo, que pierde una tercera parte del agua que lleva a casas y campos"
)
OUTLETS = ("Gazette", "Courier", "Herald", "Tribune")


def text(
    title: str = TITLE,
    summary: str = LEAD,
    outlet: str = "Gazette",
    *,
    language="en",
    names: str = "",
    numbers: str = "",
) -> CopyText:
    made = item(title, language=language, summary=summary, outlet=outlet)
    return copy_text(made, numbers.split(), names.split())


def are_copies(one: CopyText, other: CopyText, gap: float = 1) -> bool:
    """By the confirmation and by the index, which must agree."""
    known = Copies()
    known.add("first", one, 0, None)
    assert is_copy(one, other, gap) == is_copy(other, one, gap)
    found = known.find(other, gap)
    assert found == ("first" if is_copy(one, other, gap) else None)
    return found is not None


# --- copies --------------------------------------------------------------------------


@pytest.mark.parametrize("outlet", OUTLETS[:2])
def test_the_same_text_is_a_copy_whoever_publishes_it(outlet):
    assert are_copies(text(), text(outlet=outlet))


@pytest.mark.parametrize(
    "before",
    [
        "AUSTIN, Texas (AP) — ",
        "(Reuters) - ",
        "AUSTIN.- ",
        "(Newswire) AUSTIN, Texas — ",
    ],
)
def test_a_dateline_and_an_agency_keep_a_copy(before):
    short = " ".join(LEAD.split()[:14])  # a few words more are much of so little
    assert are_copies(text(summary=short), text(summary=before + short, outlet="Y"))


def test_the_mark_of_an_agency_counts_for_nothing():
    told = "The vote was close and came late."
    marked = "(Newswire of the Far Hills) " + told
    assert are_copies(text(summary=told), text(TITLE + " today", marked, "Y"))


def test_a_spanish_dateline_keeps_a_copy():
    one = text(TITULO, CUERPO, language="es")
    other = text(TITULO, "CIUDAD DE MÉXICO.- " + CUERPO, "Correo", language="es")
    assert are_copies(one, other)


def test_accents_case_quotes_and_dashes_are_no_difference():
    other = text(TITLE.upper(), LEAD.replace("third", "thírd") + "…", "Y")
    assert are_copies(text(), other)
    assert text("The mayor's new plan").title == text("The mayor’s new plan").title


@pytest.mark.parametrize("words", [0, 10, 16, 25])
def test_a_summary_cut_shorter_under_the_same_title_is_a_copy(words):
    cut = " ".join(LEAD.split()[:words])
    assert are_copies(text(), text(summary=cut, outlet="Y"))
    assert are_copies(text(summary=cut), text(outlet="Y"))


def test_a_dispatch_under_another_title_is_a_copy():
    assert are_copies(text(), text("Water: a second pipe is coming", outlet="Y"))


def test_a_trimmed_title_over_a_short_text_is_a_copy():
    short = "The vote was close and came late."
    assert are_copies(text(summary=short), text(TITLE + " today", short, "Y"))


def test_titles_alone_are_copies_if_they_are_the_same():
    assert are_copies(text(summary=""), text(summary="", outlet="Y"))
    assert not are_copies(
        text(summary=""), text("City council rejects new water plan", "", "Y")
    )


# --- no copies -----------------------------------------------------------------------


def test_the_same_story_in_other_words_is_no_copy():
    told = "A second pipeline will bring water north, the city decided on a close vote"
    assert not are_copies(text(), text(summary=told, outlet="Y"))


def test_the_other_language_is_no_copy():
    assert not are_copies(text(), text(language="es"))


def test_a_boilerplate_summary_makes_no_copies():
    promotion = "Get all the news of the day in one mail"
    one = text("Rain floods the old market", promotion)
    assert not are_copies(one, text("Bus drivers end their strike", promotion))


@pytest.mark.parametrize("title", ["", "Watch", "🔥🌊🔥", "Live updates", "...", "— —"])
def test_what_says_nothing_has_no_copies(title):
    assert not are_copies(text(title, ""), text(title, ""))
    assert not are_copies(text(title, ""), text(title, "", "Y"))


def test_a_label_over_a_text_does_not_stop_a_copy():
    assert are_copies(text("🔥", LEAD), text("", LEAD, "Y"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Weather in Cancun today", "Weather in Merida today"),
        ("Melate 3920 results", "Melate 3921 results"),
        ("The dollar on Monday", "The dollar on Tuesday"),
        ("The trial, second day", "The trial, third day"),
        ("Peso at 17.52", "Peso at 17.25"),
    ],
)
def test_a_template_filled_in_twice_is_no_copy(one, other):
    names = [
        " ".join({"cancun", "merida"} & set(t.lower().split())) for t in (one, other)
    ]
    first, second = (
        text(t, LEAD, names=n) for t, n in zip((one, other), names, strict=True)
    )
    assert resemblance(first, second) > 0.7
    assert not are_copies(first, second)
    assert not are_copies(first, replace(second, outlet="Y"))


def test_numbers_that_only_their_keys_tell_apart_count():
    one = text(numbers="#5e+06")
    assert not are_copies(one, text(numbers="#5e+09"))
    assert are_copies(one, text(numbers="#5e+06"))


def test_a_name_more_is_no_clash():
    assert are_copies(text(names="austin"), text(names="austin texas", outlet="Y"))


def test_a_name_that_the_other_writes_small_is_no_clash():
    assert are_copies(text(names="city lake"), text(names="council lake", outlet="Y"))
    assert are_copies(text(names="city lake"), text(names="hill lake", outlet="Y"))
    assert are_copies(text(names="hill lake"), text(names="city lake", outlet="Y"))
    assert not are_copies(text(names="lake"), text(names="hill", outlet="Y"))


# --- columns -------------------------------------------------------------------------


def test_a_column_of_every_morning_is_no_copy():
    one = text("Five things to know before you start the day", "All you need by seven")
    assert are_copies(one, one, 2)
    assert not are_copies(one, one, 24)


def test_an_outlet_may_publish_a_full_text_again_the_next_day():
    assert are_copies(text(), text(), 24)
    assert not are_copies(text(), text("A second pipe is coming"), 24)
    assert not are_copies(text(), text(numbers="#7"), 24)


def test_a_weekly_column_is_no_copy():
    assert not are_copies(text(), text(), 7 * 24)
    assert are_copies(text(), text(outlet="Y"), 7 * 24)


def test_outlets_without_a_name_are_not_one_outlet():
    column = replace(
        text("Five things to know before you start the day", ""), outlet=""
    )
    assert are_copies(column, column, 24)


# --- originals -----------------------------------------------------------------------


def test_a_copy_of_a_copy_points_to_the_original():
    known = Copies()
    for hour, outlet in enumerate(OUTLETS):
        made = text(outlet=outlet)
        original = known.find(made, hour)
        assert original == (None if hour == 0 else "i0")
        known.add(f"i{hour}", made, hour, original)
    assert len(known) == 1


def test_the_first_seen_is_the_original_even_if_it_is_dated_later():
    known = Copies()
    known.add("early", text(), 5, None)
    assert known.find(text(outlet="Y"), 3) == "early"


def test_of_several_originals_the_most_alike_is_taken_and_then_the_oldest():
    known = Copies()
    known.add("other", text(TITLE + " again"), 0, None)
    known.add("c", text(), 2, None)
    known.add("b", text(), 1, None)
    known.add("a", text(), 1, None)
    assert known.find(text(outlet="Y"), 3) == "a"


def test_what_is_older_than_the_window_is_forgotten():
    known = Copies()
    known.add("old", text(), 0, None)
    copy = text(outlet="Y")
    assert known.find(copy, WINDOW_HOURS) == "old"
    assert known.find(copy, WINDOW_HOURS + 1) is None
    known.add(
        "young", text("A market burns in the old town", ""), WINDOW_HOURS + 1, None
    )
    assert known.find(copy, 3) is None, "what others can see does not hang on sweeping"


def test_a_long_stream_keeps_a_window_and_finds_in_it():
    known = Copies()
    for n in range(10_000):  # in two weeks
        hours = n * 2 * WINDOW_HOURS / 10_000
        made = text(f"Report on street nr{n} and house nr{n} by reader nr{n}", "")
        assert known.find(made, hours) is None
        known.add(f"i{n}", made, hours, None)
        if n % 500 == 499:
            assert known.find(replace(made, outlet="Y"), hours) == f"i{n}"
            back = text(
                f"Report on street nr{n - 490} and house nr{n - 490}"
                f" by reader nr{n - 490}",
                "",
                "Y",
            )
            assert known.find(back, hours) == f"i{n - 490}"
    assert len(known) < 8_000


# --- odd texts -----------------------------------------------------------------------


def test_a_small_stream_holds_little_that_is_out_of_sight():
    copies, a_day = Copies(), 40
    held = []
    for n in range(40 * a_day):
        told = text(f"Council {n} votes on the budget for parks and libraries")
        copies.add(str(n), told, n * 24 / a_day, None)
        held.append(len(copies))
    assert 7 * a_day < max(held) <= 7 * a_day + 1 + 256


def test_texts_of_ten_kilobytes_are_read_by_their_beginnings():
    long = " ".join(f"word{n}" for n in range(1500))
    assert len(long) > 10_000
    assert are_copies(text(long, long), text(long, long, "Y"))
    assert are_copies(text(TITLE, LEAD + " " + long), text(TITLE, LEAD, "Y"))
    blank = text("x" * 10_000, "🔥" * 10_000)
    assert not are_copies(blank, blank)


def test_broken_unicode_does_no_harm():
    odd = text("A \ud800 lone surrogate in the title", LEAD)
    assert are_copies(odd, odd)


@given(st.text(max_size=80), st.text(max_size=400), st.sampled_from(["en", "es"]))
@settings(deadline=None)
def test_any_text_has_a_reading(title, summary, language):
    made = text(title, summary, language=language)
    assert made == text(title, summary, language=language)
    are_copies(made, made)


# --- laws ----------------------------------------------------------------------------

WORDS = st.sampled_from(("rain", "river", "market", "bus", "strike", "mayor", "school"))
PASSAGES = st.lists(WORDS, max_size=30).map(" ".join)


@given(PASSAGES, PASSAGES, PASSAGES, PASSAGES, st.floats(0, 168))
@settings(max_examples=200, deadline=None)
def test_being_a_copy_goes_both_ways_and_the_index_misses_none(a, b, c, d, gap):
    one, other = text(a, b), text(c, d, "Y")
    assert is_copy(one, other, gap) == is_copy(other, one, gap)
    if resemblance(one, other) >= 0.8:
        are_copies(one, other, gap)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 25))
@settings(deadline=None)
def test_another_number_is_never_a_copy(one, other, place):
    assume(one != other)
    passage = LEAD.split()
    first, second = (
        text(summary=" ".join([*passage[:place], str(n), *passage[place:]]))
        for n in (one, other)
    )
    assert not are_copies(first, second)


@given(st.integers(1, 5), st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_the_order_of_adding_changes_no_answer(seed, shuffle):
    titles = [f"{TITLE} {'again ' * (n % 3)}" for n in range(6)]
    items = [(f"i{n}", text(t), float(n * seed)) for n, t in enumerate(titles)]
    answers = set()
    for order in (items, random.Random(shuffle).sample(items, len(items))):
        known = Copies()
        for name, made, hours in order:
            known.add(name, made, hours, None)
        answers.add(known.find(text(outlet="Y"), 30))
    assert len(answers) == 1


def test_keys_are_the_same_in_every_process():
    code = (
        "from test_copies import text; import hashlib;"
        "print(hashlib.sha256(text().keys + text().title).hexdigest())"
    )
    root = Path(__file__).parent
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={"PYTHONPATH": f"{root}:{root.parent}", "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
