"""The framing lexicon: what we ship, and what a person makes of it."""

import pytest

from monitor.concept import Concept, Frame, term_key
from monitor.coverage.framing_file import lexicon, read_concepts
from monitor.errors import ConfigError
from monitor.model import LANGUAGES

OURS = lexicon()


def frames(concept: str, *own: Concept) -> dict[str, Frame]:
    [found] = [c for c in lexicon(own) if c.name == concept]
    return {frame.name: frame for frame in found.frames}


# --- what we ship --------------------------------------------------------------


def test_the_lexicon_has_what_the_beat_needs():
    named = {concept.name for concept in OURS}
    assert {"migrants", "organised crime", "trade taxes", "sovereignty"} <= named
    assert 20 <= len(OURS) <= 30
    assert [name for c in OURS for name in c.faults()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_concept_is_compared_in_both_languages(language):
    assert [c.name for c in OURS if len(c.frames) < 2] == []
    bare = [
        f"{c.name}: {f.name}" for c in OURS for f in c.frames if not f.terms(language)
    ]
    assert bare == []


def test_no_term_stands_in_a_list_twice():
    for concept in OURS:
        for frame in (*concept.frames, concept.aside):
            for language in LANGUAGES:
                keys = [term_key(term) for term in frame.terms(language)]
                assert len(keys) == len(set(keys)), (concept.name, frame.name)


# --- a person's own ------------------------------------------------------------


def test_a_new_concept_is_added():
    mine = Concept("maize", (Frame("corn", ("corn",), ("maíz",)),))
    assert lexicon((mine,)) == (*OURS, mine)


def test_a_concept_of_the_same_name_is_extended_frame_by_frame():
    mine = Concept(
        "migrants",
        (
            Frame("papers", ("sans papers",)),
            Frame("guests", ("guests",), ("huéspedes",)),
        ),
        Frame("aside", ("migrant birds",)),
    )
    told, before = frames("migrants", mine), frames("migrants")
    assert told["papers"].en == (*before["papers"].en, "sans papers")
    assert told["papers"].es == before["papers"].es
    assert told["guests"] == Frame("guests", ("guests",), ("huéspedes",))
    assert told["neutral"] == before["neutral"]
    [found] = [c for c in lexicon((mine,)) if c.name == "migrants"]
    assert "migrant birds" in found.aside.en and "refugee camp" in found.aside.en


def test_a_term_of_theirs_loses_the_frame_it_has_in_ours():
    mine = Concept("migrants", (Frame("slur", ("ILLEGALS", "Illegals")),))
    told = frames("migrants", mine)
    assert "illegals" not in told["illegality"].en
    assert told["slur"].en == ("ILLEGALS", "Illegals")


def test_a_concept_may_replace_ours():
    mine = Concept("migrants", (Frame("all", ("migrants",)),), replaces=True)
    assert [c.name for c in lexicon((mine,))] == [c.name for c in OURS]
    assert frames("migrants", mine) == {"all": Frame("all", ("migrants",))}


# --- mistakes ------------------------------------------------------------------

GOOD = """\
- concept: wall
  frames:
    - {frame: wall, en: [wall], es: muro}
    - {frame: fence, en: [fence]}
  aside: {en: [Wall Street]}
"""


def test_a_file_is_read():
    assert read_concepts(GOOD) == [
        Concept(
            "wall",
            (Frame("wall", ("wall",), ("muro",)), Frame("fence", ("fence",))),
            Frame("aside", ("Wall Street",)),
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("- concept: wall", "- koncept: wall", "1: unknown key koncept; did you mean"),
        ("  aside:", "  frames:", "5: frames stands there twice; remove"),
        ("{frame: fence,", "{", "4: frame is missing"),
        ("frame: fence", "frame: wall", "4: wall stands there twice; merge"),
        ("en: [fence]", "en: []", "4: fence has no terms; give en or es"),
        ("[fence]", "[Wall]", "4: 'Wall' is a term of wall too; remove one"),
        ("[fence]", "[fen*ce]", "4: 'fen*ce': * stands at the end alone"),
        ("[fence]", "['*']", "4: '*' has no word; write one or remove it"),
        ("[fence]", "[[fence]]", "4: expected a text"),
        ("[Wall Street]", "['--']", "5: '--' has no word"),
        ("{en: [Wall Street]}", "Wall Street", "5: expected a mapping with the keys"),
        ("aside: {en: [Wall Street]}", "frames: []", "5: frames stands there twice"),
        (GOOD, "- concept: wall\n  frames: []", "2: expected a list of frames"),
        (GOOD, "wall\n", "1: expected a list"),
        (GOOD, "", "1: expected a list"),
        (GOOD, GOOD + GOOD, "6: wall stands there twice; merge them"),
        ("[fence]", "[fence", "4: is not YAML"),
    ],
)
def test_a_mistake_names_its_line_and_the_remedy(old, new, says):
    with pytest.raises(ConfigError) as caught:
        read_concepts(GOOD.replace(old, new), "mine.yaml")
    assert str(caught.value).startswith(f"mine.yaml:{says}")
