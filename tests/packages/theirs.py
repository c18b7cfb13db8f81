"""
What ``argostranslate.translate`` itself makes of texts: ours is held against it.

    ARGOS_PACKAGES_DIR=FOLDER python tests/packages/theirs.py [--lean] < QUESTION

QUESTION is JSON: ``from``, ``to``, ``texts``. The answer is, too: ``texts``, ``seconds``
and ``cpu`` without loading, and ``set``. Where everything that argostranslate declares is installed
(``full``), nothing of it is touched but that sentences end where a spaCy pipeline of
rules says: the trained ones need a network. Where it is not, or with ``--lean``, the
libraries that split sentences are stood in for, and each text is one sentence
(``lean``); all that is done to a sentence is argostranslate's own.
"""

import importlib.util
import json
import sys
import time
import types
from pathlib import Path
from typing import Any

SPLITTERS = ("stanza", "spacy", "minisbd")


def is_full() -> bool:
    """Whether everything that argostranslate declares is installed."""
    return all(importlib.util.find_spec(name) for name in SPLITTERS)


def open_translate(lean: bool) -> Any:
    """The module ``argostranslate.translate``, ready for our packages."""
    if lean:
        for name in ("stanza", "minisbd"):
            sys.modules[name] = types.ModuleType(name)
        sys.modules["minisbd"].SBDetect = None
        sys.modules["minisbd"].models = types.SimpleNamespace()
    from argostranslate import settings, translate

    if lean:
        translate.MiniSBDSentencizer = OneSentence
        return translate
    import spacy

    settings.chunk_type = settings.ChunkType.SPACY
    for package in Path(settings.package_data_dir).iterdir():
        if not (package / "spacy").exists():
            spacy.blank("xx").to_disk(package / "spacy")
    return translate


class OneSentence:
    """A splitter that leaves a text as it is."""

    def __init__(self, package: object) -> None:
        """As argostranslate makes one."""

    def split_sentences(self, text: str) -> list[str]:
        """The text."""
        return [text]


def main() -> None:
    """Answer the question on stdin."""
    lean = "--lean" in sys.argv or not is_full()
    translate = open_translate(lean)
    question = json.load(sys.stdin)
    pair = question["from"], question["to"]
    translate.translate("1", *pair)  # loads the models
    start, cpu = time.perf_counter(), time.process_time()
    texts = [translate.translate(text, *pair) for text in question["texts"]]
    answer = {
        "texts": texts,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
        "set": "lean" if lean else "full",
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
