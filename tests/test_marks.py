"""Marks say of a story what its texts do."""

from hypothesis import given
from hypothesis import strategies as st

from builders import item, translation, watchlist
from monitor.coverage.marks import Marker, Marks, Tally, by_story
from monitor.coverage.themes import Lexicon, tag
from monitor.coverage.watch import matches
from monitor.model import Assignment, Member, Story, Why
from monitor.query import parse_query
from monitor.readers import Watchlist
from monitor.theme import Theme

WORDS = ("water", "agua", "steel", "acero", "rain", "dam", "US", "us")
WATER = Theme("water", "Water", "Agua", ("water", "dam"), ("agua",))
STEEL = Theme("steel", "Steel", "Acero", ("steel",), ("acero",))
LEXICON = Lexicon((STEEL, WATER))
LISTS = (
    watchlist("Water", "water", "agua"),
    Watchlist("Dry", query=parse_query("steel AND NOT water")),
    watchlist("US", "US"),
)
MARKER = Marker(LEXICON, LISTS)

texts = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)


@st.composite
def stories(draw) -> Story:
    """Of one item to six, some translated, some copies of others."""
    members = []
    for n in range(draw(st.integers(1, 6))):
        of = item(
            draw(texts),
            draw(st.sampled_from(["US", "MX"])),
            summary=draw(texts),
            minutes=n,
            id=f"i{n}",
        )
        made = {}
        if draw(st.booleans()):
            made = {"en" if of.language == "es" else "es": translation(of, draw(texts))}
            made = {t.language: t for t in made.values()}
        copied = draw(st.sampled_from([None, None, "i0"]))
        members.append(Member(of, Assignment(of.id, "s", 1.0, Why({}), copied), made))
    return Story("s", tuple(members))


@given(
    stories(),
    st.sampled_from(
        [MARKER, Marker(), Marker(LEXICON), Marker(Lexicon(()), LISTS[:1])]
    ),
)
def test_marks_tell_what_the_texts_do(found, marker):
    marks = {m.item.id: marker.marks((m.item, m.translations)) for m in found.members}
    told = marker.from_marks(found, marks)
    assert told.themes == tag(found, marker.lexicon)
    assert told.watchlists == matches(found, marker.watchlists)


@given(stories())
def test_tallies_tell_the_themes_too(found):
    tallies = [
        Tally(
            "s",
            m.assignment.copy_of is not None,
            MARKER.marks((m.item, m.translations)).themes,
            1,
        )
        for m in found.members
    ]
    assert by_story(tallies, LEXICON).get("s", ()) == tag(found, LEXICON)


def test_items_are_marked_in_the_order_of_the_lexicon_and_the_lists():
    both = item("Water for US steel")
    assert MARKER.marks((both, {})) == Marks(("steel", "water"), ("Water", "US"))


def test_a_translation_counts_for_watch_lists_alone():
    spanish = item("Llueve", "MX")
    made = {"en": translation(spanish, "Steel falls")}
    assert MARKER.marks((spanish, made)) == Marks((), ("Dry",))


def test_the_version_tells_every_change():
    longer = Theme("water", "Water", "Agua", ("water", "dams"), ("agua",))
    versions = {
        marker.version
        for marker in (
            MARKER,
            Marker(LEXICON),
            Marker(LEXICON, LISTS[1:]),
            Marker(Lexicon((STEEL, longer)), LISTS),
            Marker(LEXICON, (*LISTS[:2], watchlist("US", "US", "EE. UU."))),
            Marker(LEXICON, (*LISTS[:2], Watchlist("US", ("US",), en=("USA",)))),
        )
    }
    assert len(versions) == 6
    assert Marker(Lexicon((STEEL, WATER)), LISTS).version == MARKER.version


def test_a_story_of_nothing_has_no_themes():
    assert tag(Story("s", ()), LEXICON) == ()
    assert by_story([], LEXICON) == {}
    assert MARKER.from_marks(Story("s", ()), {}) == Marks()
