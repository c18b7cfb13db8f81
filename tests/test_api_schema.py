"""Whatever the API's description allows, and some that it does not, is answered as the
description says."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from test_api import FULL_DESK, newsroom, outlined
from test_web import add, served

from builders import NOW, item, kept_edition
from monitor.change import Correction
from monitor.store.database import Store
from monitor.web.app import create_app
from monitor.web.site import Site

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
"""Not that all that the description allows is accepted: cursors, days and names of
themes are refused where they are none, which no description can say."""


@pytest.fixture(scope="module")
def schema(tmp_path_factory) -> Iterator[schemathesis.BaseSchema]:
    path = tmp_path_factory.mktemp("schema") / "monitor.db"
    fill(path)
    site = Site(lambda: Store(path), lambda: FULL_DESK, lambda: NOW)
    with served(create_app(site)) as browser:
        base = f"http://127.0.0.1:{browser.port}/api"
        with urllib.request.urlopen(f"{base}/v1/openapi.json") as answer:
            described = json.load(answer)
        made = schemathesis.openapi.from_dict(described)
        made.config.update(base_url=base)
        yield made


def fill(path: Path) -> None:
    with Store(path) as store:
        newsroom(store, singles=20)
        known = add(store, item("Known", id="i1", minutes=5))
        assert known == "si1"
        store.corrections.add(Correction("merge", "because", ("a", "b")), NOW)
        for day in range(3):
            at = NOW.date() + timedelta(days=day)
            store.editions.add(kept_edition("dana", at, json="{}", atom="<feed/>"))
        outlined(store)


PATHS = (
    *("/v1/stories", "/v1/stories/{story}", "/v1/stories/{story}/coverage"),
    *("/v1/items", "/v1/items/{item}", "/v1/outlets", "/v1/lags", "/v1/blindspots"),
    *("/v1/themes", "/v1/watchlists", "/v1/editions", "/v1/editions/{edition}"),
    *("/v1/corrections", "/v1/feeds/health", "/v1/version", "/v1/search"),
)


def test_every_address_is_tried(schema):
    assert set(schema) == {*PATHS, "/v1/corrections/preview"}


@pytest.mark.parametrize(
    ("path", "method"),
    [
        *((path, "GET") for path in PATHS),
        ("/v1/corrections/preview", "POST"),
        ("/v1/corrections", "POST"),
    ],
)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_it_answers_as_it_is_described(schema, path, method, mode):
    operation = schema[path][method]

    @settings(
        max_examples=40,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers(case):
        case.call_and_validate(checks=CHECKS)

    with suppress(Unsatisfiable):  # what has no parameters cannot be asked wrongly
        answers()
