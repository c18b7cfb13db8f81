"""
The dense channel. What needs the weights runs where the extra is installed; the rest
everywhere.
"""

import importlib.util
import random
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from builders import item, reading
from monitor.errors import ConfigError
from monitor.evaluation.datasets import read
from monitor.newsroom.content import labelled_path
from monitor.stories import dense_model
from monitor.stories.dense import DIMENSIONS, dense_text, unit
from monitor.stories.dense_model import PACKAGE, REMEDY, MiniLM, open_encoder

ROOT = Path(__file__).parent.parent
FOUND = find_spec(PACKAGE)
installed = pytest.mark.skipif(
    FOUND is None or find_spec("tokenizers") is None,
    reason="needs the extra 'dense': make dense",
)


ENGLISH = [one for one in read(labelled_path()).items if one.language == "en"]
TITLES = [one.title for one in ENGLISH[:40]]
TEXTS = [dense_text(reading(one)) for one in ENGLISH[:40]]


@pytest.fixture(scope="module")
def encoder():
    return open_encoder()


@pytest.fixture(scope="module")
def alone(encoder):
    """Title -> vector, each encoded in a call of its own."""
    return {text: encoder.encode([text])[0] for text in TITLES}


@pytest.fixture(scope="module")
def folder():
    return Path(FOUND.submodule_search_locations[0]) / "model"


@pytest.fixture(scope="module")
def plain(folder):
    spec = importlib.util.spec_from_file_location(
        "plain_minilm", ROOT / "bench" / "plain_minilm.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PlainMiniLM(folder)


# --- what is encoded -----------------------------------------------------------------


def test_an_english_item_is_encoded_as_it_is():
    of = item("Rain fills the dams", summary="Two reservoirs spilled over on Sunday.")
    text = "Rain fills the dams. Two reservoirs spilled over on Sunday."
    assert dense_text(reading(of)) == text


def test_a_spanish_item_is_encoded_in_english():
    of = item("Llenan lluvias las presas", "MX", summary="Dos embalses rebosaron.")
    assert dense_text(reading(of, "Rain fills the dams")) == "Rain fills the dams"
    assert dense_text(reading(of)) == ""


def test_without_a_title_the_summary_stands_alone():
    assert dense_text(reading(item(" ", summary="Rain fell."))) == "Rain fell."


@pytest.mark.parametrize(
    ("doubts", "left"),
    [
        (("untranslated",), "Two dams spilled."),
        (("summary:repeats",), "Rain fills the dams"),
        (("length", "summary:numbers-lost"), "Rain fills the dams. Two dams spilled."),
        (("empty", "summary:wrong-language"), ""),
    ],
)
def test_what_cannot_be_a_translation_is_not_encoded(doubts, left):
    of = item("Llenan lluvias las presas", "MX")
    read_as = reading(of, "Rain fills the dams", "Two dams spilled.", doubts)
    assert dense_text(read_as) == left


def test_a_summary_is_encoded_from_its_news_on_and_not_to_its_end():
    of = item("Rain", summary="MONCLOVA, COAH.- " + "word " * 100)
    text = dense_text(reading(of))
    assert text.startswith("Rain. word word")
    assert len(text) <= len("Rain. ") + 300


# --- vectors -------------------------------------------------------------------------


@given(arrays(np.float64, DIMENSIONS, elements=st.integers(-99, 99)))
def test_a_vector_has_length_1_and_the_values_that_are_kept(vector):
    made = unit(vector)
    assert made.dtype == np.float32
    assert (made.astype(np.float16).astype(np.float32) == made).all()
    assert np.linalg.norm(made) == pytest.approx(1 if vector.any() else 0, abs=1e-3)


@installed
def test_rows_come_in_order_with_length_1(encoder):
    found = encoder.encode(TEXTS)
    assert found.shape == (len(TEXTS), DIMENSIONS)
    assert found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=2e-4)
    assert (found.astype(np.float16).astype(np.float32) == found).all()
    assert len(np.unique(found, axis=0)) == len(set(TEXTS))
    for i in (0, 17, 39):
        assert (encoder.encode([TEXTS[i]]) == found[i]).all()


@installed
def test_no_texts_give_no_rows(encoder):
    assert encoder.encode([]).shape == (0, DIMENSIONS)


@installed
@pytest.mark.parametrize("text", ["", "  \n\t", "\u200b", "🙂🙂", "🙂 🌧", "\0"])
def test_a_text_that_says_nothing_gives_a_row_of_zeros(encoder, text):
    [alone] = encoder.encode([text])
    _, among, _ = encoder.encode(["Rain fell", text, "It rained"])
    assert not alone.any()
    assert not among.any()


@installed
def test_emoji_beside_words_change_little(encoder):
    bare, cheerful = encoder.encode(["Rain fills the dams", "Rain fills the dams 🙂"])
    assert bare @ cheerful > 0.7


