"""
``bridge.yaml`` -> entries. Knows PyYAML, whose C parser reads 1,600 entries in 0.06 s.

ruamel.yaml, which reads ``feeds.yaml``, takes seconds for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, cast

import yaml

from monitor.entry import Entry, Kind
from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Language
from monitor.text import squeeze

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML may be built without its C half; then it is slow, and right."""
_KEYS = (
    *("en", "es", "both", "kind", "match", "only"),
    *("office", "since", "checked"),
)
_BOOLS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry and the line, from 1, on which it begins."""

    entry: Entry
    number: int


def read_lines(text: str, name: str = "bridge.yaml") -> list[Line]:
    """The entries of a bridge file.

    Raises ConfigError naming ``name``, the line and what to do about it.
    """
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}:{line}: is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}: is not YAML: {error}") from error
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise ConfigError(f"{name}:1: expected a list of entries, each after a dash")
    return [_Reader(name).line(node) for node in root.value]


class _Reader:
    """Turns nodes into entries and complains with the place."""

    def __init__(self, name: str) -> None:
        self._name = name

    def line(self, node: Any) -> Line:
        """One entry."""
        if not isinstance(node, yaml.MappingNode):
            raise self._fault(
                node, "expected an entry such as {en: X, es: Y, kind: law}"
            )
        values = self._values(node)
        entry = self._entry(node, values)
        for key, what in entry.faults():
            raise self._fault(values.get(key, node), f"{key} {what}")
        return Line(entry, node.start_mark.line + 1)

    def _values(self, node: Any) -> Mapping[str, Any]:
        values: dict[str, Any] = {}
        for key, value in node.value:
            if key.value not in _KEYS:
                close = get_close_matches(str(key.value), _KEYS, n=1)
                hint = f"did you mean {close[0]}?" if close else "remove it"
                raise self._fault(key, f"unknown key {key.value}; {hint}")
            if key.value in values:
                raise self._fault(key, f"{key.value} stands there twice; remove one")
            values[key.value] = value
        if "both" in values and values.keys() & {"en", "es"}:
            raise self._fault(values["both"], "both stands for en and es; remove it")
        return values

    def _entry(self, node: Any, values: Mapping[str, Any]) -> Entry:
        if "kind" not in values:
            raise self._fault(node, "kind is missing; say what it is")
        both = self._forms(values.get("both"))
        match, more = self._match(values.get("match"))
        only = values.get("only")
        if only is not None and only.value not in LANGUAGES:
            raise self._fault(only, f"only is {only.value!r}; write en or es")
        return Entry(
            kind=cast(Kind, self._text(values["kind"])),
            en=both or self._forms(values.get("en")),
            es=both or self._forms(values.get("es")),
            match_en=more.get("en", ()),
            match_es=more.get("es", ()),
            match=match,
            only=only.value if only is not None else None,
            office=self._text(values["office"]) if "office" in values else "",
            since=self._date(values.get("since")),
            checked=self._date(values.get("checked")),
        )

    def _match(
        self, node: Any
    ) -> tuple[bool | None, Mapping[Language, tuple[str, ...]]]:
        if node is None:
            return None, {}
        if isinstance(node, yaml.MappingNode):
            more = {key.value: self._forms(value) for key, value in node.value}
            if strange := more.keys() - set(LANGUAGES):
                raise self._fault(node, f"match has {min(strange)!r}; write en or es")
            return None, more
        if getattr(node, "value", None) in _BOOLS:
            return _BOOLS[node.value], {}
        raise self._fault(node, "match is not true, false or forms {en: [], es: []}")

    def _forms(self, node: Any) -> tuple[str, ...]:
        if node is None:
            return ()
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(self._text(form) for form in nodes)

    def _text(self, node: Any) -> str:
        # YAML takes bare NO, 911 and 1944 for something else; a person means the text.
        text = squeeze(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if not text:
            raise self._fault(node, "expected a text; write it, or remove the key")
        return text

    def _date(self, node: Any) -> date | None:
        if node is None:
            return None
        try:
            return date.fromisoformat(self._text(node))
        except ValueError:
            what = f"{node.value!r} is not a date; write one such as 2024-10-01"
            raise self._fault(node, what) from None

    def _fault(self, node: Any, what: str) -> ConfigError:
        return ConfigError(f"{self._name}:{node.start_mark.line + 1}: {what}")
