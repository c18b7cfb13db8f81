"""
Lists in YAML that we ship and people edit: read node by node, so that a mistake has a
line. Knows PyYAML, whose C parser reads 1,600 entries in 0.06 s; ruamel.yaml, which
reads ``feeds.yaml``, takes seconds for them.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import yaml

from monitor.errors import ConfigError
from monitor.text import squeeze

Node = Any
"""One of PyYAML's, which has no types."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML may be built without its C half; then it is slow, and right."""


class YamlList:
    """One file's list: its nodes as texts and values, complaints with their place."""

    def __init__(self, text: str, name: str) -> None:
        """Raises ConfigError naming ``name`` and the line, as all of its calls do."""
        self._name = name
        try:
            self.root: Node | None = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            what = f"{name}:{line}: is not YAML: {error.problem}"
            raise ConfigError(what) from error
        except yaml.YAMLError as error:
            raise ConfigError(f"{name}: is not YAML: {error}") from error

    def members(self, node: Node | None, of: str) -> Sequence[Node]:
        """Those of a list that is not empty; ``of`` is what they are: ``frames``."""
        if not (isinstance(node, yaml.SequenceNode) and node.value):
            raise self.fault(node, f"expected a list of {of}, each after a dash")
        members: Sequence[Node] = node.value
        return members

    def values(
        self, node: Node, keys: Sequence[str], needs: Iterable[str] = (), like: str = ""
    ) -> dict[str, Node]:
        """Key -> value of a mapping that has these keys at most; ``like`` shows one."""
        if not isinstance(node, yaml.MappingNode):
            shown = like or f"a mapping with the keys {', '.join(keys)}"
            raise self.fault(node, f"expected {shown}")
        values: dict[str, Node] = {}
        for key, value in node.value:
            if key.value not in keys:
                close = get_close_matches(str(key.value), keys, n=1)
                hint = f"did you mean {close[0]}?" if close else "remove it"
                raise self.fault(key, f"unknown key {key.value}; {hint}")
            if key.value in values:
                raise self.fault(key, f"{key.value} stands there twice; remove one")
            values[key.value] = value
        if missing := next((key for key in needs if key not in values), None):
            raise self.fault(node, f"{missing} is missing; give it")
        return values

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """A list of texts, one alone, or none."""
        if node is None:
            return ()
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(self.text(each) for each in nodes)

    def text(self, node: Node) -> str:
        """A text that is not empty."""
        # YAML takes bare NO, 911 and 1944 for something else; a person means the text.
        text = squeeze(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if not text:
            raise self.fault(node, "expected a text; write it, or remove the key")
        return text

    def fault(self, node: Node, what: str) -> ConfigError:
        """What is wrong with a node, and where that is."""
        return ConfigError(f"{self._name}:{line(node)}: {what}")


def line(node: Node | None) -> int:
    """On which line a node begins, from 1."""
    return 1 if node is None else int(node.start_mark.line) + 1


def as_mapping(node: Node) -> dict[str, Node] | None:
    """Key -> value; None of what is no mapping."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return {key.value: value for key, value in node.value}


def write(members: Sequence[dict[str, object]], key: str) -> str:
    """A list under a key, as a person would write it into ``feeds.yaml``."""
    text: str = yaml.safe_dump(
        {key: members},
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=84,
    )
    return text
