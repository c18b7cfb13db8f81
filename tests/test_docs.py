"""The docs are held to the code: what exists is documented, what is named exists."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from builders import NOW, explanation, item, member, other, story, translation
from editions import full_edition
from monitor.change import Change, LoggedChange
from monitor.cli import app
from monitor.config.schema import known_keys
from monitor.coverage.sides import compare
from monitor.digest.forms import edition_dict
from monitor.export import story_dict
from monitor.stories.related import Related
from monitor.translation.checks import MEANINGS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
COMMANDS = typer.main.get_command(app)
BLOCK = re.compile(r"^```.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"(?:monitor|tests|bench|docs|\.ci)/[\w./-]*\w/?")
OPEN_FIELDS = {"items[].why.parts"}
"""Fields whose keys are what the clusterer compares, not part of the form."""


@cache
def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def inline(text: str) -> list[str]:
    return [squeezed(code) for code in INLINE.findall(BLOCK.sub("", text))]


def code(text: str) -> list[str]:
    """Lines of code blocks, without comments, and inline code."""
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    return [line.split(" #")[0].strip() for line in lines] + inline(text)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def first_cells(text: str) -> list[str]:
    """The code in the first cells of tables."""
    rows = [row.split("|")[1] for row in text.splitlines() if row.startswith("|")]
    return [found for cell in rows for found in INLINE.findall(cell)]


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    start = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    if start is None:
        return ""
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


# --- command line --------------------------------------------------------------


def walk(command, path=("monitor",)) -> Iterator[tuple[str, typer.core.TyperCommand]]:
    yield " ".join(path), command
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(inner, (*path, name))


VERBS = dict(walk(COMMANDS))


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "monitor"])
def test_a_verb_and_its_flags_have_a_section(verb):
    text = section(page("docs/cli.md"), f"`{verb}`")
    assert text, f"docs/cli.md has no heading `{verb}`"
    flags = {flag for p in VERBS[verb].params for flag in p.opts if flag[0] == "-"}
    named = {word for word in inline(text) if word.startswith("-")}
    assert flags <= named
    assert is_family(verb) or named <= flags


def is_family(verb: str) -> bool:
    """Whether it only holds other verbs, whose sections lie in its own."""
    return hasattr(VERBS[verb], "commands")


def test_flags_before_the_verb_have_a_section():
    flags = {flag for p in COMMANDS.params for flag in p.opts}
    assert flags <= set(inline(section(page("docs/cli.md"), "Before the verb")))


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_and_its_parameters_have_help(verb):
    assert VERBS[verb].help
    assert [p.name for p in VERBS[verb].params if not p.help] == []


def monitor_commands(text: str) -> Iterator[str]:
    """Lines of code that run the monitor, from the word ``monitor`` on."""
    for line in code(text):
        found = re.match(r"(?:\$ )?(?:\S*python\S* -m |\S*/)?(monitor(?: .*)?)$", line)
        if found:
            yield found[1]


def faults(line: str) -> Iterator[str]:
    """Words of a monitor command that the command line would refuse."""
    command = COMMANDS
    words = iter(shlex.split(re.sub(r"[\[\]]", "", line))[1:])
    for word in words:
        flags = {flag: p for p in command.params for flag in p.opts}
        verbs = getattr(command, "commands", {})
        if word == "--help":
            return
        if word in flags:
            if not flags[word].is_flag:
                next(words, None)
        elif word in verbs:
            command = verbs[word]
        elif verbs or word.startswith("-") or not takes_arguments(command):
            yield word
            return


def takes_arguments(command: typer.core.TyperCommand) -> bool:
    return any(p.param_type_name == "argument" for p in command.params)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_monitor_command_in_the_docs_exists(path):
    lines = monitor_commands(page(str(path.relative_to(ROOT))))
    assert [(line, found) for line in lines if (found := list(faults(line)))] == []


def test_a_monitor_command_in_a_message_exists():
    texts = (path.read_text(encoding="utf-8") for path in ROOT.glob("monitor/**/*.py"))
    texts = [*texts, page("feeds.yaml")]
    lines = [
        line for text in texts for line in re.findall(r"'(monitor [^'\n{]+)'", text)
    ]
    assert lines
    assert [(line, found) for line in lines if (found := list(faults(line)))] == []


def test_a_make_command_in_the_docs_exists():
    makefile = page("Makefile")
    targets = set(re.findall(r"^([\w./-]+):", makefile, re.MULTILINE))
    variables = set(re.findall(r"^(\w+) \?=|\$\((\w+)\)", makefile, re.MULTILINE))
    known = targets | {f"{name}=" for pair in variables for name in pair if name}
    lines = [line for path in PAGES for line in code(path.read_text(encoding="utf-8"))]
    words = [w for line in lines if line.startswith("make ") for w in line.split()[1:]]
    assert {re.sub("=.*", "=", word) for word in words} - known == set()
    assert {"demo", "test"} <= set(words)


# --- settings, fields, warnings, dependencies ----------------------------------


def test_every_key_of_feeds_yaml_is_documented_and_no_other():
    documented = [
        key.replace("[]", "") for key in first_cells(page("docs/feeds-yaml.md"))
    ]
    assert sorted(documented) == sorted(known_keys())


def fields(value: object, name: str = "") -> Iterator[str]:
    """``sides.*.items``, ``items[].why.score``: the fields of a JSON value."""
    if isinstance(value, list):
        for inner in value:
            yield from fields(inner, f"{name}[]")
    elif isinstance(value, dict) and name not in OPEN_FIELDS:
        for key, inner in value.items():
            path = f"{name}.{'*' if name == 'sides' else key}".lstrip(".")
            yield path
            yield from fields(inner, path)


def test_every_field_of_stories_json_is_documented_and_no_other():
    spanish = item(country="MX")
    both = story(member(item()), member(spanish, translation(spanish)))
    brought = LoggedChange(1, NOW, Change("move", (), "by hand"))
    why = explanation(both, Related(other("s2"), 0.3), brought={spanish.id: brought})
    made = set(fields(story_dict(compare(both, {}), why)))
    text = page("docs/stories-json.md")
    tables = section(text, "Story").split("`lag_certainty` is one of")[0]
    documented = first_cells(tables) + first_cells(section(text, "Item"))
    assert sorted(documented) == sorted(made)


def edition_fields(value: object, name: str = "") -> Iterator[str]:
    """As ``fields``, with a star for a side, and one level of lists beneath it."""
    for path in fields(value):
        yield re.sub(r"^(health|sides)\.(US|MX)\.", r"\1.*.", path)


def test_every_field_of_an_editions_json_is_documented_and_no_other():
    made = edition_dict(full_edition())
    told = made.pop("stories")
    text = page("docs/edition-json.md")
    holders = {"feeds", "feeds.down", "corrections", "feeds.down[]"}
    wanted = {*edition_fields(made), "stories"} - holders
    assert set(first_cells(section(text, "Edition"))) == wanted
    holders = {"headline", "sides.*", "sides.*.items"}
    wanted = {path for each in told for path in edition_fields(each)} - holders
    assert set(first_cells(section(text, "A story of an edition"))) == wanted


def test_every_doubt_about_a_translation_is_documented_and_no_other():
    documented = first_cells(section(page("docs/translation.md"), "Doubts"))
    assert documented == list(MEANINGS)


def test_every_dependency_has_a_line_that_says_why_and_no_other_has():
    project = tomllib.loads(page("pyproject.toml"))
    lists = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    wanted = {re.match(r"[\w.-]+", line)[0] for each in lists for line in each}
    text = section(page("docs/design.md"), "Dependencies")
    rows = [row.split("|")[1:-1] for row in text.splitlines() if row.startswith("| `")]
    assert {row[0].strip(" `") for row in rows} == wanted
    assert [row for row in rows if not all(cell.strip() for cell in row)] == []


def test_the_layout_names_every_module_of_coverage_once():
    _, _, rest = page("docs/design.md").partition("  coverage/ ")
    lines = rest.partition("  digest/ ")[0].splitlines()
    named = [name for line in lines for name in re.findall(r"\w+", after_label(line))]
    modules = [path.stem for path in (ROOT / "monitor/coverage").glob("[!_]*.py")]
    assert sorted(named) == sorted(modules)


def after_label(line: str) -> str:
    """``texts:  credits`` -> ``credits``."""
    return line.rpartition(":")[2]


# --- links and paths -----------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """The anchors that a web view of a page gives its headings."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_relative_link_leads_somewhere(path):
    dead = []
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_path_in_the_docs_exists(path):
    named = [c for c in inline(page(str(path.relative_to(ROOT)))) if PATH.fullmatch(c)]
    assert [name for name in named if not (ROOT / name).exists()] == []
