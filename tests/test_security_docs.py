"""docs/security.md is held to the tests it names, and the locks to their hashes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = ROOT.joinpath("docs/security.md").read_text(encoding="utf-8")
LOCKS = sorted(ROOT.glob("requirements*.lock"))
TEST = re.compile(r"`(test_\w+)`")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith("| against")
]


def known() -> set[str]:
    """The name of every test that there is."""
    found = (path.read_text(encoding="utf-8") for path in ROOT.glob("tests/test_*.py"))
    return {name for text in found for name in re.findall(r"def (test_\w+)\(", text)}


def test_every_test_that_the_page_names_exists():
    named = set(TEST.findall(TEXT))
    assert len(named) > 60
    assert named - known() == set()


def test_every_threat_has_a_test_or_a_reason():
    assert len(ROWS) > 50
    for row in ROWS:
        assert len(row) == 3, row
        assert TEST.search(row[2]) or row[2].startswith("No test: "), row


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_by_hash_and_comes_from_no_named_host(lock):
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip())
    assert entries
    for entry in entries:
        head = r"[\w.\[\]-]+==[\w.!+]+(\s*;[^#]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*"
        assert re.fullmatch(head, entry), entry[:200]
    assert "://" not in text
    assert "index-url" not in text
