"""
The network learns, goes on where it stopped, and says in CTranslate2 what it says here.

Needs PyTorch: ``make train-smoke`` runs this; elsewhere it is skipped and says so.
"""

import argparse
import json
import random

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: make train-smoke")

import ctranslate2  # noqa: E402

from training import corpus, pieces, weights  # noqa: E402
from training.convert import convert  # noqa: E402
from training.make_up import sentences  # noqa: E402
from training.network import Network  # noqa: E402
from training.train import Pace, Plan, Run, arguments, main  # noqa: E402

SHAPE = weights.SHAPES["tiny"]


@pytest.fixture(scope="module")
def model() -> bytes:
    made = list(sentences(800, False, random.Random(1)))
    return pieces.learn([text for p in made for text in (p.es, p.en)], size=400)


@pytest.fixture(scope="module")
def learnt(model) -> corpus.Corpus:
    made = list(sentences(800, False, random.Random(1)))
    cutter = pieces.opened(model)
    return corpus.Corpus(
        es=corpus.side([cutter.encode(p.es) for p in made]),
        en=corpus.side([cutter.encode(p.en) for p in made]),
        dataset=np.zeros(len(made), dtype=np.uint16),
        names=("tatoeba_anki",),
    )


def plan(**changed) -> Plan:
    asked = {
        "direction": "es-en",
        "shape": "tiny",
        "minutes": 10.0,
        "steps": 240,
        "batch_tokens": 1_000,
        "save_every": 100,
        "keep": 3,
        "dropout": 0.0,
        "pace": Pace(peak=4e-3, warm_up=50),
        "device": "cpu",
    }
    return Plan(**asked | changed)


def run(folder, model, **changed) -> Run:
    folder.mkdir(exist_ok=True)
    return Run(folder, plan(**changed), len(pieces.vocabulary(model)))


@pytest.fixture(scope="module")
def trained(tmp_path_factory, model, learnt):
    """240 steps."""
    folder = tmp_path_factory.mktemp("run")
    made = run(folder, model)
    before = made.loss_of(learnt)
    made.learn(learnt, learnt)
    return folder, made, before


def test_the_loss_falls(trained, learnt):
    _, made, before = trained
    assert made.loss_of(learnt) < before / 2


def test_ctranslate2_says_what_the_network_says(trained, model, learnt, tmp_path):
    folder, made, _ = trained
    vocabulary = pieces.vocabulary(model)
    newest = weights.read(weights.checkpoints(folder)[-1])
    convert(newest, SHAPE, vocabulary, tmp_path / "model", quantization=None)
    runner = ctranslate2.Translator(str(tmp_path / "model"), compute_type="float32")
    sources = [learnt.es.sentence(n).tolist() for n in range(12)]
    results = runner.translate_batch(
        [[vocabulary[i] for i in ids] for ids in sources],
        beam_size=1,
        max_decoding_length=40,
    )
    theirs = [result.hypotheses[0] for result in results]
    ours = [[vocabulary[i] for i in greedy(made.network, ids)] for ids in sources]
    assert len(set(map(tuple, ours))) > 3  # it looks at what it is given
    assert ours == theirs


def greedy(network: Network, ids: list[int]) -> list[int]:
    """The likeliest piece at each place, up to the end or 40 pieces."""
    network.eval()
    said = [pieces.START]
    with torch.no_grad():
        memory, mask = network.encode(torch.tensor([[*ids, pieces.END]]))
        while len(said) <= 40 and said[-1] != pieces.END:
            x = network.decode(torch.tensor([said]), memory, mask)
            said.append(int(network.scores(x[:, -1]).argmax()))
    return said[1:-1] if said[-1] == pieces.END else said[1:]


def test_what_a_sentence_is_filled_up_with_changes_nothing(model):
    network = Network(SHAPE, 400, dropout=0.0).eval()
    source, target = torch.tensor([[7, 8, 9]]), torch.tensor([[1, 5]])
    longer = torch.tensor([[7, 8, 9, pieces.PAD, pieces.PAD]])
    with torch.no_grad():
        assert torch.allclose(
            network(source, target), network(longer, target), atol=1e-5
        )


def test_the_weights_are_as_many_as_the_shape_says(model):
    for name in ("tiny", "small"):
        network = Network(weights.SHAPES[name], 400)
        count = sum(of.numel() for of in network.parameters())
        assert count == weights.SHAPES[name].count(400)


def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    trained, tmp_path, model, learnt
):
    folder, _, _ = trained
    (tmp_path / "run").mkdir()
    stopped = _Stopped(tmp_path / "run", plan(), len(pieces.vocabulary(model)))
    with pytest.raises(KeyboardInterrupt):
        stopped.learn(learnt, learnt)
    again = run(tmp_path / "run", model)
    assert again.place.step == 100
    again.learn(learnt, learnt)
    one, other = (
        weights.read(weights.checkpoints(f)[-1]) for f in (folder, tmp_path / "run")
    )
    assert one.keys() == other.keys()
    assert all(np.allclose(one[n], other[n], atol=1e-5) for n in one)
    steps = [
        json.loads(line)["step"]
        for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    ]
    assert steps == sorted(steps) and steps.count(100) == 2


class _Stopped(Run):
    """One that is stopped between two checkpoints."""

    def _step(self, batch, at_rate):
        if self.place.step == 130:
            raise KeyboardInterrupt
        return super()._step(batch, at_rate)


def test_the_command_refuses_a_run_of_something_else(tmp_path, model, learnt, capsys):
    from monitor.errors import ConfigError

    prepared = tmp_path / "prepared"
    prepared.mkdir()
    (prepared / "pieces.model").write_bytes(model)
    for name in ("train", "dev"):
        corpus.write(prepared / f"{name}.npz", learnt)
    parser = argparse.ArgumentParser()
    arguments(parser)
    words = ["--prepared", str(prepared), "--run", str(tmp_path / "run")]
    words += ["--shape", "tiny", "--steps", "2", "--minutes", "1", "--device", "cpu"]
    assert main(parser.parse_args(["es-en", *words])) == 0
    assert "weights, on cpu" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="this run has direction es-en, not en-es"):
        main(parser.parse_args(["en-es", *words]))
