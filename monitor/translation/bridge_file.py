"""``bridge.yaml`` -> entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from monitor.entry import Entry, Kind
from monitor.model import LANGUAGES, Language
from monitor.yaml_list import Node, YamlList, as_mapping, line

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
    file = YamlList(text, name)
    if file.root is None:
        return []
    return [_line(file, node) for node in file.members(file.root, "entries")]


def _line(file: YamlList, node: Node) -> Line:
    like = "an entry such as {en: X, es: Y, kind: law}"
    values = file.values(node, _KEYS, like=like)
    if "both" in values and values.keys() & {"en", "es"}:
        raise file.fault(values["both"], "both stands for en and es; remove it")
    entry = _entry(file, node, values)
    for key, what in entry.faults():
        raise file.fault(values.get(key, node), f"{key} {what}")
    return Line(entry, line(node))


def _entry(file: YamlList, node: Node, values: Mapping[str, Node]) -> Entry:
    if "kind" not in values:
        raise file.fault(node, "kind is missing; say what it is")
    both = file.texts(values.get("both"))
    match, more = _match(file, values.get("match"))
    only = values.get("only")
    if only is not None and only.value not in LANGUAGES:
        raise file.fault(only, f"only is {only.value!r}; write en or es")
    return Entry(
        kind=cast(Kind, file.text(values["kind"])),
        en=both or file.texts(values.get("en")),
        es=both or file.texts(values.get("es")),
        match_en=more.get("en", ()),
        match_es=more.get("es", ()),
        match=match,
        only=only.value if only is not None else None,
        office=file.text(values["office"]) if "office" in values else "",
        since=_date(file, values.get("since")),
        checked=_date(file, values.get("checked")),
    )


def _match(
    file: YamlList, node: Node | None
) -> tuple[bool | None, Mapping[Language, tuple[str, ...]]]:
    if node is None:
        return None, {}
    if (values := as_mapping(node)) is not None:
        if strange := values.keys() - set(LANGUAGES):
            raise file.fault(node, f"match has {min(strange)!r}; write en or es")
        return None, {x: file.texts(values.get(x)) for x in LANGUAGES}
    if getattr(node, "value", None) in _BOOLS:
        return _BOOLS[node.value], {}
    raise file.fault(node, "match is not true, false or forms {en: [], es: []}")


def _date(file: YamlList, node: Node | None) -> date | None:
    if node is None:
        return None
    try:
        return date.fromisoformat(file.text(node))
    except ValueError:
        what = f"{node.value!r} is not a date; write one such as 2024-10-01"
        raise file.fault(node, what) from None
