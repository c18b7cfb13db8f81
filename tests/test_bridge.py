"""The bridge: its file, and what translations, stories and watch-lists make of it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, item, show, watchlist
from monitor import pipeline
from monitor.clustering import Clustering, Waiting
from monitor.config.read import read_config
from monitor.coverage.watch import matches
from monitor.entry import Entry
from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Language
from monitor.stories.aliases import aliases
from monitor.stories.tokens import tokenize
from monitor.text import fold
from monitor.translation.apertium import ApertiumTranslator
from monitor.translation.bridge import Bridge, bridge, read_bridge
from monitor.translation.bridge_file import read_lines
from monitor.translation.glossary import Glossary, Span
from monitor.verbs import compose

FILE = Path(__file__).parent.parent / "monitor" / "translation" / "bridge.yaml"
TEXT = FILE.read_text(encoding="utf-8")
OURS = bridge()
LINES = """\
# a comment

- {en: USMCA, es: [T-MEC, TMEC], kind: law}
- {both: Nuevo León, kind: place}
- {en: Leon, es: León, kind: place}
- {both: [Donald Trump, Trump], kind: person, match: {es: [trumpista]}}
- {en: million pesos, es: mdp, kind: money, only: es}
- {en: tariffs, es: aranceles, kind: nouns.m}
- {both: [Mario, Ana], kind: given}
- {en: [ceasefire, truce], es: [tregua], kind: word}
- {en: Rio Grande, es: [Río Bravo, río Bravo], kind: river}
"""
SMALL = Bridge(read_bridge(LINES))

installed = pytest.mark.skipif(
    not ApertiumTranslator().supports("es", "en"),
    reason="needs Debian's apertium-eng-spa",
)


def spans(of: Glossary, text: str, language: Language) -> dict[str, str]:
    return {text[s.start : s.end]: s.target for s in of.find(text, language)}


# --- the file ------------------------------------------------------------------------


def test_the_bridge_is_wide():
    kinds = [entry.kind for entry in OURS.entries]
    assert len(kinds) >= 600
    wide = {"person", "place", "body", "group", "law", "river", "company", "team"}
    assert all(kinds.count(kind) >= 25 for kind in wide)


STATES = [
    "Aguascalientes",
    "Baja California",
    "Baja California Sur",
    "Campeche",
    "Chiapas",
    "Chihuahua",
    "Coahuila",
    "Colima",
    "Ciudad de México",
    "Durango",
    "Guanajuato",
    "Guerrero",
    "Hidalgo",
    "Jalisco",
    "Estado de México",
    "Michoacán",
    "Morelos",
    "Nayarit",
    "Nuevo León",
    "Oaxaca",
    "Puebla",
    "Querétaro",
    "Quintana Roo",
    "San Luis Potosí",
    "Sinaloa",
    "Sonora",
    "Tabasco",
    "Tamaulipas",
    "Tlaxcala",
    "Veracruz",
    "Yucatán",
    "Zacatecas",
    "Texas",
    "Nuevo México",
    "Arizona",
    "California",
]


@pytest.mark.parametrize("name", STATES)
def test_every_state_of_mexico_and_of_the_border_is_there(name):
    assert [m.entry.kind for m in OURS.find(f"en {name}", "es")] == ["place"]


def test_entries_stand_in_order_under_their_headings():
    numbers = {line.number: line.entry for line in read_lines(TEXT)}
    heading, last = "", ("", "")
    for number, line in enumerate(TEXT.splitlines(), start=1):
        if line.startswith("#"):
            heading, last = line, ("", "")
        elif line:
            entry = numbers[number]  # one line each
            here = (fold(entry.all_forms("en")[0]), fold(entry.all_forms("es")[0]))
            assert last <= here, f"{heading}, line {number}"
            last = here


def test_what_a_person_is_has_a_date():
    people = [entry for entry in OURS.entries if entry.office]
    assert len(people) >= 60
    for entry in people:
        assert entry.kind == "person"
        assert date(2025, 1, 1) <= entry.checked
        assert entry.since is None or entry.since <= entry.checked


def test_every_office_is_held_once():
    offices = [entry.office for entry in OURS.entries if entry.office]
    several = ("Senator", "Representative", "Justice")
    alone = [office for office in offices if not office.startswith(several)]
    assert len(alone) == len(set(alone))


def test_forms_are_unique_in_each_use():
    uses = [use for entry in OURS.entries for use in set(entry.uses())]
    assert len(uses) == len(set(uses)) > 3000


def test_every_form_that_stories_go_by_can_be_found_and_names_its_entry():
    table = aliases()
    for entry in OURS.entries:
        for language in LANGUAGES:
            for form in entry.all_forms(language) if entry.is_matched else ():
                [place] = table.find(tokenize(form, language), language)
                first = tokenize(entry.all_forms("en")[0], "en")
                assert fold(first[0].text)[0] in place.alias.key, form


# --- what it says --------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_is_damaged(language):
    form = re.compile(r"\w(?:[\w .,'&-]*[\w.])?")
    written = [f for entry in OURS.entries for f in entry.all_forms(language)]
    assert [f for f in written if not form.fullmatch(f) or "  " in f] == []


_CITIES = {
    "Filadelfia": "Philadelphia",
    "Los Ángeles": "Los Angeles",
    "Nueva Inglaterra": "New England",
    "Nueva Orleans": "New Orleans",
    "Nueva York": "New York",
}
_AWAY = {"Cardenales de San Luis": "St. Louis"}
"""A Spanish name whose city could also be another."""
_TEAMS = [
    entry
    for entry in OURS.entries
    if entry.kind == "team" and set(entry.en).isdisjoint(entry.es)
]


def test_a_team_is_of_one_city_in_both_languages():
    for entry in _TEAMS:
        for form in entry.es:
            name, _, there = form.partition(" de ")
            if there and not name.startswith("Liga"):
                city = _AWAY.get(form) or _CITIES.get(there, there)
                assert all(city in english for english in entry.en), form


def test_no_team_has_the_spanish_name_of_another_in_english():
    def nickname(form: str) -> set[str]:
        """*Yanquis de Nueva York* -> Yanquis."""
        return set(form.partition(" de ")[0].split())

    for entry in _TEAMS:
        spanish = {word for form in entry.es for word in nickname(form)}
        english = {word for form in entry.en for word in form.split()}
        for other in _TEAMS:
            if other is not entry:
                assert not (spanish - english) & {
                    w for f in other.en for w in f.split()
                }


_ORDINARY = """
    Acereros Águilas Angelinos Atléticos Azulejos Bravos Cachorros Cardenales
    Cascabeles Cerveceros Cowboys Delfines Espuelas Gemelos Gigantes Guardianes
    Halcones Heat Leones Magic Marineros Mellizos Nacionales Osos Padres Patriotas
    Piratas Potros Rays Reales Rockies Rojos Santos Sultanes Toros Vaqueros
