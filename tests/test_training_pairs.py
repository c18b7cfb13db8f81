"""What a translation model learns from: pairs read, cleaned, held against test sets."""

import json
import lzma
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from training import corpus, mixture, pieces, prepare
from training.__main__ import main
from training.clean import FAULTS, fault, normal
from training.held_out import HeldOut, TestSet, missing, read_test_sets
from training.make_up import sentences
from training.pairs import Pair, read_pairs, write_pairs
from training.pieces import END, PAD, START

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def pair(es: str, en: str, dataset: str = "pud") -> Pair:
    return Pair(es, en, dataset)


# --- files ---------------------------------------------------------------------------


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
@pytest.mark.parametrize("name", ["pairs.tsv", "pairs.tsv.xz"])
def test_pairs_come_back_as_they_were_but_for_white_space(
    tmp_path_factory, name, texts
):
    path = tmp_path_factory.mktemp("pairs") / name
    pairs = [pair(" ".join(es.split()), " ".join(en.split())) for es, en in texts]
    assert write_pairs(path, [pair(es, en) for es, en in texts]) == len(texts)
    assert list(read_pairs(path)) == pairs


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"uno\tone\tx\nsolo dos\tcolumnas\n", r"pairs.tsv:2: 2 columns; a line is"),
        (b"ma\xf1ana\ttomorrow\tx\n", "is not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_line(tmp_path, body, why):
    path = tmp_path / "pairs.tsv"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(ConfigError, match=why):
        list(read_pairs(path))


def test_a_packed_file_that_was_cut_short_is_refused(tmp_path):
    path = tmp_path / "pairs.tsv.xz"
    path.write_bytes(lzma.compress(b"uno\tone\tx\n" * 5_000)[:-20])
    with pytest.raises(ConfigError, match="cannot be read"):
        list(read_pairs(path))


# --- cleaning ------------------------------------------------------------------------

FAULTY = {
    "empty": pair("", "Nothing"),
    "control": pair("El agua\x07 llega", "The water arrives"),
    "code": pair("Abra el archivo_uno", "Open the file_one"),
    "letters": pair("(1) 22/33 - 44", "(1) 22/33 - 44"),
    "long": pair("agua " * 120, "water " * 120),
    "length": pair("El puente se cierra hoy por la tarde otra vez", "The bridge"),
    "same": pair("The mayor closes the bridge", "The mayor closes the bridge"),
    "language": pair("The mayor closes the bridge", "The mayors closed it for the day"),
    "numbers": pair("Murieron 14 personas", "People died"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_pair_is_dropped_for(name):
    assert fault(FAULTY[name]) == name


@pytest.mark.parametrize(
    "sound",
    [
        pair("El agua llegó a Tijuana", "Water came to Tijuana"),
        pair("Ciudad Juárez", "Ciudad Juárez"),
        pair("Hubo 1.327 casos, un 4,5 % más", "There were 1,327 cases, 4.5% more"),
        pair("Gastó 20 mil 900 pesos", "He spent 20,900 pesos"),
        pair("«¿Quién?», dijo", "“Who?” he said"),
        pair("¡Sí!", "Yes!"),
    ],
)
def test_a_sound_pair_stays(sound):
    assert fault(sound) == ""


def test_blanks_that_a_tokenizer_left_go():
    loose = pair("¿ Quién  dijo ( ayer ) que no , señor ?", "Who said so ?")
    assert normal(loose) == pair("¿Quién dijo (ayer) que no, señor?", "Who said so?")
    assert normal(normal(loose)) == normal(loose)


# --- test sets -----------------------------------------------------------------------

LONG = (
    "El consejo de la ciudad aprobó este martes un plan para llevar agua a las colonias"
    " del este antes de que llegue el verano"
)
OTHER = "The council approved a plan to bring water to the districts in the east"
HELD = HeldOut(
    [TestSet("newstest2013", {"es": (LONG, "Así es."), "en": (OTHER, "So it is.")})]
)


def test_a_test_sentence_is_found_whatever_its_case_accents_and_marks():
    found = HELD.leak(pair(LONG.upper().replace("Ó", "O") + "!", "Something else"))
    assert found is not None and found.is_exact
    assert found.test_set == "newstest2013"
    assert HELD.leak(pair("Otra cosa", "so it is")).is_exact


def test_one_with_a_few_words_changed_is_found_on_either_side():
    changed = LONG.replace("este martes", "el lunes").replace("antes", "mucho antes")
    found = HELD.leak(pair(changed, "Something else"))
    assert found is not None and not found.is_exact
    assert HELD.leak(pair("Otra cosa", OTHER.replace("plan", "project"))) is not None


def test_a_stretch_of_one_is_found_inside_a_longer_text():
    inside = "Ayer se supo, y nadie lo esperaba, que " + OTHER
    assert HELD.leak(pair("Otra cosa", inside)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Aprobó este martes una ley",
        "antes de que llegue el verano",  # six words of the test sentence
        "Un plan para llevar",
    ],
)
def test_a_phrase_that_a_test_sentence_has_too_is_no_repetition(text):
    assert HELD.leak(pair(text, "Something else")) is None


@given(st.integers(0, 21), st.sampled_from(["lunes", "xyz", "de"]))
def test_any_one_word_may_be_changed(place, word):
    changed = LONG.split()
    changed[place] = word
    assert HELD.leak(pair(" ".join(changed), "Something else")) is not None


def test_the_sets_of_a_folder_are_read_and_those_that_lack_are_told(tmp_path):
    (tmp_path / "newstest2013.es").write_text("Uno\nDos\n", encoding="utf-8")
    (tmp_path / "newstest2013.en").write_text("One\nTwo\n", encoding="utf-8")
    [found] = read_test_sets(tmp_path)
    assert found.lines["en"] == ("One", "Two")
    assert missing([found]) == ["flores", "ntrex", "wmt24"]


def test_test_sets_of_different_length_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="no test sets; put NAME.es"):
        read_test_sets(tmp_path)
    (tmp_path / "a.es").write_text("Uno\n", encoding="utf-8")
    (tmp_path / "a.en").write_text("One\nTwo\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="2 lines for the 1 of a.es"):
        read_test_sets(tmp_path)


# --- sampling ------------------------------------------------------------------------


def test_news_count_more_and_documentation_is_capped():
    news, docs = mixture.source("newstest2010"), mixture.source("msdocs_dev")
    assert news.times > mixture.source("europarl_25k").times > docs.times
    assert docs.most is not None and news.most is None


def test_no_model_learns_to_write_what_a_machine_wrote():
    assert mixture.times("headlines_en", "es") == 0
    assert mixture.times("headlines_en", "en") > 0
    assert mixture.times("headlines_es", "en") == 0
    assert mixture.times("headlines_es", "es") > 0


def test_every_source_has_a_licence_and_no_name_is_in_two():
    names = [name for source in mixture.SOURCES for name in source.names]
    assert len(names) == len(set(names)) == len(mixture.BY_NAME)
    assert all(source.licence and source.attribution for source in mixture.SOURCES)


# --- pieces and batches --------------------------------------------------------------


@pytest.fixture(scope="module")
def made() -> list[Pair]:
    import random

    return list(sentences(400, False, random.Random(1)))


@pytest.fixture(scope="module")
def model(made) -> bytes:
    return pieces.learn([text for p in made for text in (p.es, p.en)], size=400)


@given(TEXT)
def test_whatever_a_text_holds_comes_back_from_its_pieces(model, text):
    cutter = pieces.opened(model)
    plain = " ".join(text.replace("▁", "").split())
    ids = cutter.encode(plain)
    assert pieces.UNKNOWN not in ids
    assert " ".join(cutter.decode(ids).split()) == plain


def test_figures_are_cut_one_by_one_however_often_they_come():
    model = pieces.learn(["En 2023 hubo 2023 casos", "In 2023, 2023 cases"] * 200, 300)
    assert pieces.opened(model).encode("2023", out_type=str)[-4:] == list("2023")


def test_marks_have_their_numbers(model):
    named = pieces.vocabulary(model)[: pieces.PAD + 1]
    assert named == ["<unk>", "<s>", "</s>", "<pad>"]


@pytest.fixture(scope="module")
def learnt(made, model) -> corpus.Corpus:
    return prepare.as_corpus(made, model)


@given(st.integers(0, 50), st.integers(200, 3_000))
def test_batches_hold_their_limit_and_lose_nothing(learnt, round_, tokens):
    shown = 0
    for batch in corpus.batches(learnt, "es", "en", tokens, round_):
        assert (
            max(corpus.ended(batch.source).size, corpus.ended(batch.target).size)
            <= tokens
        )
        assert len(batch.source) == len(batch.target)
        shown += len(batch.source)
    assert shown == corpus.count(learnt, "en")


def test_every_pair_can_be_had_once_whatever_its_weight(learnt):
    found = [row for b in corpus.all_once(learnt, "en", "es", 900) for row in b.source]
    assert len(found) == len(learnt.dataset) < corpus.count(learnt, "es")


def test_a_round_is_the_same_again_and_no_other(learnt):
    one, same, other = (
        [b.source.tobytes() for b in corpus.batches(learnt, "es", "en", 900, n)]
        for n in (3, 3, 4)
    )
    assert one == same != other


def test_a_pair_comes_as_often_as_its_dataset_says(learnt):
    wanted = Counter()
    for number, dataset in enumerate(learnt.dataset):
        key = learnt.es.sentence(number).tobytes()
        wanted[key] += int(mixture.times(learnt.names[dataset], "en"))
    found = Counter(
        row[row != PAD].astype(np.uint16).tobytes()
        for batch in corpus.batches(learnt, "es", "en", 900, 0)
        for row in batch.source
    )
    assert found == wanted


def test_rows_are_framed_by_start_and_end():
    ids = np.array([[5, 6, PAD], [7, 8, 9]], dtype=np.int32)
    assert corpus.started(ids).tolist() == [[START, 5, 6, PAD], [START, 7, 8, 9]]
    assert corpus.ended(ids).tolist() == [[5, 6, END, PAD], [7, 8, 9, END]]


def test_a_corpus_comes_back_from_its_file(learnt, tmp_path):
    corpus.write(tmp_path / "train.npz", learnt)
    found = corpus.read(tmp_path / "train.npz")
    assert found.names == learnt.names
    assert np.array_equal(found.en.ids, learnt.en.ids)
    with pytest.raises(ConfigError, match="run 'python -m training prepare'"):
        corpus.read(tmp_path / "dev.npz")


# --- the step ------------------------------------------------------------------------


def test_prepare_reports_what_it_read_dropped_and_kept(tmp_path, capsys):
    assert (
        main(["make-up", "--out", str(tmp_path), "--pairs", "300", "--lines", "20"])
        == 0
    )
    extra = tmp_path / "extra.tsv"
    test_line = (tmp_path / "tests" / "newstest2013.es").read_text().splitlines()[0]
    rows = [
        pair(test_line.upper(), "A test sentence"),
        pair(test_line.replace(".", " otra vez más."), "Nearly a test sentence"),
        pair("Murieron 14", "People died"),
        pair("Cosa nueva", "New thing"),
        pair("Cosa nueva", "New thing"),
    ]
    write_pairs(extra, rows)
    out = tmp_path / "prepared"
    words = [
        "prepare",
        "--pairs",
        str(tmp_path / "pairs.tsv.xz"),
        "--pairs",
        str(extra),
    ]
    words += ["--tests", str(tmp_path / "tests"), "--out", str(out), "--pieces", "700"]
    assert main(words) == 0
    report = json.loads((out / "report.json").read_text())
    assert report["read"]["pud"] == 5
    assert report["dropped"]["exact test sentences"] == {"newstest2013": 1}
    assert report["dropped"]["near test sentences"] == {"newstest2013": 1}
    assert report["dropped"]["numbers"] == 1
    assert report["kept"]["pud"] == 1
    assert report["tests not given"] == ["ntrex", "wmt24"]
    assert "has them not: ntrex, wmt24" in capsys.readouterr().out
    assert {p.name for p in out.iterdir()} == {
        *("pieces.model", "train.npz", "dev.npz", "report.json"),
    }


def test_a_wrong_input_is_one_line_and_an_exit_status(tmp_path, capsys):
    words = ["prepare", "--pairs", "none.tsv", "--tests", str(tmp_path), "--out", "x"]
    assert main(words) == 1
    assert "no test sets" in capsys.readouterr().err
