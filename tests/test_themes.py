import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from builders import assignment, item, member, show, story, translation
from monitor.cli import app
from monitor.config.read import check
from monitor.coverage.finder import Finder
from monitor.coverage.themes import Lexicon, as_yaml, lexicon, read_themes, tag
from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Member
from monitor.store.database import Store
from monitor.theme import Theme, ThemeEdit

OURS = lexicon()
SMALL = Lexicon(
    (
        Theme("dams", "Dams", "Presas", ("dam",), ("presa*",)),
        Theme("trade", "Trade", "Comercio", ("tariff*",), ("arancel*",)),
    )
)


# --- tagging ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "country", "names"),
    [
        ("A new dam", "US", ("dams",)),
        ("Las presas bajan", "MX", ("dams",)),
        ("Tariffs on the dam", "US", ("dams", "trade")),
        ("La dam no es tariff", "MX", ()),
        ("Damned be the presa", "US", ()),
    ],
)
def test_an_item_is_told_by_terms_of_its_own_language(title, country, names):
    assert tag(story(item(title, country)), SMALL) == names


def test_a_summary_counts_and_a_translation_does_not():
    spanish = item("Sube", "MX", summary="Los aranceles")
    both = member(spanish, translation(spanish, "The dam", "The dam"))
    assert tag(story(both), SMALL) == ("trade",)


@pytest.mark.parametrize(
    ("others", "names"), [(0, ("dams",)), (2, ("dams",)), (3, ()), (9, ())]
)
def test_a_third_of_the_items_must_be_of_a_theme(others, names):
    plain = [item(f"Rain {n}", minutes=n) for n in range(others)]
    assert tag(story(item("A dam", minutes=20), *plain), SMALL) == names


def test_copies_count_once():
    opener, rain = item("A dam"), item("Rain", minutes=1)
    copies = [item("A dam", minutes=n, outlet=f"Paper {n}") for n in range(2, 9)]
    told = story(opener, rain, item("Wind", minutes=30), item("Sun", minutes=31))
    told = replace(
        told,
        members=(
            *told.members,
            *(Member(c, assignment(c, copy_of=opener.id), {}) for c in copies),
        ),
    )
    assert tag(told, SMALL) == ()
    alone = [Member(c, assignment(c, copy_of="elsewhere"), {}) for c in copies[:1]]
    assert tag(replace(told, members=tuple(alone)), SMALL) == ("dams",)


@given(st.permutations(["A dam", "Rain", "Tariffs and a dam", "Sun", "Tariff"]))
def test_the_order_of_items_does_not_matter(titles):
    items = [item(title, minutes=n) for n, title in enumerate(titles)]
    assert tag(story(*items), SMALL) == ("dams", "trade")


# --- the lexicon we ship ---------------------------------------------------------


def test_every_theme_has_labels_and_terms_enough_of_both_languages():
    assert [theme.name for theme in OURS.themes][:3] == ["border", "trade", "drugs"]
    assert len(OURS.themes) >= 14
    for theme in OURS.themes:
        assert theme.en and theme.es
        sizes = [len(theme.terms(language)) for language in LANGUAGES]
        assert min(sizes) >= 30, theme.name
        # A wider net on one side would find more there.
        assert max(sizes) <= 1.5 * min(sizes), theme.name


def test_no_term_of_a_theme_is_found_by_another_of_it():
    twins = []
    for theme in OURS.themes:
        for language in LANGUAGES:
            terms = theme.terms(language)
            finder = Finder((term, term) for term in terms)
            for term in terms:
                found = finder.keys(term.rstrip("*")) - {term}
                twins += [(theme.name, term, other) for other in sorted(found)]
    assert twins == []


