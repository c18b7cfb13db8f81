"""A trained model becomes a package, is scored, and ships if it is good enough."""

import ast
import json
import math
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import test_argos_equal
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_packages import import_package
from training import back_translate, card, evaluate, pieces, weights
from training.__main__ import COMMANDS, main
from training.convert import convert
from training.gate import LEAD, SETS, Measured, Scores, failures
from training.pack import packed
from training.pairs import Pair, read_pairs
from training.schedule import Pace, passed, rate
from training.weights import SHAPES, Shape

make_tiny = test_argos_equal.make_tiny
pytestmark = pytest.mark.usefixtures("argos_home")
SMALL = Shape(width=16, feed_forward=32, heads=2, encoder_layers=2, decoder_layers=1)


# --- pace ----------------------------------------------------------------------------


@given(st.integers(1, 10**6), st.floats(0, 2), st.floats(0, 2))
def test_the_rate_lies_between_nothing_and_its_peak_and_never_rises_with_time(
    step, one, other
):
    early, late = sorted((one, other))
    assert 0 <= rate(step, late, Pace()) <= rate(step, early, Pace()) <= Pace().peak


def test_the_rate_rises_to_its_peak_falls_by_the_root_and_ends_at_nothing():
    pace = Pace(peak=1.0, warm_up=100, cool_down=0.2)
    assert [rate(n, 0.5, pace) for n in (50, 100, 400)] == [0.5, 1.0, 0.5]
    assert rate(100, 0.9, pace) == pytest.approx(0.5)
    assert rate(100, 1.0, pace) == 0


def test_time_is_over_by_the_clock_or_by_the_steps():
    assert passed(10, 30, None, 1) == 0.5
    assert passed(90, 30, 100, 1) == 0.9
    assert passed(1, 60, 100, 1) == 1.0


# --- weights -------------------------------------------------------------------------


