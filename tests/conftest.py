"""What many tests need: a database in an empty folder, a home for Argos packages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from monitor.store.database import Store

# Two files of tests run side by side, and other work beside them: how long an example
# takes says nothing of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "monitor.db") as store:
        yield store


@pytest.fixture(scope="session")
def newsroom_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's database and feeds.yaml, to be copied, never written to."""
    from browsing import make_newsroom  # few tests want a browser's library

    return make_newsroom(tmp_path_factory.mktemp("newsroom"))


@pytest.fixture
def argos_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """argostranslate's settings, with every folder of theirs in an empty one.

    It makes folders where the variables point when it is first imported, and keeps the
    paths; later tests need them moved by hand.
    """
    home = tmp_path_factory.mktemp("argos-home")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home / name))
    from argostranslate import settings

    (home / "downloads").mkdir()
    (home / "own").mkdir()
    monkeypatch.setattr(settings, "package_data_dir", home / "own")
    monkeypatch.setattr(settings, "downloads_dir", home / "downloads")
    monkeypatch.setattr(settings, "local_package_index", home / "index.json")
    monkeypatch.setattr(settings, "remote_package_index", "http://127.0.0.1:9/no.json")
    return settings