@pytest.mark.parametrize(
    ("title", "country", "name"),
    [
        ("Migrants wait in Tijuana for asylum", "US", "border"),
        ("Piden asilo político en la garita", "MX", "border"),
        ("New tariffs on Mexican steel", "US", "trade"),
        ("Aranceles al acero mexicano", "MX", "trade"),
        ("Fentanyl seized at the bridge", "US", "drugs"),
        ("Aseguran fentanilo en el puente", "MX", "drugs"),
        ("Mexico is late with water deliveries", "US", "water"),
        ("Se atrasa la entrega de agua", "MX", "water"),
        ("Pemex cuts its crude oil output", "US", "energy"),
        ("Pemex baja su producción de crudo", "MX", "energy"),
        ("The hurricane turns north", "US", "climate"),
        ("El huracán vira al norte", "MX", "climate"),
    ],
)
def test_plain_headlines_get_their_theme_in_either_language(title, country, name):
    assert name in tag(story(item(title, country)), OURS)


@pytest.mark.parametrize(
    ("title", "country"),
    [
        ("A water bottle crosses no border", "US"),
        ("The party is over, and so is the game", "US"),
        ("El deporte de gritar bajo la mesa", "MX"),
        ("La comunidad mexicana celebra", "MX"),
    ],
)
def test_a_generic_word_gives_no_theme(title, country):
    assert not {"border", "water", "culture"} & set(
        tag(story(item(title, country)), OURS)
    )


# --- a person's own --------------------------------------------------------------


def test_a_theme_of_ones_own_is_added_last():
    own = ThemeEdit("dams", "Dams", "Presas", ("dam",), ("presa",))
    assert lexicon((own,)).themes[:-1] == OURS.themes
    assert lexicon((own,)).themes[-1] == SMALL.themes[0].__class__(
        "dams", "Dams", "Presas", ("dam",), ("presa",)
    )


def test_ours_is_extended_relabelled_replaced_or_dropped_where_it_stands():
    border = OURS.themes[0]
    [more, *rest] = lexicon((ThemeEdit("border", terms_en=("the line",)),)).themes
    assert more == replace(border, terms_en=(*border.terms_en, "the line"))
    assert tuple(rest) == OURS.themes[1:]
    [named, *_] = lexicon((ThemeEdit("border", es="La línea"),)).themes
    assert named == replace(border, es="La línea")
    own = ThemeEdit("border", terms_en=("a",), terms_es=("b",), replace=True)
    assert lexicon((own,)).themes[0] == replace(
        border, terms_en=("a",), terms_es=("b",)
    )
    assert lexicon((ThemeEdit("border", drop=True),)).themes == OURS.themes[1:]


@pytest.mark.parametrize(
    ("own", "says"),
    [
        (ThemeEdit("watr", terms_en=("a",)), "no theme is named 'watr'; did you mean"),
        (
            ThemeEdit("xyz", drop=True),
            "no theme is named 'xyz'; there is border, trade",
        ),
    ],
)
def test_a_change_of_a_theme_that_there_is_not_is_refused(own, says):
    with pytest.raises(ConfigError, match=says):
        lexicon((own,))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "is not YAML"),
        ("a: b", ":1: expected a list of themes"),
        ("# nothing yet", ":1: expected a list of themes"),
        ("- {name: a}", ":1: en is missing; give it"),
        ("- a", ":1: expected a mapping with the keys name"),
        ("- {name: a, en: A, es: A, terms: {en: [''], es: [b]}}", "expected a text"),
        ("- {name: a, en: A, es: A, terms: [b]}", "mapping with the keys en, es"),
        ("- {name: a, en: A, es: A, terms: {en: [b]}}", ":1: es is missing"),
        ("- {name: a, en: A, es: A, terms: {en: ['*'], es: [b]}}", "holds no word"),
        (
            "- &a {name: a, en: A, es: A, terms: {en: [c], es: [b]}}\n- *a",
            ":1: a stands",
        ),
    ],
)
def test_a_damaged_lexicon_is_refused(text, says):
    with pytest.raises(ConfigError, match=says):
        read_themes(text)


