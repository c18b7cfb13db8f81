"""
``framing.yaml`` -> concepts, and what a person's own do to them. Knows PyYAML, which
reads the list in milliseconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from monitor.concept import ASIDE, Concept, Frame, term_key
from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Language
from monitor.text import squeeze

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML may be built without its C half; then it is slow, and right."""


@cache
def lexicon(own: tuple[Concept, ...] = ()) -> tuple[Concept, ...]:
    """The concepts we ship, with a person's own.

    A concept of the same name is extended, frame by frame, or replaced if it says so;
    a term of theirs loses the frame it has in ours.
    """
    text = files("monitor.coverage").joinpath("framing.yaml").read_text("utf-8")
    made = {concept.name: concept for concept in read_concepts(text)}
    for mine in own:
        ours = made.get(mine.name)
        is_new = ours is None or mine.replaces
        made[mine.name] = mine if is_new or ours is None else _extended(ours, mine)
    return tuple(made.values())


def _extended(ours: Concept, mine: Concept) -> Concept:
    frames = {f.name: _without(f, mine) for f in (*ours.frames, ours.aside)}
    for frame in (*mine.frames, mine.aside):
        before = frames.get(frame.name, Frame(frame.name))
        frames[frame.name] = replace(
            before, en=before.en + frame.en, es=before.es + frame.es
        )
    aside = frames.pop(ASIDE)
    kept = tuple(frame for frame in frames.values() if frame.en or frame.es)
    return Concept(ours.name, kept, aside)


def _without(frame: Frame, other: Concept) -> Frame:
    """A frame without the terms that another concept has."""

    def rest(language: Language) -> tuple[str, ...]:
        claimed = {
            term_key(term)
            for theirs in (*other.frames, other.aside)
            for term in theirs.terms(language)
        }
        return tuple(t for t in frame.terms(language) if term_key(t) not in claimed)

    return replace(frame, en=rest("en"), es=rest("es"))


def read_concepts(text: str, name: str = "framing.yaml") -> list[Concept]:
    """The concepts of a lexicon file.

    Raises ConfigError naming ``name``, the line and what to do about it.
    """
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}:{line}: is not YAML: {error.problem}") from error
    reader = _Reader(name)
    made = [(reader.concept(node), node) for node in reader.members(root)]
    names: set[str] = set()
    for concept, node in made:
        if concept.name in names:
            raise reader.fault(node, f"{concept.name} stands there twice; merge them")
        names.add(concept.name)
    return [concept for concept, _ in made]


class _Reader:
    """Turns nodes into concepts and complains with the place."""

    def __init__(self, name: str) -> None:
        self._name = name

    def concept(self, node: Any) -> Concept:
        """One concept."""
        values = self._values(node, ("concept", "frames", "aside"), ("aside",))
        frames = self.members(values["frames"])
        made = Concept(
            self._text(values["concept"]),
            tuple(self._frame(frame) for frame in frames),
            self._aside(values.get("aside")),
        )
        for place, what in made.faults():
            at = frames[place[1]] if isinstance(place[1], int) else values["aside"]
            raise self.fault(at, what)
        return made

    def members(self, node: Any) -> Sequence[Any]:
        """The nodes of a list."""
        if isinstance(node, yaml.SequenceNode) and node.value:
            members: Sequence[Any] = node.value
            return members
        raise self.fault(node, "expected a list, each member after a dash")

    def fault(self, node: Any, what: str) -> ConfigError:
        """What is wrong with a node, and where that is."""
        line = node.start_mark.line + 1 if node is not None else 1
        return ConfigError(f"{self._name}:{line}: {what}")

    def _frame(self, node: Any) -> Frame:
        values = self._values(node, ("frame", *LANGUAGES), LANGUAGES)
        return Frame(
            self._text(values["frame"]), *(self._terms(values, x) for x in LANGUAGES)
        )

    def _aside(self, node: Any) -> Frame:
        values = self._values(node, LANGUAGES, LANGUAGES) if node is not None else {}
        return Frame(ASIDE, *(self._terms(values, x) for x in LANGUAGES))

    def _values(
        self, node: Any, keys: Sequence[str], optional: Iterable[str]
    ) -> Mapping[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise self.fault(node, f"expected a mapping with the keys {_list(keys)}")
        values: dict[str, Any] = {}
        for key, value in node.value:
            if key.value not in keys or key.value in values:
                what = f"{key.value} is unknown or stands there twice"
                raise self.fault(key, f"{what}; expected {_list(keys)}")
            values[key.value] = value
        if missing := [k for k in keys if k not in values and k not in set(optional)]:
            raise self.fault(node, f"{missing[0]} is missing")
        return values

    def _terms(self, values: Mapping[str, Any], language: Language) -> tuple[str, ...]:
        node = values.get(language)
        if node is None:
            return ()
        is_list = isinstance(node, yaml.SequenceNode)
        return tuple(self._text(each) for each in (node.value if is_list else [node]))

    def _text(self, node: Any) -> str:
        # YAML takes a bare NO for something else; a person means the text.
        text = squeeze(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if not text:
            raise self.fault(node, "expected a text; write it, or remove it")
        return text


def _list(keys: Iterable[str]) -> str:
    return ", ".join(keys)
