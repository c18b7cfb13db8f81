"""feeds.yaml as YAML: values, and where in the text they stand. Knows ruamel."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.errors import ConfigError

Loc = tuple[int | str, ...]
"""Where in a file: the keys and positions that lead there."""
MAX_VALUES = 1_000_000
"""What aliases may come to, written out; 5,000 feeds with all their keys are 60,000."""
_MAX_BITS = 256
"""Of a number. Python refuses to print one of more than 4,300 digits."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a member and the place where it begins; both count from 0."""

    name: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Block:
    """A member of a list, a mapping, as it stands in the text."""

    start: int
    """Offset of the line that holds its dash."""
    end: int
    """Offset past its last line, line break included."""
    line: int
    """That of its dash, from 0."""
    dash: int
    """Column of the dash, from 0."""
    is_flow: bool
    """Whether it is written in braces."""
    keys: tuple[Key, ...]
    """In their order."""


def read_text(path: Path) -> str:
    """A file's text, its line ends as they are. Raises ConfigError."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: no such file; name another with --config, or copy the "
            "feeds.yaml at the root of the monitor's repository; 'monitor demo' writes "
            "one of its own"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: is not UTF-8; save it as UTF-8") from error


def load(path: Path, text: str) -> Any:
    """The values of a YAML text; its mappings and lists know their lines.

    ``path`` names it in errors. Raises ConfigError if it is not YAML, or would fill
    the memory: nested without end, or grown from few lines by aliases.
    """
    try:
        tree = _yaml("rt").load(text)
        if _weight(tree, {}) > MAX_VALUES:
            raise ConfigError(
                f"{path}: its aliases come to more than {MAX_VALUES:,} values; write"
                " out what is meant"
            )
        return tree
    except RecursionError:
        raise ConfigError(
            f"{path}: is nested too deep, or an alias holds itself; write it flatter"
        ) from None
    except NotImplementedError as error:  # ruamel's, of two comments in one place
        raise ConfigError(
            f"{path}: has a comment inside a value; move it to a line of its own"
        ) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        # A doubled key is quoted with both values, one of which may be a secret.
        problem = (error.problem or "is not YAML").split(" with value")[0]
        raise ConfigError(f"{path}:{line}: {problem}") from error
    except (YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
        # Of these, which 2025-02-30, odd tags and mappings as keys raise, only the
        # first has a place.
        at = getattr(error, "position", None)
        where = path if at is None else f"{path}:{text.count(chr(10), 0, at) + 1}"
        problem = str(error).partition("\n")[0]
        raise ConfigError(f"{where}: is not YAML: {problem}") from error


def _weight(node: Any, known: dict[int, int]) -> int:
    """How many values a tree holds, what an alias stands for counted each time.

    ``known`` keeps what was counted. Raises RecursionError if a part holds itself,
    ValueError for a number that nobody means.
    """
    if isinstance(node, int) and node.bit_length() > _MAX_BITS:
        raise ValueError("a number of too many digits")
    if not isinstance(node, dict | list):
        return 1
    if id(node) not in known:
        parts = node if isinstance(node, list) else [*node, *node.values()]
        known[id(node)] = 1 + sum(_weight(part, known) for part in parts)
    return known[id(node)]


def line_of(tree: Any, loc: Loc) -> int:
    """The line of the deepest part of ``loc`` that the file really holds, from 1."""
    line = 1
    with suppress(AttributeError, LookupError, TypeError):
        for step in loc:
            line = tree.lc.data[step][0] + 1
            tree = tree[step]
    return line


def _yaml(kind: str) -> YAML:
    yaml = YAML(typ=kind, pure=True)
    yaml.composer.warn_double_anchors = False  # YAML allows them, and says what counts
    return yaml


def blocks(path: Path, text: str, name: str) -> list[Block]:
    """The members of the list ``name`` at the top of a YAML text that ``load`` reads.

    Raises ConfigError if it is not written as lines with dashes.
    """
    root = _yaml("safe").compose(text)
    members = next((v for k, v in root.value if k.value == name), None)
    if isinstance(members, SequenceNode) and not members.flow_style:
        with suppress(LookupError, AttributeError):
            found = [_block(text, node) for node in members.value]
            if all(a.end <= b.start for a, b in zip(found, found[1:], strict=False)):
                return found
    raise ConfigError(
        f"{path}: {name} is not a list of plain lines that begin with a dash; "
        "make the change by hand"
    )


def _block(text: str, node: MappingNode) -> Block:
    start = node.start_mark.index
    dash = text.rindex("-", 0, start)
    # Only blanks, comments and line breaks may stand between.
    between = [line.partition("#")[0] for line in text[dash + 1 : start].split("\n")]
    first = text.rfind("\n", 0, dash) + 1
    if "".join(between).strip() or text[first:dash].strip(" "):
        raise LookupError("its dash is not where we expect it")
    return Block(
        start=first,
        end=_past_line(text, max(_ends(text, node, start))),
        line=text.count("\n", 0, first),
        dash=dash - first,
        is_flow=bool(node.flow_style),
        keys=tuple(_key(text, key) for key, _ in node.value),
    )


def _key(text: str, key: ScalarNode) -> Key:
    at = key.start_mark.index
    return Key(key.value, text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1)


def _past_line(text: str, offset: int) -> int:
    return (text.find("\n", offset) + 1) or len(text)


def _ends(text: str, node: Node, start: int) -> Iterator[int]:
    """Where its parts end: a mapping of lines itself ends only where the next begins.

    What an alias stands for lies before ``start`` and counts for nothing.
    """
    if isinstance(node, ScalarNode) or getattr(node, "flow_style", False):
        yield len(text[start : node.end_mark.index].rstrip()) + start
        return
    for part in node.value:
        for inner in part if isinstance(part, tuple) else (part,):
            if inner.start_mark.index != inner.end_mark.index:  # else it is empty
                yield from _ends(text, inner, start)


def scalar(value: str) -> str:
    """A text as YAML that reads as the same text, in lines or in braces."""
    ways = (value, "'" + value.replace("'", "''") + "'")
    return next((way for way in ways if _reads_as(way, value)), _escaped(value))


def _escaped(value: str) -> str:
    plain = value.replace("\\", "\\\\").replace('"', '\\"')
    shown = "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in plain)
    return f'"{shown}"'


def _reads_as(way: str, value: str) -> bool:
    try:
        both = _yaml("safe").load(f"- [{way}]\n- k: {way}\n")
        return bool(both == [[value], {"k": value}])
    except (YAMLError, ValueError, LookupError, AttributeError, TypeError):
        return False
