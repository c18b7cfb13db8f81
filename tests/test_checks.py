import pytest

from monitor.model import LANGUAGES
from monitor.translation.checks import MEANINGS, UNREADABLE, severity, warnings


def test_a_good_translation_passes_every_check():
    assert (
        warnings(
            "El gobierno no cerrará los 32 puentes este jueves",
            "The government will not close the 32 bridges this Thursday",
            "es",
            "en",
        )
        == ()
    )


def test_a_blank_text_needs_no_translation():
    assert warnings(" ", "", "es", "en") == ()


@pytest.mark.parametrize("blank", ["", "  \n"])
def test_an_empty_translation_is_warned_of_and_of_nothing_else(blank):
    assert warnings("No habrá agua en 40 colonias", blank, "es", "en") == ("empty",)


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Cierran el puente de la frontera", "Cierran el puente de la frontera"),
        ("CIERRAN EL PUENTE DE LA FRONTERA", "Cierran el puente de la frontera"),
        (
            "Cierran el puente de la frontera por la lluvia",
            "Close el puente de la frontera por la rain",
        ),
    ],
)
def test_text_left_in_its_own_language_is_warned_of(text, translation):
    assert warnings(text, translation, "es", "en") == ("untranslated",)


def test_english_left_in_english_is_warned_of_even_in_title_case():
    text = "Border Bridge Closes After Night Of Heavy Rain"
    assert warnings(text, text, "en", "es") == ("untranslated",)


@pytest.mark.parametrize(
    "name", ["Tijuana", "Los Mochis, Sin.", "Ana de la Torre", "EL PASO", "2026"]
)
def test_a_name_may_stay_as_it_is(name):
    assert warnings(name, name, "es", "en") == ()


def test_a_translation_with_a_spanish_name_in_it_is_english():
    assert (
        warnings(
            "La Voz de la Frontera cumple años",
            "La Voz de la Frontera celebrates its birthday",
            "es",
            "en",
        )
        == ()
    )


def test_a_translation_that_quotes_the_other_language_is_still_a_translation():
    text = "“De la A a la Z” encabeza la lista de libros"
    assert warnings(text, "“De la A a la Z” on the list of books", "es", "en") == ()


def test_a_translation_of_odd_length_is_warned_of():
    text = "El gobierno anuncia obras en el puente de la frontera norte"
    assert warnings(text, "The government", "es", "en") == ("length",)
    long = "The government announces " + "works on bridges and roads and " * 4
    assert "length" in warnings(text, long, "es", "en")


def test_the_length_of_a_short_text_says_nothing():
    assert warnings("SRE", "Secretariat of Foreign Affairs", "es", "en") == ()


@pytest.mark.parametrize(
    "translation",
    [
        "Rain rain rain closes the bridge",
        "The bridge is closed, the bridge is open, the bridge is wet",
    ],
)
def test_a_translation_that_repeats_itself_is_warned_of(translation):
    text = "La lluvia cierra el puente de la frontera norte"
    assert warnings(text, translation, "es", "en") == ("repeats",)


def test_a_text_that_repeats_itself_may_be_translated_so():
    assert warnings("¡Gol, gol, gol en Tijuana!", "Goal, goal, goal!", "es", "en") == ()


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        (
            "ALERTA EN LA FRONTERA: cierran el puente",
            "ALERTA EN LA FRONTERA: they close the bridge",
        ),
        (
            "¡NO LO VAS A CREER! El río crece en Tijuana",
            "¡NO LO VAS A CREER! The river grows in Tijuana",
        ),
    ],
)
def test_capitals_left_as_they_were_are_warned_of(text, translation):
    assert warnings(text, translation, "es", "en") == ("capitals",)


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("SRE y FGR firman un acuerdo hoy", "SRE and FGR sign an agreement today"),
        ("IMSS INFONAVIT abre oficinas", "IMSS INFONAVIT opens offices"),
        ("Cierra LA JOYA ISD sus aulas", "LA JOYA ISD closes its classrooms"),
        ("ALERTA EN LA FRONTERA: cierran", "ALERT AT THE BORDER: they close"),
    ],
)
def test_acronyms_and_translated_capitals_are_no_sign(text, translation):
    assert warnings(text, translation, "es", "en") == ()


@pytest.mark.parametrize(
    ("text", "translation", "source", "target"),
    [
        ("¡Hola, vecinos! ¿Cómo va la obra?", "How goes the work?", "es", "en"),
        ("¿Quién paga? El muro sigue ahí", "The wall is still there", "es", "en"),
        ("Who pays? The wall stays there", "El muro sigue ahí hoy", "en", "es"),
    ],
)
def test_a_question_or_exclamation_that_is_lost_is_warned_of(
    text, translation, source, target
):
    assert "sentence-lost" in warnings(text, translation, source, target)


def test_marks_may_be_fewer_in_number_if_no_sentence_is_lost():
    text = "¡¡Gol de México!!! ¿Y ahora qué sigue?"
    assert warnings(text, "Goal of Mexico! And what comes now?", "es", "en") == ()


def test_a_translation_into_a_third_language_is_warned_of():
    text = (
        "El gobierno anunció que cerrará varios puentes fronterizos durante tres"
        " semanas para reparar daños causados por lluvias"
    )
    third = (
        "Rząd ogłosił zamknięcie kilku mostów granicznych przez trzy tygodnie celem"
        " naprawy szkód spowodowanych przez deszcze letnie"
    )
    assert warnings(text, third, "es", "en") == ("wrong-language",)


