"""Whatever the API's description allows, and some that it does not, is answered as the
description says."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from builders import NOW, item, kept_edition
from monitor.change import Correction
from monitor.store.database import Store
from monitor.web.app import create_app
from monitor.web.site import Site
from test_api import FULL_DESK, newsroom, outlined
from test_web import add, served

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


schema_of_api = schemathesis.pytest.from_fixture("schema")


@schema_of_api.parametrize()
@settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_it_answers_as_it_is_described(case):
    case.call_and_validate(checks=CHECKS)
