import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import item, member, story, translation
from monitor.coverage.watch import matches
from monitor.errors import ConfigError
from monitor.query import (
    MAX_DEPTH,
    And,
    Not,
    Or,
    Term,
    holds,
    parse_query,
    term_fault,
    terms,
)
from monitor.readers import Watchlist
from monitor.translation.bridge import Bridge, read_bridge

A, B, C = Term("a"), Term("b"), Term("c")


# --- reading ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("a", A),
        ("  a\n", A),
        ("(a)", A),
        ("a AND b", And((A, B))),
        ("a AND b AND c", And((A, B, C))),
        ("a OR b OR c", Or((A, B, C))),
        ("(a OR b) AND c", And((Or((A, B)), C))),
        ("(a AND b) AND c", And((And((A, B)), C))),
        ("a AND NOT b", And((A, Not(B)))),
        ("NOT a AND b", And((Not(A), B))),
        ("NOT NOT a", Not(Not(A))),
        ("a AND NOT (b OR c)", And((A, Not(Or((B, C)))))),
        ("(a)AND(b)", And((A, B))),
        ('"steel dumping"', Term("steel dumping")),
        ("“steel  dumping”", Term("steel dumping")),
        ("«río bravo» OR T-MEC", Or((Term("río bravo"), Term("T-MEC")))),
        ("tariff* OR O'Rourke", Or((Term("tariff*"), Term("O'Rourke")))),
        ('"AND" OR "not"', Or((Term("AND"), Term("not")))),
        ("25% OR EE.UU.", Or((Term("25%"), Term("EE.UU.")))),
    ],
)
def test_a_query_is_read(text, query):
    assert parse_query(text) == query


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "character 1, the end: expected a term; write one"),
        ("a AND", "character 6, the end: expected a term; write one"),
        ("AND a", "character 1, 'AND': expected a term"),
        ("a OR OR b", "character 6, 'OR': expected a term"),
        ("a AND () ", "character 8, ')': expected a term"),
        ("steel dumping", "character 7, 'dumping': expected AND or OR; put words of"),
        ('a "b c"', "character 3, '\"b c\"': expected AND or OR"),
        ("a (b OR c)", "character 3, '(': expected AND or OR"),
        ("a and b", "character 3, 'and': expected an operator in capitals; write AND"),
        ("a o b", "character 3, 'o': expected an operator in capitals; write OR"),
        (
            "a no b",
            "character 3, 'no': expected an operator in capitals; write AND NOT",
        ),
        ("a NOT b", "character 3, 'NOT': expected an operator; write AND NOT"),
        ("not b", "character 1, 'not': is written like an operator; use capitals"),
        ("a AND b OR c", "character 9, 'OR': AND and OR stand side by side; put paren"),
        ("a OR b AND c", "character 8, 'AND': AND and OR stand side by side"),
        ("(a OR b", "character 8, the end: expected ) for the ( at character 1"),
        ("a OR b)", "character 7, ')': has no ( before it; remove it"),
        ('a AND "b', "character 7, '\"b': opens a quote that is never closed"),
        ('a AND ""', "character 7, '\"\"': '' holds no word; write one"),
        ("a AND %", "character 7, '%': '%' holds no word"),
        ("a AND -b", "character 7, '-b': - denies nothing; write NOT, or quote"),
        ("!b", "character 1, '!b': ! denies nothing; write NOT, or quote"),
        ("mi*ra", "character 1, 'mi*ra': 'mi*ra' has a * inside; it may stand at the"),
        ("NOT a", "'NOT a' holds for every item that has none of its terms; join"),
        ("a OR NOT b", "'a OR NOT b' holds for every item that has none"),
        ("NOT (a AND b)", "'NOT (a AND b)' holds for every item"),
        ("NOT " * 51 + "a", f"nested more than {MAX_DEPTH} deep"),
        ("(" * 51 + "a" + ")" * 51, f"nested more than {MAX_DEPTH} deep"),
    ],
)
def test_a_mistake_says_where_what_and_the_remedy(text, complaint):
    with pytest.raises(ConfigError) as caught:
        parse_query(text)
    assert complaint in str(caught.value)


