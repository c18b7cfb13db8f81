"""What many tests need: a database in an empty folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.database import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "monitor.db") as store:
        yield store
