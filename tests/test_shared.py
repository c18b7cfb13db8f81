"""What the items of a story have in common, in each language."""

from hypothesis import given
from hypothesis import strategies as st

from builders import assignment, item, member, story, translation
from monitor.model import Member, Story
from monitor.stories.aliases import aliases
from monitor.stories.background import background
from monitor.stories.shared import read_members, shared_terms
from monitor.stories.terms import TermReader

READER = TermReader(background(), aliases())


def shared(*members):
    return shared_terms(read_members(story(*members), READER.read_briefly))


def test_each_language_says_what_its_items_share_in_its_own_words():
    found = shared(
        item("Measles spreads from Seminole, Texas", minutes=1),
        item("Seminole buries a second child as measles spreads", minutes=2),
        item("El sarampión llega de Seminole a Cuauhtémoc", "MX", minutes=3),
        item("Brote de sarampión en Seminole", "MX", minutes=4),
    )
    assert found.both == ("Seminole",)
    assert found.terms == {
        "en": ("Seminole", "Measles", "spreads"),
        "es": ("Seminole", "sarampión"),
    }


def test_what_less_than_half_of_a_languages_items_say_is_not_shared():
    found = shared(
        item("Otis nears Acapulco", minutes=1),
        item("Otis nears Guerrero coast", minutes=2),
        item("Otis kills dozens", minutes=3),
        item("Otis leaves Acapulco", minutes=4),
        item("Otis relief starts", minutes=5),
    )
    assert "Otis" in found.terms["en"]
    assert "Acapulco" not in found.terms["en"], "two of five"


def test_a_single_item_of_a_language_shares_names_with_the_other_or_nothing():
    found = shared(
        item("Hurricane Otis nears Zihuatanejo", minutes=1),
        item("Otis avanza hacia Acapulco", "MX", minutes=2),
        item("Llega Otis a Acapulco", "MX", minutes=3),
    )
    assert found.terms["en"] == ("Otis",)
    assert found.both == ("Otis",)


def test_a_name_that_the_languages_write_differently_is_in_both():
    found = shared(
        item("Tariffs hit the United States", minutes=1),
        item("Aranceles golpean a Estados Unidos", "MX", minutes=2),
    )
    assert found.both == ("United States",)
    assert "Estados Unidos" in found.terms["es"]


def test_a_story_of_one_item_shares_nothing():
    found = shared(item("Otis nears Acapulco"))
    assert (found.terms, found.both) == ({"en": (), "es": ()}, ())


def test_copies_share_nothing_by_being_copies():
    one, two = item("Otis nears Acapulco", id="a"), item("Otis nears Acapulco", id="b")
    told = Story(
        "sa",
        (
            Member(one, assignment(one, "sa"), {}),
            Member(two, assignment(two, "sa", copy_of="a"), {}),
        ),
    )
    assert len(read_members(told, READER.read_briefly)) == 1


def test_the_rarer_comes_first_and_no_word_twice():
    found = shared(
        item("Texas floods, says Ofelia Quintanar", minutes=1),
        item("Ofelia Quintanar flies to flooded Texas", minutes=2),
    )
    assert found.terms["en"] == ("Ofelia Quintanar", "floods", "Texas")


def test_a_story_is_read_in_english_where_asked_and_translated():
    agua = item("Sequía en la presa", "MX")
    told = story(member(agua, translation(agua, "Drought at the dam")))
    [own] = read_members(told, READER.read_briefly)
    [english] = read_members(told, READER.read_briefly, in_english=True)
    assert "dam" in english.words
    assert "dam" not in own.words


def test_a_name_is_written_without_another_that_is_not_shared():
    found = shared(
        item("Rain reaches the Rosarito Ensenada corridor", minutes=1),
        item("Rain closes schools, and Rosarito waits", minutes=2),
    )
    assert "Rosarito" in found.terms["en"]
    assert not any("Ensenada" in term for term in found.terms["en"])


def test_a_name_of_one_language_is_not_in_both():
    found = shared(
        item("Rosarito and Coronado wait for rain", minutes=1),
        item("Rain closes schools of Rosarito and Coronado", minutes=2),
        item("Llueve en Rosarito", "MX", minutes=3),
    )
    assert found.both == ("Rosarito",)
    assert "Coronado" in found.terms["en"]


def test_words_that_are_in_all_news_are_not_worth_showing():
    found = shared(
        item("Rosarito could get new rules", minutes=1),
        item("What could come after the rain in Rosarito", minutes=2),
    )
    assert found.terms["en"] == ("Rosarito",)


TITLES = st.lists(
    st.sampled_from(["Otis", "Acapulco", "storm", "coast", "Pemex"]), max_size=6
)


@given(st.lists(TITLES.map(" ".join), min_size=2, max_size=5))
def test_what_is_shared_stands_in_half_of_the_items_and_two_at_least(titles):
    items = [item(title, minutes=n, id=str(n)) for n, title in enumerate(titles)]
    for term in shared(*items).terms["en"]:
        those = [title for title in titles if {*term.split()} & {*title.split()}]
        assert len(those) >= max(2, len(titles) / 2)