FEEDS = """\
contact: desk@example.org
feeds:
  - {url: https://a.example/, outlet: A, country: US, language: en, kind: wire, owner: A, tz: America/New_York}
"""  # fmt: skip


@pytest.mark.parametrize(
    "of",
    [
        OURS,
        lexicon((ThemeEdit("sport", drop=True),)),
        lexicon(
            (
                ThemeEdit(
                    "dams",
                    "Dams",
                    "Presas",
                    ("no", "25"),
                    ("sí", "T-MEC"),
                ),
            )
        ),
    ],
)
def test_what_is_printed_for_feeds_yaml_says_the_same_there(tmp_path, of):
    config = check(tmp_path / "feeds.yaml", FEEDS + as_yaml(of))
    assert lexicon(config.themes) == of


@pytest.mark.parametrize(
    ("asking", "who"),
    [
        (
            "alerts: [{name: Desk, on: [crossing], to: DESK, themes: [watr]}]",
            "alerts: Desk: themes",
        ),
        (
            "digest: {subscribers: [{name: Dana, address: d@x.example, tz: UTC, themes: [border, watr]}]}",
            "digest.subscribers: Dana: themes",
        ),
    ],
)
def test_a_theme_that_is_asked_for_must_be_there(tmp_path, asking, who):
    path = tmp_path / "feeds.yaml"
    path.write_text(f"{FEEDS}{asking}\n", encoding="utf-8")
    words = ["--config", f"{path}", "--db", f"{tmp_path}/monitor.db", "check"]
    done = CliRunner().invoke(app, words)
    said = f"{who}: no theme is named 'watr'; did you mean 'water'?"
    assert done.exit_code
    assert said in done.output + str(done.exception)


# --- the verb --------------------------------------------------------------------


@pytest.fixture
def run(tmp_path):
    """Runs a verb beside a feeds.yaml and a database of three stories."""
    (tmp_path / "feeds.yaml").write_text(
        f"{FEEDS}themes:\n  - name: dams\n    en: Dams\n    es: Presas\n"
        "    terms: {en: [dam], es: [presa]}\n",
        encoding="utf-8",
    )
    us, mx = item("A dam"), item("Una presa", "MX", minutes=1)
    other, old = (
        item("Another dam", minutes=2),
        item("An old dam", minutes=-60 * 24 * 9),
    )
    with Store(tmp_path / "monitor.db") as store:
        show(store, (us, mx, other, old))
        joined = assignment(us).story
        made = [
            assignment(us),
            assignment(mx, joined),
            assignment(other),
            assignment(old),
        ]
        store.stories.assign(made)

    def runner(*words: str) -> str:
        flags = ["--config", f"{tmp_path}/feeds.yaml", "--db", f"{tmp_path}/monitor.db"]
        result = CliRunner().invoke(app, [*flags, "coverage", "themes", *words])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.output

    return runner


def test_the_verb_counts_stories_of_each_theme_by_side(run):
    lines = run().splitlines()
    assert lines[0].split("\t") == ["name", "en", "es", "stories", "US", "MX", "both"]
    assert lines[1].startswith("border\tBorder and migration\tFrontera y migración\t0")
    assert lines[-1].split("\t") == ["dams", "Dams", "Presas", "2", "2", "1", "1"]
    assert run("--days", "30").splitlines()[-1].split("\t")[3] == "3"


def test_the_verb_gives_json_and_yaml(run, tmp_path):
    last = json.loads(run("--json"))[-1]
    assert last == {
        "name": "dams",
        "en": "Dams",
        "es": "Presas",
        "stories": 2,
        "US": 2,
        "MX": 1,
        "both": 1,
        "terms": {"en": ["dam"], "es": ["presa"]},
    }
    config = check(tmp_path / "feeds.yaml", FEEDS + run("--yaml"))
    assert [edit.name for edit in config.themes][-1] == "dams"
    assert "choose one" in run("--yaml", "--json")
