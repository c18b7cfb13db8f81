"""The verb that lets Datasette open the database: what it shows, and what not."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from monitor.errors import ConfigError
from monitor.store.tables import MEANT, Meant
from monitor.verbs.compose import Paths

NAME = "metadata.yaml"
_LICENCE = (
    "Headlines and summaries belong to their outlets and are quoted for analysis;"
    " translations are made by machine."
)
_HEADER = "# Written by 'monitor export datasette'; written anew by the next.\n"


def export_datasette(paths: Paths, out: Path) -> None:
    """Write what Datasette needs to know of the database into a folder.

    Raises ConfigError if the file cannot be written.
    """
    with paths.open_known_store() as store:
        told = metadata(paths.db.stem, store.tables.columns())
    target = out / NAME
    text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=88)
    try:
        out.mkdir(parents=True, exist_ok=True)
        target.write_text(_HEADER + text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{target}: cannot be written: {error.strerror}") from error
    print(target)
    words = ("datasette", "serve", "--immutable", str(paths.db), "-m", str(target))
    print("open it with:", shlex.join([*words, "--setting", "allow_download", "off"]))


def metadata(database: str, columns: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What Datasette is told of a database of these tables.

    A table that nobody has described is neither shown nor read. SQL is refused as a
    whole: Datasette asks for permission by table, and a query may name any.
    """
    return {
        "title": "Bilingual Coverage Monitor",
        "description": "How the US and Mexico cover the same stories; times in UTC.",
        "license": _LICENCE,
        "source": "The feeds of feeds.yaml",
        "databases": {
            database: {
                "allow_sql": False,
                "tables": {
                    name: _shown(MEANT[name], found) if name in MEANT else _closed()
                    for name, found in columns.items()
                },
            }
        },
    }


def _shown(meant: Meant, columns: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "title": meant.title,
        "description": meant.about,
        "columns": {k: v for k, v in meant.columns.items() if k in columns},
    }
    return told | ({"sort_desc": meant.sort_desc} if meant.sort_desc else {})


def _closed() -> dict[str, Any]:
    return {"hidden": True, "allow": False}
