"""docs/operation.md is held to what there is: metrics, rules, checks, fields."""

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as read
from test_docs import first_cells, page, section
from test_metrics import dashboard, get

from monitor.store.database import Store
from monitor.verbs import doctor
from monitor.verbs.compose import Paths

TEXT = page("docs/operation.md")
OF_FUNCTIONS = {"time", "rate", "increase", "sum", "without", "and", "or", "up", "job"}


@pytest.fixture(scope="module")
def families(tmp_path_factory) -> dict[str, str]:
    """Metric, as a rule names it -> its type."""
    path = tmp_path_factory.mktemp("operation") / "monitor.db"
    with Store(path), dashboard(path) as port:
        found = list(read(get(port, "/metrics")[2]))
    return {f.name + ("_total" if f.type == "counter" else ""): f.type for f in found}


def test_every_metric_is_documented_with_its_type_and_no_other(families):
    rows = [
        [cell.strip(" `") for cell in row.split("|")[1:4]]
        for row in section(TEXT, "Metrics").splitlines()
        if row.startswith("| `")
    ]
    assert {name: kind for name, kind, _ in rows} == families


def test_labels_are_documented(families, tmp_path):
    source = (Path(__file__).parents[1] / "monitor/web/metrics.py").read_text()
    told = set(re.findall(r"`(\w+)`", section(TEXT, "Metrics")))
    labels = {"version", "step", "queue", "state", "outlet", "side", "sides", "engine"}
    assert {label for label in labels if f'"{label}"' in source} == labels
    assert labels <= told


def rules() -> list[dict[str, str]]:
    [block] = re.findall(r"```yaml\n(.*?)```", section(TEXT, "Alert rules"), re.DOTALL)
    [group] = yaml.safe_load(block)["groups"]
    return group["rules"]


def test_rules_ask_for_metrics_that_there_are_and_for_labels_they_have(families):
    assert len(rules()) > 5
    for rule in rules():
        bare = re.sub(r"\{.*?\}|\[.*?\]|\([a-z]+\)", " ", rule["expr"])
        names = set(re.findall(r"[a-z_]{2,}", bare)) - OF_FUNCTIONS
        assert names
        for name in names:
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            is_histogram = families.get(base) == "histogram"
            assert name in families or is_histogram, f"{rule['alert']}: {name}"


def test_every_check_of_the_doctor_is_documented_and_no_other(tmp_path):
    paths = Paths(tmp_path / "feeds.yaml", tmp_path / "monitor.db")
    asked = doctor.Asked(certificate=tmp_path / "c", key=tmp_path / "k")
    source = Path(doctor.__file__).read_text()
    names = {name for name, _ in doctor._local(paths, asked)}
    names |= set(re.findall(r'\("(\w+)", (?:lambda|look)', source)) | {"config"}
    names |= set(re.findall(r'_tried\("(\w+)"', source))
    assert set(first_cells(section(TEXT, "Doctor"))) == names