def test_a_name_without_any_of_its_forms_is_warned_of():
    names = [("Trump",), ("USMCA", "T-MEC")]
    text = "Trump revisa el T-MEC en julio"
    good, bad = "Trump reviews the USMCA in July", "Triumph reviews the T-MEC in July"
    assert warnings(text, good, "es", "en", names) == ()
    assert warnings(text, bad, "es", "en", names) == ("names-lost",)


def test_a_name_is_looked_for_by_whole_words_whatever_accents_and_case():
    names = [("México",), ("Paz",)]
    assert warnings("México y Paz", "MEXICO and paz", "es", "en", names) == ()
    assert "names-lost" in warnings("La Paz hoy", "The topaz now", "es", "en", names)


def test_unreadable_translations_are_the_worst():
    milder = [code for code in MEANINGS if code not in UNREADABLE]
    assert severity(()) == 0
    assert all(severity([grave]) > severity(milder) for grave in UNREADABLE)
    assert set(MEANINGS) >= UNREADABLE


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Cierran 32 puentes hoy", "They close bridges today"),
        ("Multa de 1,500 pesos hoy", "Fine of 150 pesos today"),
        ("Sube 17.8 por ciento hoy", "It rises 17 percent today"),
    ],
)
def test_a_lost_number_is_warned_of(text, translation):
    assert warnings(text, translation, "es", "en") == ("numbers-lost",)


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Multa de 1.500 pesos hoy", "Fine of 1,500 pesos today"),
        ("Cierran 3 puentes hoy", "They close three bridges today"),
        ("Venden 20 mil 900 casas", "They sell 20,900 houses"),
        ("Invierten 26 mil mdp hoy", "They invest 26 billion pesos"),
        ("Cuesta 124.5 mil mdd hoy", "It costs 124.5 billion dollars"),
    ],
)
def test_a_number_written_otherwise_is_not_lost(text, translation):
    assert warnings(text, translation, "es", "en") == ()


def test_a_century_may_become_roman():
    text, translation = "A 19th century bridge falls", "Cae un puente del siglo XIX"
    assert warnings(text, translation, "en", "es") == ()


def test_a_number_of_any_length_can_be_checked():
    number = "9" * 5000
    assert warnings(number, number, "es", "en") == ()


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Donde NO habrá agua el lunes", "Where there will be water on Monday"),
        ("Ninguna prueba vincula al alcalde", "Any test links to the mayor"),
        ("Estados Unidos no cierra el puente", "United States closes the bridge"),
        ("El puente no abre hasta hoy", "The bridge opens until today"),
        ("La industria no es importante", "The industry is important"),
        ("No es información de impacto", "It is information of impact"),
        ("No cesa el homicidio de homeless", "The homicide of homeless ceases"),
        ("El alcalde dijo que no", "The mayor said that yes"),
    ],
)
def test_a_lost_denial_is_warned_of(text, translation):
    assert warnings(text, translation, "es", "en") == ("negation-lost",)


@pytest.mark.parametrize(
    "translation",
    ["They don’t pay", "It is unpaid", "They refuse to pay", "Nobody pays"],
)
def test_a_denial_in_other_words_is_not_lost(translation):
    assert warnings("No quieren pagar", translation, "es", "en") == ()


def test_a_denial_in_english_must_reach_spanish():
    text = "Officials did not close the bridge"
    assert warnings(text, "Cerraron el puente de la ciudad", "en", "es") == (
        "negation-lost",
    )
    assert warnings(text, "No cerraron el puente de la ciudad", "en", "es") == ()


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Texas voters say no", "Votantes de Texas dicen núm"),
        ("Trump says 'no.' Then he left", "Trump dice 'sí.' Entonces salió"),
        ("Did they say yes or no?", "¿Dijeron sí o qué?"),
        ("They did not close it after all", "La cerraron después de todo"),
        ("They did not inform the police", "Hay información de la policía"),
        ("They never deal", "Hay negociaciones en el desfile"),
    ],
)
def test_a_denial_lost_in_spanish_is_warned_of(text, translation):
    assert "negation-lost" in warnings(text, translation, "en", "es")


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("It was No. 5 in Texas", "Era Núm. 5 en Texas"),
        ("Texas voters say no", "Votantes de Texas dicen no"),
        ("They did not obey the law", "Incumplieron la ley"),
    ],
)
def test_spanish_may_deny_in_other_words(text, translation):
    assert warnings(text, translation, "en", "es") == ()


def test_nevertheless_denies_nothing():
    assert warnings("No obstante, abren", "Nevertheless, they open", "es", "en") == ()


def test_several_warnings_come_in_the_order_of_their_meanings():
    text = "No cierran los 32 puentes de la frontera norte"
    found = warnings(text, "Rain rain rain", "es", "en")
    assert found == ("length", "repeats", "numbers-lost", "negation-lost")
    assert list(found) == [code for code in MEANINGS if code in found]


def test_every_meaning_is_given_in_both_languages():
    assert all(set(meaning) == set(LANGUAGES) for meaning in MEANINGS.values())