def test_nesting_that_a_person_may_write_is_read():
    assert parse_query("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == A
    assert parse_query(" AND ".join(["(a)"] * 500)) == And((A,) * 500)


def test_a_term_of_a_list_may_have_faults_too():
    assert term_fault("¿?") == "'¿?' holds no word; write one, or remove it"
    assert term_fault("migra*") is None


# --- laws ------------------------------------------------------------------------

LETTERS = st.sampled_from("abcde")
QUERIES = st.recursive(
    st.builds(Term, LETTERS),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=8,
)
PRESENT = st.frozensets(LETTERS)
TERM_TEXTS = (
    st.text(st.sampled_from("aé R'-.&ANDORTnot"), min_size=1, max_size=6)
    .map(str.strip)
    .filter(lambda text: " ".join(text.split()) == text)
)


@given(QUERIES, QUERIES, PRESENT)
def test_de_morgan(one, two, present):
    def same(left, right):
        assert holds(left, present) == holds(right, present)

    same(Not(And((one, two))), Or((Not(one), Not(two))))
    same(Not(Or((one, two))), And((Not(one), Not(two))))
    same(Not(Not(one)), one)


@given(QUERIES, QUERIES, QUERIES, PRESENT)
def test_and_and_or_commute_associate_and_distribute(one, two, three, present):
    def same(left, right):
        assert holds(left, present) == holds(right, present)

    for join, other in ((And, Or), (Or, And)):
        same(join((one, two)), join((two, one)))
        same(join((join((one, two)), three)), join((one, join((two, three)))))
        same(join((join((one, two)), three)), join((one, two, three)))
        same(
            join((one, other((two, three)))),
            other((join((one, two)), join((one, three)))),
        )
        same(join((one, one)), one)


@given(QUERIES)
def test_what_is_printed_reads_the_same(query):
    if holds(query, ()):
        with pytest.raises(ConfigError, match="none of its terms"):
            parse_query(str(query))
    else:
        assert parse_query(str(query)) == query


@given(TERM_TEXTS)
def test_a_term_of_any_spelling_is_printed_so_that_it_reads_the_same(text):
    if term_fault(text) is None:
        assert parse_query(str(Term(text))) == Term(text)


PIECES = st.sampled_from(
    ["a", "b*", "AND", "OR", "NOT", "(", ")", '"', "“", "”", " ", "\n", "no", "*", "é"]
)


@settings(max_examples=500)
@given(st.lists(PIECES).map(" ".join) | st.lists(PIECES).map("".join) | st.text())
def test_any_text_is_read_or_refused_in_words(text):
    try:
        query = parse_query(text)
    except ConfigError as error:
        assert str(error)
    else:
        assert list(terms(query))
        assert parse_query(str(query)) == query


# --- matching --------------------------------------------------------------------


def is_match(query: str, *members) -> bool:
    return bool(matches(story(*members), [Watchlist("x", query=parse_query(query))]))


def test_a_query_holds_for_an_item_as_a_whole():
    split = item("Steel is up", summary="A new tariff")
    assert is_match("steel AND tariff", split)
    assert not is_match("steel AND NOT tariff", split)
    spanish = item("Sube el acero", country="MX")
    both = member(spanish, translation(spanish, "Steel is up"))
    assert is_match("acero AND steel", both)
    assert not is_match("acero AND NOT steel", both)


def test_a_story_matches_by_one_item_and_never_by_several_together():
    steel, tariff = item("Steel is up"), item("A tariff", minutes=5)
    assert not is_match("steel AND tariff", steel, tariff)
    assert is_match("steel AND NOT tariff", steel, tariff)
    assert is_match("steel OR tariff", tariff)


def test_terms_of_a_query_are_widened_each_in_its_language():
    ours = Bridge(read_bridge("- {en: USMCA, es: [T-MEC, TMEC], kind: law}"))
    query = parse_query("(USMCA OR acero) AND NOT TMEC*")
    wide = ours.widen(Watchlist("x", query=query)).query
    assert [(t.text, t.en, t.es) for t in terms(wide)] == [
        ("USMCA", ("USMCA",), ("T-MEC", "TMEC")),
        ("acero", (), ()),
        ("TMEC*", ("USMCA",), ("T-MEC", "TMEC")),
    ]
    asks = [ours.widen(Watchlist("x", query=parse_query("USMCA AND acero")))]
    spanish = item("El T-MEC y el acero", country="MX")
    assert matches(story(spanish), asks) == ("x",)
    assert matches(story(item("The T-MEC and acero")), asks) == ()


@given(
    st.permutations([item("a b", minutes=1), item("c", minutes=2), item("d a")]),
    QUERIES.filter(lambda query: not holds(query, ())),
)
def test_the_order_of_members_does_not_matter(items, query):
    lists = [Watchlist("x", query=query)]
    known = [{"a", "b"}, {"c"}, {"d", "a"}]
    expected = any(holds(query, present) for present in known)
    assert bool(matches(story(*items), lists)) == expected


@given(QUERIES, st.sets(LETTERS, max_size=3))
def test_several_lists_answer_as_each_alone(query, letters):
    one = story(item(" ".join(sorted(letters))))
    asked = [Watchlist("q", query=And((A, query))), Watchlist("t", ("b", "c"))]
    alone = tuple(name for each in asked for name in matches(one, [each]))
    assert matches(one, asked) == alone
