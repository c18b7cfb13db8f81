import json
from copy import deepcopy
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.stories.coefficients import (
    SCHEMA,
    Coefficients,
    coefficients,
    parse,
    plain,
)
from monitor.stories.joining import FEATURES, JoinModel
from monitor.stories.similarity import COLUMNS, PairModel, Regression

SHIPPED = json.loads(files("monitor.stories").joinpath("model.json").read_text())
KINDS = {"sparse": False, "dense": True}


def regression(width: int):
    floats = st.floats(-99, 99)
    weights = st.lists(floats, min_size=width, max_size=width).map(tuple)
    return st.builds(Regression, floats, weights)


PAIRS = st.builds(PairModel, regression(len(COLUMNS)), regression(len(COLUMNS)))
CHANCES = st.floats(0, 1)
JOINS = st.builds(JoinModel, regression(len(FEATURES)), regression(len(FEATURES)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_coefficients_we_ship_can_be_read(kind):
    made = coefficients(is_dense=KINDS[kind])
    assert plain(made) == SHIPPED[kind]
    assert len(made.pairs.within.weights) == len(COLUMNS)
    assert len(made.joins.known.weights) == len(FEATURES)


def test_only_items_with_vectors_are_weighed_by_them():
    place = [name for name, _ in COLUMNS].index("dense")
    sparse, dense = (coefficients(is_dense=kind).pairs for kind in KINDS.values())
    assert sparse.within.weights[place] == sparse.across.weights[place] == 0
    assert max(dense.within.weights[place], dense.across.weights[place]) > 0


def test_the_file_says_what_it_was_made_of():
    assert SHIPPED["schema"] == SCHEMA
    assert SHIPPED["made_by"] == "bench/fit_stories.py"
    for kind in KINDS:
        digests = SHIPPED["made_of"][kind]
        assert all(len(digest) == 64 for digest in digests.values())
        assert "newsroom" in digests


@given(st.builds(Coefficients, PAIRS, JOINS, CHANCES, CHANCES), st.booleans())
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_what_is_read(made, is_dense):
    kind = "dense" if is_dense else "sparse"
    text = json.dumps({"schema": SCHEMA, kind: plain(made)})
    assert parse(json.loads(text), is_dense=is_dense) == made


def test_weights_go_by_their_names_not_their_places():
    turned = deepcopy(SHIPPED)
    for kind in ("pairs", "joins"):
        for one in turned["sparse"][kind].values():
            one["weights"] = dict(reversed(one["weights"].items()))
    assert parse(turned, is_dense=False) == coefficients(is_dense=False)


@pytest.mark.parametrize("schema", [0, SCHEMA + 1, "1", None])
def test_another_schema_is_refused(schema):
    with pytest.raises(ConfigError, match=r"model\.json: schema .*bench/fit_stories"):
        parse(SHIPPED | {"schema": schema}, is_dense=False)


PLACES = [
    ("pairs", "within", "english"),
    ("pairs", "across", "letters"),
    ("joins", "known", "closeness"),
    ("joins", "new", "crowd"),
]


@pytest.mark.parametrize(("what", "which", "name"), PLACES)
def test_a_missing_or_a_strange_column_is_named(what, which, name):
    made = deepcopy(SHIPPED)
    weights = made["sparse"][what][which]["weights"]
    weights["tea_leaves"] = weights.pop(name)
    with pytest.raises(ConfigError, match=r"model\.json: columns") as caught:
        parse(made, is_dense=False)
    assert name in str(caught.value)
    assert "tea_leaves" in str(caught.value)
    assert "bench/fit_stories.py" in str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        ("sparse",),
        ("sparse", "pairs"),
        ("sparse", "joins", "new"),
        ("sparse", "pairs", "across", "bias"),
        ("sparse", "pairs", "across", "weights"),
    ],
    ids=".".join,
)
def test_a_file_with_a_part_missing_is_refused(path):
    made = deepcopy(SHIPPED)
    *parents, last = path
    inner = made
    for key in parents:
        inner = inner[key]
    del inner[last]
    with pytest.raises(ConfigError, match=r"model\.json.*bench/fit_stories"):
        parse(made, is_dense=False)
