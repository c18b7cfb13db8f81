"""Tokens, word counts, aliases and names, and the terms that come of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import item, reading
from monitor.entry import Entry
from monitor.model import Language
from monitor.stories.aliases import Aliases, aliases
from monitor.stories.background import LEMMAS, background
from monitor.stories.names import has_title_case
from monitor.stories.terms import TermReader, Terms, proper_words
from monitor.stories.tokens import tokenize

READER = TermReader(background(), aliases())
COUNTRY = {"en": "US", "es": "MX"}


def terms(
    title: str,
    language: Language = "es",
    summary: str = "",
    english: str | None = None,
) -> Terms:
    of = item(title, COUNTRY[language], language, summary=summary)
    return READER.read(reading(of, english))


def found_names(title: str, language: Language = "es") -> set[str]:
    return set(terms(title, language).masses)


def numbers(title: str, language: Language = "es") -> set[str]:
    return {key for key in terms(title, language).names if key.startswith("#")}


def keys(text: str, language: Language) -> list[str]:
    found = aliases().find(tokenize(text, language), language)
    return [place.alias.key for place in found]


# --- tokens --------------------------------------------------------------------------


def test_words_keep_accents_as_written_and_lose_them_folded():
    made = tokenize("México, Peña y Ñuñoa", "es")
    assert [t.text for t in made] == ["México", "Peña", "y", "Ñuñoa"]
    assert [t.folded for t in made] == ["mexico", "pena", "y", "nunoa"]


def test_an_acronym_is_one_word_without_its_full_stops():
    made = tokenize("EE.UU. and U.S. agree", "en")
    assert [t.text for t in made] == ["EEUU", "and", "US", "agree"]


def test_a_possessive_is_the_word_itself():
    for text in ("García's lawyer", "García’s lawyer"):
        assert tokenize(text, "en")[0].text == "García"


def test_numbers_are_whole_tokens():
    made = tokenize("1,500 casas, 7.1 grados y 30%", "es")
    assert [t.text for t in made if t.is_number] == ["1,500", "7.1", "30%"]


def test_inflected_words_share_a_lemma_in_each_language():
    [one], [many] = tokenize("tariff", "en"), tokenize("tariffs", "en")
    assert one.lemma == many.lemma
    [uno], [muchos] = tokenize("arancel", "es"), tokenize("aranceles", "es")
    assert uno.lemma == muchos.lemma


@pytest.mark.parametrize(
    "text", ["Ayer. Hoy", "Ayer: Hoy", "¿Hoy", "dijo “Hoy", "Ayer — Hoy", "Hoy"]
)
def test_a_word_that_opens_a_sentence_says_nothing_by_its_capital(text):
    assert tokenize(text, "es")[-1].is_first


def test_a_word_after_a_comma_opens_nothing():
    assert not tokenize("ayer, Hoy", "es")[-1].is_first


@given(st.text(max_size=60), st.sampled_from(["en", "es"]))
@settings(max_examples=150, deadline=None)
def test_every_token_stands_in_its_text(text, language):
    for token in tokenize(text, language):
        assert token.text
        assert set(token.text) <= set(text)


# --- background ----------------------------------------------------------------------


def test_a_common_word_is_less_rare_than_a_rare_one_and_that_than_an_unseen_one():
    counts = background()
    common, rare, unseen = (
        counts.rarity("lemmas-es", word) for word in ("presidente", "tsunami", "xqzv")
    )
    assert 0 <= common < rare < unseen


def test_shares_are_of_the_items_counted():
    counts = background()
    assert counts.share("lemmas-en", "xqzv") == 0
    for table in ("english", *LEMMAS.values(), "names"):
        assert max(counts.counts[table].values()) <= counts.items[table]


def test_the_counts_we_ship_are_folded_as_tokens_are():
    counts = background()
    assert "sinaloa" in counts.proper
    for table in LEMMAS.values():
        assert not any(set("áéíóúñü") & set(word) for word in counts.counts[table])


# --- aliases -------------------------------------------------------------------------

SAME = [
    ("US", "EE.UU."),
    ("U.S.", "EEUU"),
    ("United States", "Estados Unidos"),
    ("American", "estadounidense"),
    ("USMCA", "T-MEC"),
    ("UN", "ONU"),
    ("United Nations", "Naciones Unidas"),
    ("Mexico City", "Ciudad de México"),
    ("Mexican", "mexicanos"),
    ("tariffs", "aranceles"),
    ("Gulf of Mexico", "Golfo de México"),
    ("Powerball", "Melate"),
]


@pytest.mark.parametrize(("english", "spanish"), SAME, ids=str)
def test_both_languages_have_one_key(english, spanish):
    [one], [other] = keys(english, "en"), keys(spanish, "es")
    assert one == other


def test_the_united_states_may_be_written_with_a_blank():
    assert keys("EE. UU.", "es") == keys("US", "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [("he told us", "en"), ("un hombre, una mujer", "es"), ("it is on", "en")],
)
def test_capitals_only_match_capitals(text, language):
    assert not keys(text, language)


@pytest.mark.parametrize("text", ["MÉXICO", "Mexico", "mexico", "México"])
def test_other_forms_match_whatever_their_case_and_accents(text):
    assert keys(text, "es") == keys("Mexico", "en")


def test_longer_forms_win_and_none_overlap():
    found = keys("Nuevo México, Ciudad de México y México", "es")
    assert len(set(found)) == len(found) == 3
    assert found[2:] == keys("Mexico", "en")
    assert found[:2] == keys("New Mexico, Mexico City", "en")


def test_a_form_does_not_match_a_part_of_a_word():
    assert not keys("Mexicali", "es")


def test_an_alias_says_where_it_stands():
    fox = Entry("name", ("Red Fox", "RF"), ("Zorro Rojo",))
    table = Aliases([fox, Entry("name", ("Blue Dog",), ("Perro Azul",), match=False)])
    [place] = table.find(tokenize("the red fox ran", "en"), "en")
    assert (place.alias.key, place.start, place.end) == ("@red-fox", 1, 3)
    assert not table.find(tokenize("the blue dog", "en"), "en")
    assert not table.find(tokenize("el zorro corre", "es"), "es")
    assert not table.find(tokenize("the red fox", "es"), "es")


# --- names ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("El exgobernador declaró que Peña no sabía nada", "pena"),
        ("Un juez ordena liberar a García tras la audiencia", "garcia"),
        ("La ciudad chilena de Ñuñoa amanece sin agua potable", "nunoa"),
        ("Rescatan a una familia en el cerro del Ángel", "angel"),
        ("Los vecinos de Álvaro Obregón exigen pipas", "alvaro"),
    ],
)
def test_names_with_accents_are_names(title, name):
    assert name in found_names(title)


def test_mexico_is_a_name_with_and_without_its_accent():
    [one], [other] = found_names("Hoy en México llueve"), found_names("Hoy en MEXICO")
    assert one == other


@pytest.mark.parametrize("written", ["Muñoz", "Munoz", "MUÑOZ"])
def test_a_name_is_one_whatever_its_accents_and_case(written):
    title = f"Un juez federal ordena liberar al abogado {written} esta tarde"
    assert found_names(title) == {"munoz"}


def test_a_title_in_title_case_gives_its_names_alone():
    found = found_names("The Governor Signs Water Bill in Sacramento With Peña", "en")
    assert found == {"sacramento", "pena"}


def test_a_title_in_sentence_case_gives_its_capitals():
    found = found_names("Storm hits the harbor of Duluth and moves on to Xalapa", "en")
    assert found == {"duluth", "xalapa"}


def test_a_title_without_capitals_gives_the_names_we_know():
    assert "culiacan" in found_names("bloqueos en culiacán esta mañana")


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("It all happened on a Monday in March", "en"),
        ("Todo pasó en Lunes y en Marzo", "es"),
    ],
)
def test_the_calendar_is_no_name(title, language):
    assert not found_names(title, language)


def test_a_name_of_several_words_is_shown_whole_and_counts_once():
    made = terms("Esta tarde habla Rocío Nahle sobre el puerto de Veracruz")
    assert made.surfaces["nahle"] == made.surfaces["rocio"] == "Rocío Nahle"
    shares = [made.masses[key][1] for key in ("rocio", "nahle")]
    assert sum(shares) == pytest.approx(1)


def test_a_rare_name_weighs_more_than_a_common_one():
    made = terms("El martes llegó Trump a la ciudad de Ñuñoa con su familia")
    assert made.masses["nunoa"][0] > made.masses["trump"][0]
    assert made.names["nunoa"] > made.names["trump"]


def test_has_title_case_asks_for_most_longer_words():
    assert has_title_case(tokenize("Governor Signs a Water Bill", "en"))
    assert not has_title_case(tokenize("Governor signs a water bill in Ohio", "en"))
    assert not has_title_case([])


# --- numbers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("Suman 13 mil casos", "Cases reach 13,000"),
        ("Suman 13,000 casos", "Cases reach 13 thousand"),
        ("Son 1.500,75 euros", "It is 1,500.75 euros"),
        ("Piden 2 mil mdd", "They ask $2 billion"),
        ("Piden 3 millones", "They ask 3,000,000"),
        ("Sube 30 por ciento", "It rises 30%"),
        ("Sube 30%", "It rises 30 percent"),
        ("Sismo de 7.1 grados", "A 7.1 quake"),
    ],
)
def test_a_number_is_one_in_both_languages(spanish, english):
    assert numbers(spanish) == numbers(english, "en")
    assert len(numbers(spanish)) == 1


def test_a_share_is_not_an_amount():
    assert not numbers("Sube 30 pesos") & numbers("Sube 30 por ciento")


def test_only_the_number_before_percent_is_a_share():
    assert numbers("Of 1,500 30 percent left", "en") == {"#1500", "#30%"}


def test_a_long_code_is_no_number():
    assert not numbers("Llame al 5255192837465011")


def test_numbers_have_no_mass_of_names():
    assert "#45" not in terms("Rescatan a 45 mineros en Sabinas hoy").masses


# --- terms ---------------------------------------------------------------------------

LEAD = "El alcalde inauguró una presa en la sierra."
DATELINES = [
    "MONCLOVA, COAH.- ",
    "CDMX.- ",
    "CIUDAD DE MÉXICO (EFE).- ",
    "Washington, D.C. — ",
    "Ñuñoa, Chile. ",
    "SAN LUIS POTOSÍ (AP) — ",
]


@pytest.mark.parametrize("dateline", DATELINES)
def test_a_dateline_is_not_read(dateline):
    assert terms("Nueva presa", summary=dateline + LEAD) == terms(
        "Nueva presa", summary=LEAD
    )


def test_a_name_that_opens_a_summary_is_read():
    made = terms("Nueva presa", summary="Rocío Nahle inauguró la obra en Xalapa.")
    assert {"nahle", "xalapa"} <= set(made.masses)


def test_a_dateline_inside_the_text_is_read():
    made = terms("Presa", summary=f"{LEAD} Luego viajó a Monclova, Coahuila.")
    assert "monclova" in made.masses


@pytest.mark.parametrize("tail", ["TE PUEDE INTERESAR: Ñuñoa", "READ MORE: Ñuñoa"])
def test_promotion_after_a_summary_is_not_read(tail):
    assert terms("Presa", summary=f"{LEAD} {tail}") == terms("Presa", summary=LEAD)


def test_what_follows_the_lead_is_not_read():
    long = "El alcalde inauguró una presa en la sierra con vecinos. " * 20
    assert terms("Presa", summary=f"{long} Ñuñoa") == terms("Presa", summary=long)


def test_bags_have_length_one():
    made = terms("Rocío Nahle inaugura una presa", summary=LEAD)
    for bag in (made.english, made.original, made.names):
        assert sum(weight.whole**2 for weight in bag.values()) == pytest.approx(1)
    assert sum(w.title**2 for w in made.english.values()) == pytest.approx(1)
    assert sum(w**2 for w in made.letters.values()) == pytest.approx(1)


def test_letters_are_the_runs_of_four_of_the_items_own_words():
    made = terms("Ñuñoa", english="Nunoa in the mountains")
    assert list(made.letters) == ["^nun", "nuno", "unoa", "noa$"]
    assert len(set(made.letters.values())) == 1


def test_words_that_both_languages_spell_alike_have_letters_in_common():
    spanish, english = terms("refinería incendiada"), terms("refinery burns", "en")
    assert {"^ref", "refi", "efin", "fine"} <= set(spanish.letters)
    assert {"^ref", "refi", "efin", "fine"} <= set(english.letters)


def test_short_and_common_words_have_no_letters():
    assert not terms("With the ten and that for six", "en").letters
    assert not terms("esta ciudad con una vez", "es").letters


def test_a_rare_words_letters_weigh_more_than_a_common_ones():
    made = terms("la presidenta en Ñuñoa")
    assert made.letters["nuno"] > made.letters["side"]


def test_a_spanish_item_meets_an_english_one_in_the_english_channel():
    made = terms("Rocían la presa", english="They spray the reservoir")
    assert {"spray", "reservoir"} <= set(made.english)
    assert "presa" not in made.english
    assert "presa" in made.original


def test_a_spanish_item_keeps_its_own_keys_beside_a_broken_translation():
    made = terms("Suben los aranceles", english="They climb the arancelss")
    assert "@tariff" in made.english
    assert "@tariff" in made.words


@pytest.mark.parametrize("english", ["", "  "])
def test_without_english_an_item_has_its_own_words_and_the_keys(english):
    made = terms("Suben los aranceles a la presa", english=english)
    assert {"@tariff", "presa"} <= set(made.english)


def test_words_that_every_item_has_say_nothing():
    made = terms("The mayor and the reservoir", "en")
    assert "the" not in made.original
    assert "reservoir" in made.original


@pytest.mark.parametrize("text", ["", " ", "...", "😀", "\x00\x01", "—"])
def test_a_text_that_says_nothing_has_empty_bags(text):
    made = terms(text, summary=text, english=text)
    assert not (made.english or made.original or made.names or made.words)
    assert not made.letters


def test_every_term_has_a_surface_a_person_wrote():
    made = terms("EE.UU. sube aranceles 25% a Ñuñoa", english="US raises tariffs 25%")
    for key in (*made.english, *made.original, *made.names, *made.words):
        assert not made.surfaces[key].startswith(("@", "#"))
    assert made.surfaces["@tariff"] == "aranceles"


def test_occurring_counts_what_reading_weighs():
    of = reading(
        item("Rocío Nahle sube aranceles", "MX", summary=LEAD), "Nahle raises tariffs"
    )
    counted = dict(READER.occurring(of))
    made = READER.read(of)
    assert set(made.english) <= counted["english"]
    assert set(made.original) <= counted["lemmas-es"]
    assert set(made.names) == counted["names"]


def test_proper_words_come_from_where_capitals_tell():
    english = item("Duluth Wakes Up Under Snow", summary="The town of Duluth woke up.")
    assert ("duluth", True) in set(proper_words(english))
    assert ("wakes", True) not in set(proper_words(english))
    spanish = item("La nieve cubre Ñuñoa por la mañana", "MX")
    assert {("nunoa", True), ("nieve", False)} <= set(proper_words(spanish))


def test_a_translation_that_cannot_be_read_is_left_aside():
    of = item("Cierran el puente de Laredo", "MX", "es")
    good = READER.read(reading(of, "They close the bridge of Laredo"))
    bad = READER.read(reading(of, "They close the bridge", doubts=("repeats",)))
    without = READER.read(reading(of))
    doubted = READER.read(reading(of, "They close the bridge", doubts=("length",)))
    assert bad == without
    assert good.english != without.english
    assert doubted.english != without.english


def test_a_bad_summary_does_not_cost_the_headline():
    of = item("Cierran el puente de Laredo", "MX", "es", summary="Habrá largas filas")
    title, summary = "They close the bridge of Laredo", "Habrá largas filas"
    both = reading(of, title, summary, doubts=("summary:untranslated",))
    assert READER.read(both) == READER.read(reading(of, title))
