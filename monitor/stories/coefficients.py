"""
What the clusterer has learnt from labelled news: ``model.json`` -> regressions.

``bench/fit_stories.py`` makes the file. It holds one set of coefficients for items
without dense vectors and one for items with them; each names its columns, so that a
file of another version is refused and not misread.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from monitor.errors import ConfigError
from monitor.stories.joining import FEATURES, JoinModel
from monitor.stories.similarity import COLUMNS, PairModel, Regression

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Coefficients:
    """All that is learnt, for items with or without dense vectors."""

    pairs: PairModel
    joins: JoinModel
    join_at: float
    """Least probability for joining a story."""
    merge_at: float
    """Least linkage for merging two, the mean of all their items' closeness to the
    other."""


@cache
def coefficients(*, is_dense: bool) -> Coefficients:
    """The ones we ship."""
    made = json.loads(files("monitor.stories").joinpath("model.json").read_text())
    return parse(made, is_dense=is_dense)


def parse(made: Mapping[str, Any], *, is_dense: bool) -> Coefficients:
    """Raises ConfigError if the file is of another version or lacks a part."""
    if made.get("schema") != SCHEMA:
        raise ConfigError(
            f"model.json: schema {made.get('schema')!r}, not {SCHEMA}: make it anew"
            " with bench/fit_stories.py"
        )
    one = made.get("dense" if is_dense else "sparse", {})
    pairs, joins = one.get("pairs", {}), one.get("joins", {})
    names = [name for name, _ in COLUMNS]
    return Coefficients(
        PairModel(
            _regression(pairs.get("within", {}), names),
            _regression(pairs.get("across", {}), names),
        ),
        JoinModel(
            _regression(joins.get("known", {}), FEATURES),
            _regression(joins.get("new", {}), FEATURES),
        ),
        join_at=one["join_at"],
        merge_at=one["merge_at"],
    )


def plain(learnt: Coefficients) -> dict[str, Any]:
    """As ``parse`` reads them."""
    names = [name for name, _ in COLUMNS]
    return {
        "pairs": {
            "within": _plain(learnt.pairs.within, names),
            "across": _plain(learnt.pairs.across, names),
        },
        "joins": {
            "known": _plain(learnt.joins.known, FEATURES),
            "new": _plain(learnt.joins.new, FEATURES),
        },
        "join_at": learnt.join_at,
        "merge_at": learnt.merge_at,
    }


def _regression(made: Mapping[str, Any], names: Sequence[str]) -> Regression:
    weights = made.get("weights", {})
    wanted, found = {"bias", *names}, {*weights, *(made.keys() & {"bias"})}
    if found != wanted:
        wrong = ", ".join(sorted(found ^ wanted))
        raise ConfigError(
            f"model.json: columns {wrong}: make it anew with bench/fit_stories.py"
        )
    return Regression(made["bias"], tuple(weights[name] for name in names))


def _plain(regression: Regression, names: Sequence[str]) -> dict[str, Any]:
    weights = dict(zip(names, regression.weights, strict=True))
    return {"bias": regression.bias, "weights": weights}
