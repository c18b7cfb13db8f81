"""``framing.yaml`` -> concepts, and what a person's own do to them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

from monitor.concept import ASIDE, Concept, Frame, term_key
from monitor.model import LANGUAGES, Language
from monitor.yaml_list import Node, YamlList


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
    return Concept(ours.name, kept, aside, spanish=ours.spanish)


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
    file = YamlList(text, name)
    made: dict[str, Concept] = {}
    for node in file.members(file.root, "concepts"):
        concept = _concept(file, node)
        if concept.name in made:
            raise file.fault(node, f"{concept.name} stands there twice; merge them")
        made[concept.name] = concept
    return list(made.values())


def _concept(file: YamlList, node: Node) -> Concept:
    values = file.values(
        node, ("concept", "spanish", "frames", "aside"), ("concept", "frames")
    )
    frames = file.members(values["frames"], "frames")
    made = Concept(
        file.text(values["concept"]),
        tuple(_frame(file, frame) for frame in frames),
        _aside(file, values.get("aside")),
        spanish=_spanish(file, values),
    )
    for place, what in made.faults():
        at = frames[place[1]] if isinstance(place[1], int) else values["aside"]
        raise file.fault(at, what)
    return made


def _frame(file: YamlList, node: Node) -> Frame:
    values = file.values(node, ("frame", "spanish", *LANGUAGES), ("frame",))
    en, es = (file.texts(values.get(language)) for language in LANGUAGES)
    name = file.text(values["frame"])
    return Frame(name, en, es, spanish=_spanish(file, values))


def _spanish(file: YamlList, values: Mapping[str, Node]) -> str:
    return file.text(values["spanish"]) if "spanish" in values else ""


def _aside(file: YamlList, node: Node | None) -> Frame:
    values = file.values(node, LANGUAGES) if node is not None else {}
    en, es = (file.texts(values.get(language)) for language in LANGUAGES)
    return Frame(ASIDE, en, es)