def random_weights(shape: Shape, size: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Those of an untrained model, by the names that the network gives them."""
    chance = np.random.default_rng(seed)
    width, inner = shape.width, shape.feed_forward
    sizes: dict[str, tuple[int, ...]] = {
        "embeddings.weight": (size, width),
        "bias": (size,),
    }

    def linear(name: str, out: int, inn: int) -> None:
        sizes.update({f"{name}.weight": (out, inn), f"{name}.bias": (out,)})

    def norm(name: str) -> None:
        sizes.update({f"{name}.weight": (width,), f"{name}.bias": (width,)})

    for side, layers in (("encoder", shape.encoder_layers), ("decoder", 1)):
        norm(f"{side}_norm")
        for at in (f"{side}.{n}" for n in range(layers)):
            norm(f"{at}.self_attention.norm")
            linear(f"{at}.self_attention.query_key_value", 3 * width, width)
            linear(f"{at}.self_attention.out", width, width)
            if side == "decoder":
                norm(f"{at}.attention.norm")
                linear(f"{at}.attention.query", width, width)
                linear(f"{at}.attention.key_value", 2 * width, width)
                linear(f"{at}.attention.out", width, width)
            norm(f"{at}.ffn.norm")
            linear(f"{at}.ffn.inner", inner, width)
            linear(f"{at}.ffn.out", width, inner)
    return {
        name: chance.normal(size=of).astype(np.float32) * 0.3
        for name, of in sizes.items()
    }


def test_a_shape_knows_how_many_weights_it_has():
    found = random_weights(SMALL, 50)
    assert SMALL.count(50) == sum(array.size for array in found.values())
    assert 15e6 < SHAPES["middle"].count(pieces.SIZE) < 17e6


def test_checkpoints_are_kept_in_number_and_averaged(tmp_path):
    for step in (100, 200, 300):
        weights.write(tmp_path, step, {"a": np.full(3, step, np.float32)}, keep=2)
    kept = weights.checkpoints(tmp_path)
    assert [path.name for path in kept] == ["step-000000200.npz", "step-000000300.npz"]
    assert weights.averaged(kept)["a"].tolist() == [250.0] * 3


def test_what_cannot_be_averaged_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="run 'python -m training train' first"):
        weights.averaged(weights.checkpoints(tmp_path))
    weights.write(tmp_path, 1, {"a": np.zeros(3, np.float32)}, keep=9)
    weights.write(tmp_path, 2, {"a": np.zeros(4, np.float32)}, keep=9)
    with pytest.raises(ConfigError, match="is of another model than step-000000001"):
        weights.averaged(weights.checkpoints(tmp_path))
    (tmp_path / "checkpoints" / "step-000000002.npz").write_bytes(b"PK")
    with pytest.raises(ConfigError, match="not a checkpoint"):
        weights.averaged(weights.checkpoints(tmp_path))


# --- packages ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokenizer() -> bytes:
    """With byte fallback, as prepare makes it."""
    texts = make_tiny.sentences("es", 200) + make_tiny.sentences("en", 200)
    return pieces.learn(texts, size=400)


@pytest.fixture(scope="module")
def untrained(tmp_path_factory, tokenizer):
    """A package of weights that nobody trained; it says nothing, but says it alike."""
    folder = tmp_path_factory.mktemp("untrained")
    vocabulary = pieces.vocabulary(tokenizer)
    found = random_weights(SMALL, len(vocabulary))
    convert(found, SMALL, vocabulary, folder / "model")
    file = folder / "made.argosmodel"
    file.write_bytes(
        packed("es-en", "1.0", folder / "model", tokenizer, "# Model card")
    )
    return file


def test_a_package_is_loaded_by_our_engine_and_says_the_same_as_argos_itself(
    untrained, tmp_path
):
    package = import_package(untrained, tmp_path / "packages")
    assert (package.source, package.target, package.version) == ("es", "en", "1.0")
    texts = ["El agua llega", "汉字 rechaza 12 😀", "¿Cierra hoy el puente?"]
    made = ArgosTranslator(tmp_path / "packages").translate(texts, "es", "en")
    answer = test_argos_equal.ask(
        tmp_path / "packages", tmp_path, "es", "en", texts, "--lean"
    )
    assert made == answer["texts"]


def test_a_package_holds_its_card_and_is_the_same_on_every_run(untrained, tmp_path):
    with zipfile.ZipFile(untrained) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
        assert archive.read("translate-es_en-1_0/README.md") == b"# Model card"
        archive.extractall(tmp_path)
    assert {"metadata.json", "sentencepiece.model", "model/model.bin"} <= names
    inside = tmp_path / "translate-es_en-1_0"
    config = json.loads((inside / "model" / "config.json").read_text())
    assert config["add_source_eos"]  # as the network is taught
    again = packed(
        *("es-en", "1.0", inside / "model"),
        (inside / "sentencepiece.model").read_bytes(),
        "# Model card",
    )
    assert again == untrained.read_bytes()


def test_pack_averages_a_run_and_refuses_one_of_another_direction(
    tokenizer, tmp_path, capsys
):
    run, prepared = tmp_path / "run", tmp_path / "prepared"
    prepared.mkdir()
    (prepared / "pieces.model").write_bytes(tokenizer)
    shape = SHAPES["tiny"]
    size = len(pieces.vocabulary(tokenizer))
    for step in (1, 2):
        weights.write(run, step, random_weights(shape, size, step), keep=8)
    (run / "run.json").write_text(json.dumps({"direction": "en-es", "shape": "tiny"}))
    out = tmp_path / "made.argosmodel"
    words = ["--run", str(run), "--prepared", str(prepared), "--out", str(out)]
    assert main(["pack", "en-es", *words]) == 0
    assert import_package(out, tmp_path / "packages").target == "es"
    assert main(["pack", "es-en", *words]) == 1
    assert "is a run of en-es, not es-en" in capsys.readouterr().err


# --- the gate ------------------------------------------------------------------------

APERTIUM = Scores(bleu=18.0, chrf=50.0, numbers=100.0, names=96.0)
GOOD = Scores(bleu=30.0, chrf=58.0, numbers=99.0, names=97.0)
FIT = Measured(
    direction="es-en",
    sha256="ab",
    bytes=17_000_000,
    sentences_a_second=150.0,
    cores=2,
    ours=dict.fromkeys(SETS, GOOD),
    apertium=dict.fromkeys(SETS, APERTIUM),
)


def on_one(**changed: float | None) -> Measured:
    return replace(FIT, ours={**FIT.ours, SETS[1]: replace(GOOD, **changed)})


def test_a_package_that_is_good_enough_ships():
    assert failures(FIT) == []
    exactly = on_one(bleu=APERTIUM.bleu + LEAD, numbers=98.0, names=96.0)
    assert failures(replace(exactly, sentences_a_second=100, bytes=25_000_000)) == []


@pytest.mark.parametrize(
    ("measured", "why"),
    [
        (on_one(bleu=21.9), "flores_devtest: BLEU 21.9 is not 4 above Apertium's 18.0"),
        (on_one(bleu=math.nan), "flores_devtest: BLEU nan is not 4 above"),
        (on_one(numbers=97.9), "of numbers survive 97.9 %, not 98 %"),
        (on_one(numbers=None), "of numbers survive an unknown share"),
        (on_one(names=95.9), "of names survive 95.9 %, Apertium keeps 96.0 %"),
        (replace(FIT, sentences_a_second=99), "99 sentences a second are fewer"),
        (replace(FIT, cores=16), "speed was measured on 16 cores, not on 2"),
        (replace(FIT, bytes=25_000_001), "25,000,001 bytes are more than 25,000,000"),
        (replace(FIT, ours={SETS[0]: GOOD}), "this package was not measured on it"),
    ],
)
def test_a_package_does_not_ship_for_one_reason_alone(measured, why):
    [found] = failures(measured)
    assert why in found


def test_without_apertium_nothing_ships():
    assert len(failures(replace(FIT, apertium={}))) == len(SETS)


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_higher_score_never_fails_where_a_lower_one_passed(one, other):
    low, high = sorted((one, other))
    assert len(failures(on_one(bleu=high))) <= len(failures(on_one(bleu=low)))


# --- evaluate, card, ship ------------------------------------------------------------


@pytest.fixture
def tests_folder(tmp_path):
    """Sentences of the tiny package's words, in both languages."""
    folder = tmp_path / "tests"
    folder.mkdir()
    words = make_tiny.dictionary("es", "en")
    spanish = [s.rstrip(".?!") for s in make_tiny.sentences("es", 30)]
    for name in SETS:
        lines = {
            "es": spanish,
            "en": [" ".join(_said(w, words) for w in s.split()) for s in spanish],
        }
        for language, texts in lines.items():
            body = "".join(f"{text}\n" for text in texts)
            (folder / f"{name}.{language}").write_text(body, encoding="utf-8")
    return folder


def _said(word: str, words: dict[str, str]) -> str:
    return words.get(word.rstrip(","), word.rstrip(",")) + word[len(word.rstrip(",")) :]


@pytest.fixture
def scored(tests_folder, tmp_path, monkeypatch):
    """The tiny package with its scores; on as many cores as the tests have."""
    monkeypatch.setattr("os.sched_setaffinity", lambda pid, cores: None)
    file = tmp_path / "tiny.argosmodel"
    file.write_bytes(make_tiny.package("es", "en"))
    out = tmp_path / "scores.json"
    words = ["evaluate", str(file), "--tests", str(tests_folder), "--out", str(out)]
    assert main(words) == 0
    return file, out


def test_evaluate_scores_a_package_on_every_set(scored):
    file, out = scored
    found = evaluate.read_measured(out)
    assert found.direction == "es-en" and found.bytes == file.stat().st_size
    assert list(found.ours) == sorted(SETS)
    assert found.ours[SETS[0]].bleu > 90
    assert found.sentences_a_second > 0
    assert "| newstest2013 | es-en | this | 100.0 |" in evaluate.table(found)


def test_ship_puts_a_good_package_into_the_folder_and_no_other(
    scored, tmp_path, capsys
):
    file, out = scored
    held = json.loads(out.read_text())
    models = tmp_path / "models"
    words = ["ship", str(file), "--scores", str(out), "--into", str(models)]

    held |= {"ours": {}, "cores": 2, "sentences_a_second": 500.0}
    out.write_text(json.dumps(held))
    assert main(words) == 1
    assert (
        "does not ship: newstest2013: this package was not" in capsys.readouterr().err
    )
    assert not models.exists()

    good = {"bleu": 30, "chrf": 50, "numbers": 99, "names": 99}
    poor = {"bleu": 10, "chrf": 40, "numbers": 99, "names": 90}
    held |= {"ours": dict.fromkeys(SETS, good), "apertium": dict.fromkeys(SETS, poor)}
    out.write_text(json.dumps(held))
    assert main(words) == 0
    assert ArgosTranslator(models).translate(["agua"], "es", "en") == ["water"]

    file.write_bytes(make_tiny.package("en", "es"))
    assert main(words) == 1
    assert "has the scores of another file" in capsys.readouterr().err


def test_scores_of_another_kind_are_refused(tmp_path):
    path = tmp_path / "scores.json"
    for body in ("{}", "[]", "{", '{"ours": {"a": {"bleu": 1}}, "apertium": {}}'):
        path.write_text(body)
        with pytest.raises(ConfigError, match="run 'python -m training evaluate'"):
            evaluate.read_measured(path)


def test_the_card_tells_of_data_licences_scores_and_faults():
    report = {
        "kept": {"pud": 900, "novel": 7},
        "dropped": {
            "exact test sentences": {"newstest2013": 2},
            "near test sentences": {"newstest2013": 5},
        },
        "tests not given": ["ntrex"],
    }
    told = card.card(
        report, [FIT, replace(FIT, direction="en-es", bytes=26_000_000)], "A try."
    )
    assert "| pud | 900 | 6 | CC BY-SA | Parallel Universal Dependencies |" in told
    assert "| novel | 7 | 1 | not stated |" in told
    assert "2 exact and 5 near" in told and "ntrex" in told
    assert "| newstest2013 | es-en | this | 30.0 |" in told
    assert "es-en: ships" in told and "A try." in told
    assert "does not ship is no part of the program" in told
    assert "no part of the program" not in card.card(report, [FIT])
    assert "en-es: does not ship: 26,000,000 bytes" in told
    assert "Known faults" in told


# --- back-translation ----------------------------------------------------------------


def test_headlines_become_pairs_but_for_those_that_are_measured_or_doubted(
    tmp_path, capsys
):
    def table(name: str, *titles: str):
        path = tmp_path / name
        path.write_text("title,summary\n" + "".join(f'"{t}",\n' for t in titles))
        return str(path)

    sound = "el gobierno anuncia nuevo acuerdo con la ciudad"
    said = "the government announces new agreement with la city"
    headlines = table(
        "headlines.csv",
        sound,
        sound.upper(),  # the same again
        "el puente de la ciudad cierra hoy",  # something is measured on it
        "the government announces the agreement today",  # not Spanish
        "el agua",  # too short
        "los vecinos por las noches se van a su casa y no la ven",  # left as it is
    )
    package = tmp_path / "tiny.argosmodel"
    package.write_bytes(make_tiny.package("es", "en"))
    out = tmp_path / "made.tsv.xz"
    words = ["back-translate", "es-en", "--headlines", headlines, "--out", str(out)]
    words += ["--without", table("measured.csv", "El puente de la ciudad cierra hoy")]
    assert main([*words, "--package", str(package)]) == 0
    assert list(read_pairs(out)) == [Pair(sound, said, "headlines_es")]
    assert "1 of 2 headlines; doubted: {'untranslated': 1}" in capsys.readouterr().out


def test_headlines_without_titles_are_refused(tmp_path):
    path = tmp_path / "headlines.csv"
    path.write_text("name\nuno\n")
    with pytest.raises(ConfigError, match="headlines.csv:1: no column title"):
        list(back_translate.headlines(path))


# --- the folder ----------------------------------------------------------------------

MODULES = sorted(Path(weights.__file__).parent.glob("*.py"))


def _asked(path: Path) -> set[str]:
    """What a module imports, by its first name, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                found |= {alias.name.partition(".")[0] for alias in names}
            case ast.ImportFrom(module=str(name)):
                found.add(name.partition(".")[0])
    return found


def test_training_alone_needs_pytorch():
    needing = {path.stem for path in MODULES if "torch" in _asked(path)}
    assert needing == {"network", "train"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_modules_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 50, node.name


# --- the commands --------------------------------------------------------------------


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "train"])
def test_every_command_says_what_it_takes(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert COMMANDS[command].split()[0] in capsys.readouterr().out