@installed
def test_the_model_is_the_one_it_is_named_after(encoder, plain):
    """NumPy alone comes to the same, but for the rounding to float16."""
    texts = [*TEXTS[:8], "Rain", "¡México, D.F.! — 日本 ß ﬁ", "abc" * 30, "word " * 300]
    expected = np.array([plain.vector(text) for text in texts])
    np.testing.assert_allclose(
        encoder.encode(texts), expected, rtol=2.0**-11, atol=1e-5
    )


@installed
def test_a_text_is_read_to_its_256th_token(encoder):
    long = ["rain"] * 254  # between the tokens of start and end
    whole, longer, other = encoder.encode(
        [" ".join(words) for words in (long, [*long, "dog"], [*long[:-1], "dog"])]
    )
    assert (whole == longer).all()
    assert (whole != other).any()


@installed
@pytest.mark.parametrize(
    ("text", "akin", "other"),
    [
        (
            "Rain fills the dams of Nuevo León",
            "Monterrey's reservoirs are full again after the storm",
            "Rangers win in the tenth inning",
        ),
        (
            "Union ends its strike at the car plant",
            "Automobile workers return to the assembly line",
            "Museum shows the queen's letters",
        ),
        (
            "Central bank cuts interest rate by a quarter point",
            "Borrowing gets cheaper as policymakers ease",
            "Bank robber caught after a chase",
        ),
        (
            "Measles spreads in schools of Chihuahua",
            "Outbreak of a contagious rash among pupils",
            "Chihuahua builds twelve schools",
        ),
    ],
)
def test_what_means_the_same_lies_closer_than_what_shares_words(
    encoder, text, akin, other
):
    one, same, different = encoder.encode([text, akin, other])
    assert one @ same > one @ different


# --- the same text, the same vector ----------------------------------------------------


@installed
@settings(max_examples=15, deadline=None)
@given(st.permutations(TITLES), st.integers(0, len(TITLES)))
def test_a_vector_does_not_depend_on_what_is_encoded_beside_it(
    encoder, alone, titles, count
):
    """In batches, one value in 400 of a title's would."""
    for text, row in zip(titles[:count], encoder.encode(titles[:count]), strict=True):
        assert row.tobytes() == alone[text].tobytes()


@installed
def test_another_process_with_other_cores_comes_to_the_same(encoder):
    """As after a restart; and one core must not round otherwise than two."""
    code = """
import os, sys
os.cpu_count = lambda: 1
from monitor.stories.dense_model import open_encoder
sys.stdout.buffer.write(open_encoder().encode(sys.argv[1:]).tobytes())
"""
    texts = random.Random(1).sample(TITLES, 20)
    told = subprocess.run(
        [sys.executable, "-c", code, *texts], cwd=ROOT, capture_output=True, check=True
    )
    assert told.stdout == encoder.encode(texts).tobytes()


# --- installed, not installed, damaged -------------------------------------------------


def test_without_the_weights_there_is_no_encoder(monkeypatch):
    monkeypatch.setattr(dense_model, "PACKAGE", "no_such_package")
    assert open_encoder() is None


def test_missing_weights_are_named_with_the_remedy(tmp_path):
    with pytest.raises(ConfigError) as caught:
        MiniLM(tmp_path)
    assert str(tmp_path / "model.safetensors") in str(caught.value)
    assert REMEDY in str(caught.value)


def test_damaged_weights_are_named_with_the_remedy(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 1000)
    with pytest.raises(ConfigError, match=r"model\.safetensors: damaged") as caught:
        MiniLM(tmp_path)
    assert REMEDY in str(caught.value)


@installed
def test_a_damaged_tokenizer_is_named_with_the_remedy(tmp_path, folder):
    (tmp_path / "model.safetensors").symlink_to(folder / "model.safetensors")
    shutil.copy(folder / "tokenizer.json", tmp_path)
    with (tmp_path / "tokenizer.json").open("a") as file:
        file.write(" ")
    with pytest.raises(ConfigError, match=r"tokenizer\.json: damaged") as caught:
        MiniLM(tmp_path)
    assert REMEDY in str(caught.value)


@pytest.mark.skipif(FOUND is None, reason="needs the extra 'dense': make dense")
def test_weights_without_a_tokenizer_are_half_an_installation(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)  # cannot be imported
    with pytest.raises(ConfigError, match="weights but no tokenizer") as caught:
        open_encoder()
    assert REMEDY in str(caught.value)


@installed
def test_a_full_disk_names_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(ConfigError, match="TMPDIR"):
        open_encoder()


@installed
def test_encoding_loads_no_pytorch_nor_the_package_that_would():
    code = """
import sys
from monitor.stories.dense_model import PACKAGE, open_encoder
assert open_encoder().encode(["Rain"]).any()
strangers = {PACKAGE, "torch", "sentence_transformers", "safetensors"}
print(strangers & set(sys.modules), "tokenizers" in sys.modules)
"""
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert told.stdout == "set() True\n", told.stderr
