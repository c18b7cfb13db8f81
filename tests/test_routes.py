"""Ways through third languages, as argostranslate finds them."""

import json
import os
import random
import subprocess
import sys
from itertools import permutations
from pathlib import Path

from monitor.translation.routes import route, routes


def test_a_direct_package_is_taken():
    steps = [("es", "fr"), ("fr", "en"), ("es", "en")]
    assert route(steps, "es", "en") == (("es", "en"),)


def test_without_one_a_third_language_is():
    steps = [("en", "fr"), ("es", "fr"), ("fr", "en")]
    assert route(steps, "es", "en") == (("es", "fr"), ("fr", "en"))
    assert route(steps, "en", "es") is None


def test_or_more_than_one():
    steps = [("es", "pt"), ("pt", "fr"), ("fr", "en")]
    assert route(steps, "es", "en") == tuple(steps)


def test_nothing_leads_from_or_to_a_language_without_packages():
    assert route([], "es", "en") is None
    assert route([("es", "fr")], "es", "en") is None
    assert route([("es", "fr")], "en", "fr") is None


def test_a_language_leads_to_itself_without_a_step():
    assert routes([("es", "en")])["es"] == {"en": (("es", "en"),), "es": ()}


THEIRS = """
import importlib.util, json, sys, types
from pathlib import Path
for name in ("stanza", "minisbd"):
    if importlib.util.find_spec(name) is None:
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].SBDetect = sys.modules[name].models = types.SimpleNamespace()
from argostranslate import package, translate

class Step(translate.ITranslation):
    def __init__(self, from_lang, to_lang, pkg):
        self.from_lang, self.to_lang = from_lang, to_lang

def steps(translation):
    if isinstance(translation, translate.CompositeTranslation):
        return steps(translation.t1) + steps(translation.t2)
    if isinstance(translation, translate.IdentityTranslation):
        return []
    return [[translation.from_lang.code, translation.to_lang.code]]

translate.PackageTranslation = Step
found = []
for graph in json.load(sys.stdin):
    packages = [
        types.SimpleNamespace(
            type="translate", from_code=a, from_name=a, to_code=b, to_name=b
        )
        for a, b in graph
    ]
    package.get_installed_packages = lambda packages=packages: packages
    translate.get_installed_languages.cache_clear()
    translate.installed_translates.clear()
    languages = translate.get_installed_languages()
    found.append({
        a.code: {t.to_lang.code: steps(t) for t in reversed(a.translations_from)}
        for a in languages
    })
print(json.dumps(found))
"""


def test_the_way_is_argostranslates_own(tmp_path):
    chance = random.Random(5)
    pairs = list(permutations(("en", "es", "fr", "pt", "de"), 2))
    graphs = [chance.sample(pairs, chance.randint(1, 8)) for _ in range(300)]
    done = subprocess.run(
        [sys.executable, "-c", THEIRS],
        input=json.dumps(graphs),
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        cwd=Path.cwd(),
    )
    assert done.returncode == 0, done.stderr
    for graph, theirs in zip(graphs, json.loads(done.stdout), strict=True):
        ours = {
            source: {
                target: [list(step) for step in way] for target, way in ways.items()
            }
            for source, ways in routes(graph).items()
        }
        assert ours == theirs, graph