"""
"""Teams are called so, and much else."""


@pytest.mark.parametrize(
    "word",
    _ORDINARY.split(),
)
def test_an_ordinary_word_is_no_team(word):
    for language in LANGUAGES:
        assert OURS.find(word, language) == []


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Padres de San Diego", "es", ["San Diego Padres"]),
        ("Yankees de Nueva York", "es", ["New York Yankees"]),
        ("New York Yankees", "en", ["Yankees de Nueva York"]),
        ("Los Vaqueros desfilan", "es", []),
        ("la Hacienda San José", "es", ["San José"]),
        ("la Secretaría de Hacienda", "es", ["Finance Ministry"]),
        ("ve el Golfo de México", "es", ["Gulf of Mexico"]),
        ("ve el Golfo de América", "es", ["Gulf of America"]),
        ("ve el Golfo de California", "es", ["Gulf of California"]),
        ("el Papa León XIV", "es", ["Pope Leo XIV"]),
        ("el papa León", "es", ["Pope Leo"]),
        ("Pope Leo XIV", "en", ["papa León XIV"]),
        ("Washington Post", "en", ["Washington Post"]),
        ("The New York Times", "es", ["The New York Times"]),
        ("The Wall Street Journal", "es", ["The Wall Street Journal"]),
        ("Los Angeles Times", "es", ["Los Angeles Times"]),
        ("Playas de Rosarito", "es", ["Playas de Rosarito"]),
        ("Día Mundial del Agua", "es", ["World Day"]),
        ("Segunda Guerra Mundial", "es", ["World War II"]),
        ("delitos fiscales", "es", []),
        ("El Centro de Salud", "es", []),
        ("La Línea 3 del Metro", "es", []),
        ("Texas Attorney General's Office", "en", ["Texas", "Fiscalía General"]),
        ("Gaza Health Ministry", "en", ["Ministerio de Salud"]),
        ("U.S. Navy", "en", ["Armada de Estados Unidos"]),
        ("la ciudadanía estadounidense", "es", ["American citizenship"]),
        ("la iniciativa privada", "es", ["private sector"]),
    ],
)
def test_what_ours_makes_of_names(text, language, found):
    assert list(spans(OURS.glossary, text, language).values()) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cruzan el río Bravo", ["Rio Grande"]),
        ("cruzan el Río Bravo", ["Rio Grande"]),
        ("aguas del Río Bravo", ["Rio Grande"]),
        ("caen al río Bravo", ["Rio Grande"]),
        ("Del Río Bravo al sur", ["Rio Grande"]),
        ("EL RÍO BRAVO", ["RIO GRANDE"]),
        ("Río Bravo se desborda", ["Rio Grande"]),
        ("Río Bravo, Tamaulipas", ["Río Bravo, Tamaulipas"]),
        ("Río Bravo, Tamps.", ["Río Bravo, Tamps."]),
        ("alcalde de Río Bravo", ["mayor of Río Bravo"]),
        ("municipio de Río Bravo", ["municipality of Río Bravo"]),
        ("vecinos de Río Bravo", ["of Río Bravo"]),
        ("balacera en Río Bravo", ["shootout", "in Río Bravo"]),
        ("Reynosa y Río Bravo", ["Reynosa and Río Bravo"]),
    ],
)
def test_the_river_bravo_is_not_the_city(text, found):
    assert list(spans(OURS.glossary, text, "es").values()) == found


@pytest.mark.parametrize(
    ("term", "form"),
    [
        ("Río Bravo", "Rio Grande"),
        ("Secretaría de Gobernación", "Interior Ministry"),
        ("Speaker of the House", "presidente de la Cámara de Representantes"),
        ("DHS", "Homeland Security"),
    ],
)
def test_an_entry_without_match_leaves_its_forms_to_watch_lists(term, form):
    wide = OURS.widen(watchlist("x", term))
    assert form in wide.en + wide.es


def test_the_two_names_of_the_gulf_are_one_to_stories_and_watch_lists():
    for text, language in (
        ("Gulf of Mexico", "en"),
        ("Gulf of America", "en"),
        ("Golfo de México", "es"),
        ("Golfo de América", "es"),
    ):
        [place] = aliases().find(tokenize(text, language), language)
        assert place.alias.key == "@gulf-of-mexico"
        assert "Gulf of America" in OURS.widen(watchlist("x", text)).en


@installed
@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Alcalde de Río Bravo pide ayuda", "Mayor of Río Bravo"),
        ("Hallan cuerpos en Río Bravo, Tamaulipas", "in Río Bravo, Tamaulipas"),
        ("Migrantes cruzan el río Bravo", "the Rio Grande"),
        ("El Papa León XIV viaja a Perú", "Pope Leo XIV"),
    ],
)
def test_apertium_keeps_apart_what_is_alike(text, made):
    translator = ApertiumTranslator(OURS.glossary)
    [translated] = translator.translate([text], "es", "en")
    assert made in OURS.mend(text, translated, "es")


# --- its mistakes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("- {en: A, es: B, kind: treaty}", "kind 'treaty' is none of person, given"),
        ("- {en: A, es: B}", "kind is missing; say what it is"),
        ("- {en: A, kind: law}", "es is missing; give a form in each language"),
        ("- {kind: law, match: {en: [A]}}", "es is missing; give a form in each"),
        ("- {en: A, kind: law, match: {es: [B]}}", "es is missing; translations need"),
        ("- {both: A, en: B, kind: law}", "both stands for en and es; remove it"),
        ("- {en: A, es: B, kind: law, only: fr}", "only is 'fr'; write en or es"),
        ("- {en: A, es: B, kind: law, macth: true}", "did you mean match?"),
        ("- {en: A, es: B, kind: law, xyz: 1}", "unknown key xyz; remove it"),
        ("- {en: A, en: C, es: B, kind: law}", "en stands there twice; remove one"),
        ("- {en: [A, A], es: B, kind: law}", "'A' stands there twice; remove one"),
        ("- {en: ['', A], es: B, kind: law}", "expected a text; write it"),
        ("- {en: [[A]], es: B, kind: law}", "expected a text; write it"),
        ("- {en: (A), es: B, kind: law}", "'(A)' begins with a sign; begin with a letter"),
        ("- {en: A, es: B, kind: law, match: maybe}", "match is not true, false or forms"),
        ("- {en: A, es: B, kind: law, match: {fr: [C]}}", "match has 'fr'; write en or es"),
        ("- {both: A, kind: law, office: X, checked: 2025-01-01}", "office is of persons"),
        ("- {both: A, kind: person, office: X}", "checked is missing; say on which date"),
        ("- {both: A, kind: person, since: 2025-01-01}", "office is missing; since and"),
        (
            "- {both: A, kind: person, office: X, since: 2025-02-01, checked: 2025-01-01}",
            "since lies after checked; correct one of them",
        ),
        ("- {both: A, kind: person, office: X, checked: soon}", "'soon' is not a date"),
        ("- {both: A, kind: person, office: X, checked: 2025-02-30}", "is not a date"),
        ("- A", "expected an entry such as {en: X, es: Y, kind: law}"),
        ("- {both: One, kind: law}", "'One' is already on line 1; remove one or join"),
        ("- {en: A, es: one, kind: law}", "'one' is already on line 1; remove one or"),
        ("- {en: A, es: B", "is not YAML"),
        ("- {en: A\x00, es: B}", "is not YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_remedy(line, complaint):
    text = "- {both: One, kind: law, match: true}\n" + line
    with pytest.raises(ConfigError) as caught:
        read_bridge(text, "b.yaml")
    assert complaint in str(caught.value)
    if "\x00" not in line:
        assert str(caught.value).startswith(("b.yaml:2: ", "b.yaml:3: "))


def test_what_is_no_list_is_named():
    with pytest.raises(ConfigError, match=r"^b.yaml:1: expected a list of entries"):
        read_bridge("en: A", "b.yaml")


def test_an_empty_file_has_no_entries():
    assert read_bridge("# nothing yet\n") == []


def test_words_that_yaml_takes_for_something_else_are_texts():
    [entry] = read_bridge("- {en: [NO, 911, 1944], es: [no, null], kind: word}")
    assert entry.en == ("NO", "911", "1944")
    assert entry.es == ("no", "null")


# --- translations --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("el T-MEC sigue", "es", {"T-MEC": "USMCA"}),
        ("el TMEC sigue", "es", {"TMEC": "USMCA"}),
        ("USMCA talks", "en", {"USMCA": "T-MEC"}),
        ("Nuevo León y León", "es", {"Nuevo León": "Nuevo León", "León": "Leon"}),
        ("Trump y Donald Trump", "es", {"Trump": "Trump", "Donald Trump": "Donald Trump"}),
        ("TRUMP SAYS NO", "en", {"TRUMP": "TRUMP"}),
        ("Trumpismo y mdpx", "es", {}),
        ("5 mdp", "es", {"mdp": "million pesos"}),
        ("5 million pesos", "en", {}),
        ("un león y aranceles", "es", {"aranceles": "tariffs"}),
        ("Aranceles nuevos", "es", {"Aranceles": "tariffs"}),
        ("dice Mario Delgado hoy", "es", {"Mario Delgado": "Mario Delgado"}),
        ("llega Ana de la Torre hoy", "es", {"Ana de la Torre": "Ana de la Torre"}),
        ("habla Mario O'Higgins hoy", "es", {"Mario O'Higgins": "Mario O'Higgins"}),
        ("Mario llega", "es", {}),
        ("Mario Stone Says No", "en", {"Mario Stone": "Mario Stone"}),
        ("Ana Stone's plan", "en", {"Ana Stone": "Ana Stone"}),
        ("una tregua trumpista", "es", {}),
    ],
)  # fmt: skip
def test_what_translations_replace(text, language, found):
    assert spans(SMALL.glossary, text, language) == found


def test_a_span_says_where_the_term_stands_and_of_what_kind_it_is():
    assert SMALL.glossary.find("con Trump", "es") == [Span(4, 9, "person", "Trump")]


def test_the_digests_change_with_the_entries_only():
    commented = Bridge(read_bridge("# other\n" + LINES))
    shorter = Bridge(read_bridge(LINES)[:-1])
    assert commented.digest == SMALL.digest != shorter.digest
    assert commented.glossary.digest == SMALL.glossary.digest != shorter.glossary.digest


def test_an_empty_bridge_finds_nothing():
    empty = Bridge(())
    assert empty.glossary.find("Trump", "en") == empty.find("Trump", "en") == []
    assert empty.mend("Trump", "Trump", "en") == "Trump"


def test_ours_knows_the_border():
    assert spans(OURS.glossary, "la Casa Blanca y el Río Bravo", "es") == {
        "la Casa Blanca": "the White House",
        "Río Bravo": "Rio Grande",
    }
    assert set(spans(OURS.glossary, "EE. UU., EE.UU. y EU", "es").values()) == {"U.S."}


@installed
@pytest.mark.parametrize(
    ("source", "target", "text", "part"),
    [
        ("es", "en", "México revisa el T-MEC con Canadá", "USMCA"),
        ("en", "es", "Mexico reviews the USMCA with Canada", "T-MEC"),
        ("es", "en", "Trump firma el acuerdo", "Trump"),
        ("en", "es", "Trump signs the deal", "Trump"),
        ("en", "es", "Trump wins again", "Trump"),
        ("es", "en", "La SRE y la SSPC responden al DHS", "SSPC"),
        ("en", "es", "ICE arrests ten people in El Paso", "ICE"),
        ("es", "en", "Termina Quédate en México en Tijuana", "Remain in Mexico"),
        ("en", "es", "Judges end Remain in Mexico on Monday", "Quédate en México"),
    ],
)
def test_names_come_through_apertium(source, target, text, part):
    [made] = ApertiumTranslator().translate([text], source, target)
    assert part in made
    assert "triunf" not in made.lower()
    assert "lactan" not in made.lower()


@installed
def test_no_name_of_ours_is_lost_in_apertium():
    people = [e for e in OURS.entries if e.is_proper and e.kind == "person"]
    for source, target in (("es", "en"), ("en", "es")):
        names = [entry for entry in people if entry.only in (None, source)]
        opening = "Se reúne con" if source == "es" else "They meet with"
        texts = [f"{opening} {entry.forms(source)[0]}." for entry in names]
        made = ApertiumTranslator().translate(texts, source, target)
        for entry, text in zip(names, made, strict=True):
            assert any(form in text for form in entry.forms(target)), text
            assert "triunf" not in text
            assert "lactan" not in text


# --- names found and mended ----------------------------------------------------------

TEXTS = st.text(alphabet="ab T-MECU río Bravo.León ", max_size=40)
FORMS = st.sampled_from(
    [(language, form) for e in OURS.entries if e.is_proper and e.kind != "given"
     for language in LANGUAGES if e.only in (None, language)
     for form in e.forms(language)]
)  # fmt: skip


@given(FORMS, TEXTS, TEXTS)
def test_a_name_is_found_in_whatever_stands_around_it(named, before, after):
    language, form = named
    text = f"{before} ({form}) {after}"
    found = OURS.find(text, language)
    at = len(before) + 2
    assert any(m.start <= at and m.end >= at + len(form) for m in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    assert all(m.targets and m.start < m.end for m in found)


@settings(max_examples=300)
@given(FORMS, TEXTS, TEXTS)
def test_mending_twice_is_mending_once_and_touches_nothing_without_names(
    named, before, after
):
    source, form = named
    text = f"{before} {form} {after}"
    once = OURS.mend(text, text, source)
    assert OURS.mend(text, once, source) == once
    assert OURS.mend("", text, source) == text


def test_what_explains_a_name_beside_it_stays():
    text = "La Suprema Corte de Justicia de la Nación (SCJN) resuelve en NL"
    made = "The Supreme Court (SCJN) resolves in NL"
    assert (
        OURS.mend(text, made, "es") == "The Supreme Court (SCJN) resolves in Nuevo León"
    )


def test_an_adjective_that_was_left_stays():
    made = "The hawaiano wins in NL"
    assert OURS.mend("El hawaiano gana en NL", made, "es") == (
        "The hawaiano wins in Nuevo León"
    )


def test_a_part_of_a_compound_stays():
    made = "El senador Scott (R-LA) y LA"
    assert OURS.mend("Sen. Scott (R-LA) in LA", made, "en").startswith(
        "El senador Scott (R-LA) y Los"
    )


def test_only_what_translations_look_for_is_expected_of_them():
    assert OURS.expected("El estadounidense llega", "es") == []
    [forms] = OURS.expected("Firman el T-MEC", "es")
    assert "USMCA" in forms


@given(st.sampled_from([e for e in OURS.entries if e.kind in ("law", "river")]))
def test_a_name_left_as_it_was_is_put_right_both_ways(entry):
    if not entry.is_translated or entry.only:
        return
    for source, target in (("es", "en"), ("en", "es")):
        form = entry.forms(source)[0]
        right = form if form in entry.all_forms(target) else entry.forms(target)[0]
        assert OURS.mend(f"x {form} y", f"x {form} y", source) == f"x {right} y"


@pytest.mark.parametrize(
    ("text", "translation", "source", "mended"),
    [
        ("el T-MEC", "the T-MEC", "es", "the USMCA"),
        ("the USMCA", "el USMCA", "en", "el T-MEC"),
        ("EL T-MEC", "THE T-MEC", "es", "THE USMCA"),
        ("el T-MEC", "the USMCA", "es", "the USMCA"),
        ("el T-MEC", "the T-MECs", "es", "the T-MECs"),
        ("el agua", "the T-MEC", "es", "the T-MEC"),
        ("Trump gana", "Trump wins", "es", "Trump wins"),
        ("una tregua", "a tregua", "es", "a tregua"),
        ("la FGR", "the FGR", "es", "the FGR"),
    ],
)
def test_what_is_mended(text, translation, source, mended):
    assert OURS.mend(text, translation, source) == mended


def test_a_form_that_is_right_for_another_name_of_the_text_stays():
    two = Bridge([Entry("place", ("US",), ("EU",)), Entry("body", ("EU",), ("UE",))])
    assert two.mend("EU y UE", "US and EU", "es") == "US and EU"
    assert two.mend("EU y Rusia", "EU and Russia", "es") == "US and Russia"


@pytest.mark.parametrize(
    ("text", "translation", "mended"),
    [
        ("EU impone aranceles al T-MEC", "EU imposes tariffs on USMCA",
         "U.S. imposes tariffs on USMCA"),
        ("EU y México negocian en AUSTIN", "EU and Mexico negotiate in AUSTIN",
         "U.S. and Mexico negotiate in AUSTIN"),
        ("EU avisa a EU", "US warns EU", "US warns EU"),
    ],
)  # fmt: skip
def test_the_right_form_stands_only_as_a_word(text, translation, mended):
    assert OURS.mend(text, translation, "es") == mended


def test_a_name_left_as_it_was_is_expected_no_more():
    [forms] = OURS.expected("EU responde", "es")
    assert "U.S." in forms
    assert "EU" not in forms
    [forms] = OURS.expected("Trump responde", "es")
    assert "Trump" in forms


def test_what_mending_leaves_is_no_name_lost():
    two = Bridge([Entry("place", ("US",), ("EU",)), Entry("body", ("EU",), ("UE",))])
    assert two.expected("EU y UE", "es") == [("US", "EU"), ("EU",)]
    [forms] = SMALL.expected("el foro TMEC-2026", "es")
    assert forms == ("USMCA", "TMEC")


def test_a_mention_has_every_form_of_the_other_language():
    [mention] = SMALL.find("the USMCA", "en")
    assert mention.targets == ("T-MEC", "TMEC")
    [mention] = SMALL.find("EL RÍO BRAVO", "es")
    assert mention.targets == ("RIO GRANDE",)


# --- watch-lists ---------------------------------------------------------------------


def test_a_watch_list_gets_the_other_forms_of_its_terms():
    wide = SMALL.widen(watchlist("Trade", "TMEC", "steel"))
    assert wide.terms == ("TMEC", "steel")
    assert wide.en == ("USMCA",)
    assert wide.es == ("T-MEC", "TMEC")


def test_forms_for_matching_count_too():
    assert SMALL.widen(watchlist("x", "trumpista")).en == ("Donald Trump", "Trump")


def test_an_acronym_is_meant_in_capitals_only():
    assert OURS.widen(watchlist("x", "ice")).es == ()
    assert "Servicio de Inmigración" in OURS.widen(watchlist("x", "ICE")).es


def test_a_term_that_may_mean_several_things_is_left_alone():
    assert OURS.widen(watchlist("x", "EU")).es == ()


# --- a person's own entries ----------------------------------------------------------


def test_an_entry_of_ones_own_takes_the_form_from_ours():
    own = Entry("law", ("New Deal",), ("TMEC",))
    wide = Bridge(read_bridge(LINES), [own])
    assert spans(wide.glossary, "el TMEC y el T-MEC", "es") == {
        "TMEC": "New Deal",
        "T-MEC": "USMCA",
    }


def test_an_entry_of_ours_goes_with_its_last_form():
    own = Entry("law", ("USMCA",), ("Nuevo Tratado",))
    wide = Bridge(read_bridge(LINES), [own])
    assert spans(wide.glossary, "el T-MEC", "es") == {}
    assert spans(wide.glossary, "the USMCA", "en") == {"USMCA": "Nuevo Tratado"}


@installed
def test_feeds_yaml_reaches_translations_stories_and_watch_lists(tmp_path, store):
    path = tmp_path / "feeds.yaml"
    path.write_text(
        "contact: desk@example.org\n"
        "watchlists: [{name: Foxes, terms: [Blue Fox Plan]}]\n"
        "feeds: [{url: 'https://a.example/', outlet: A, owner: A, country: MX,"
        " language: es, kind: wire, tz: America/Tijuana}]\n"
        "bridge: [{en: Blue Fox Plan, es: Plan Zorro Azul, kind: programme}]\n",
        encoding="utf-8",
    )
    config = read_config(path, {})
    translator = compose.open_translator("apertium", config.bridge)
    spanish = item("Arranca el Plan Zorro Azul en Mexicali", "MX")
    english = item("Blue Fox Plan starts in Mexicali", "US", minutes=30)
    show(store, [spanish, english], NOW)
    plan = compose.plan(config)
    assert list(pipeline.translate(store, translator, plan, NOW))
    clustering = Clustering(plan.own)
    assert list(clustering.assign(store, Waiting(english.seen, timedelta(0))))
    [found] = store.stories.between(NOW - timedelta(days=9), NOW + timedelta(days=9))
    assert {member.item.id for member in found.members} == {spanish.id, english.id}
    made = [t.title for m in found.members for t in m.translations.values()]
    assert ["Blue Fox Plan" in title for title in made] == [True]
    alone = replace(found, members=found.members[:1])
    [watched] = compose.watchlists(config)
    assert watched.es == ("Plan Zorro Azul",)
    assert matches(alone, [watched]) == ("Foxes",)


def test_ones_own_entries_reach_stories():
    own = Entry("programme", ("Blue Fox Plan",), ("Plan Zorro Azul",))
    places = [
        aliases((own,)).find(tokenize(text, language), language)
        for text, language in (("el plan zorro azul", "es"), ("a blue fox plan", "en"))
    ]
    assert [[place.alias.key for place in found] for found in places] == [
        ["@blue-fox-plan"],
        ["@blue-fox-plan"],
    ]
