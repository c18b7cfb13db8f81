"""
The second step: a model for one direction, learnt from prepared pairs.

Stopped at any moment it goes on from its last checkpoint, in the same round and batch.
On a graphics card it computes in bf16 and keeps its weights in float32. The folder of a
run holds ``run.json``, ``log.jsonl``, ``checkpoints/`` and ``state.pt``.
"""

import argparse
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from time import monotonic

import torch
import torch.nn.functional as F
from torch import Tensor

from monitor.errors import ConfigError
from monitor.model import Language
from training import corpus, weights
from training.corpus import Batch, Corpus
from training.directions import DIRECTIONS, languages
from training.files import read_json, sha256, write_json, write_whole
from training.network import Network
from training.pieces import PAD, vocabulary
from training.schedule import Pace, passed, rate

SMOOTHING = 0.1
CLIP = 1.0
LOG_EVERY = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is asked for."""

    direction: str
    shape: str
    minutes: float
    """In all, those of earlier parts of the run included."""
    steps: int | None
    batch_tokens: int
    save_every: int
    keep: int
    dropout: float
    pace: Pace
    device: str

    @property
    def source(self) -> Language:
        """The language that is read."""
        return languages(self.direction)[0]

    @property
    def target(self) -> Language:
        """The language that is written."""
        return languages(self.direction)[1]


@dataclass(slots=True)
class Place:
    """How far a run has come."""

    step: int = 0
    round_: int = 0
    batch: int = 0
    """The next one of the round."""
    seconds: float = 0.0


class Run:
    """A model as it learns."""

    def __init__(self, folder: Path, plan: Plan, pieces: int) -> None:
        """Begins, or takes up what the folder has."""
        torch.manual_seed(1)
        self.folder, self.plan, self.place = folder, plan, Place()
        shape = weights.SHAPES[plan.shape]
        self.network = Network(shape, pieces, plan.dropout).to(plan.device)
        self.optimizer = torch.optim.Adam(
            self.network.parameters(),
            lr=0.0,
            betas=(0.9, 0.98),
            eps=1e-9,
            fused=plan.device.startswith("cuda"),
        )
        if (folder / "state.pt").exists():
            self._take_up()

    def _take_up(self) -> None:
        path = self.folder / "state.pt"
        held = torch.load(path, map_location=self.plan.device, weights_only=True)
        self.network.load_state_dict(held["network"])
        self.optimizer.load_state_dict(held["optimizer"])
        self.place = Place(**held["place"])
        log = self.folder / "log.jsonl"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        known = [line for line in lines if json.loads(line)["step"] <= self.place.step]
        write_whole(log, "".join(f"{line}\n" for line in known).encode())

    def save(self) -> None:
        """A checkpoint, and all that it takes to go on from it."""
        state = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "place": asdict(self.place),
        }
        plain = {
            name: tensor.detach().float().cpu().numpy()
            for name, tensor in self.network.named_parameters()
        }
        weights.write(self.folder, self.place.step, plain, self.plan.keep)
        body = io.BytesIO()
        torch.save(state, body)
        write_whole(self.folder / "state.pt", body.getvalue())

    def learn(self, learnt: Corpus, watched: Corpus) -> None:
        """Until the time is over."""
        started = monotonic() - self.place.seconds
        told, tokens = started + self.place.seconds, 0
        losses = torch.zeros((), device=self.plan.device)
        self.network.train()
        for batch in self._batches(learnt):
            self.place.seconds = monotonic() - started
            share = self._share()
            if share >= 1:
                break
            losses += self._step(
                batch, rate(self.place.step + 1, share, self.plan.pace)
            )
            self.place.step += 1
            self.place.batch += 1
            tokens += int((batch.target != PAD).sum())
            if self.place.step % LOG_EVERY == 0:
                now = monotonic()
                self._log(
                    loss=round(losses.item() / LOG_EVERY, 4),
                    tokens_a_second=round(tokens / (now - told)),
                )
                losses.zero_()
                told, tokens = now, 0
            if self.place.step % self.plan.save_every == 0:
                self._log(watched=round(self.loss_of(watched), 4))
                self.save()
        if self.place.step % self.plan.save_every:
            self._log(watched=round(self.loss_of(watched), 4))
            self.save()

    def _share(self) -> float:
        plan, place = self.plan, self.place
        return passed(place.step, place.seconds, plan.steps, plan.minutes)

    def _batches(self, learnt: Corpus) -> Iterator[Batch]:
        """Round after round, from where the run is."""
        plan = self.plan
        while True:
            found = corpus.batches(
                learnt, plan.source, plan.target, plan.batch_tokens, self.place.round_
            )
            yield from islice(found, self.place.batch, None)
            self.place.round_ += 1
            self.place.batch = 0

    def _step(self, batch: Batch, at_rate: float) -> Tensor:
        for of in self.optimizer.param_groups:
            of["lr"] = at_rate
        loss = self._loss(batch, SMOOTHING)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self.optimizer.step()
        return loss.detach()

    def _loss(self, batch: Batch, smoothing: float) -> Tensor:
        """Of every piece that is to be written, the end included."""
        device = self.plan.device
        source, given, wanted = (
            torch.from_numpy(ids).long().to(device, non_blocking=True)
            for ids in (
                corpus.ended(batch.source),
                corpus.started(batch.target),
                corpus.ended(batch.target),
            )
        )
        is_cuda = device.startswith("cuda")
        with torch.autocast("cuda", torch.bfloat16, enabled=is_cuda):
            memory, mask = self.network.encode(source)
            x = self.network.decode(given, memory, mask)
            real = wanted != PAD
            scores = self.network.scores(x[real])
        return F.cross_entropy(scores.float(), wanted[real], label_smoothing=smoothing)

    def loss_of(self, watched: Corpus) -> float:
        """Nats a piece on pairs that nothing is learnt from."""
        plan, total, count = self.plan, 0.0, 0
        found = corpus.all_once(watched, plan.source, plan.target, plan.batch_tokens)
        self.network.eval()
        with torch.no_grad():
            for batch in found:
                written = int((batch.target != PAD).sum()) + len(batch.target)
                total += self._loss(batch, 0.0).item() * written
                count += written
        self.network.train()
        return total / count if count else float("nan")

    def _log(self, **figures: float) -> None:
        line = {
            "step": self.place.step,
            "round": self.place.round_,
            "seconds": round(self.place.seconds, 1),
            **figures,
        }
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("direction", choices=DIRECTIONS)
    parser.add_argument("--prepared", type=Path, required=True, help="by prepare")
    parser.add_argument("--run", type=Path, required=True, help="folder to work in")
    parser.add_argument("--minutes", type=float, default=11.0, help="of work in all")
    parser.add_argument("--steps", type=int, help="stop after so many, too")
    parser.add_argument("--shape", choices=weights.SHAPES, default="middle")
    parser.add_argument("--batch-tokens", type=int, default=24_000)
    parser.add_argument("--save-every", type=int, default=500, help="steps")
    parser.add_argument("--keep", type=int, default=8, help="checkpoints")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--peak", type=float, default=Pace().peak, help="learning rate")
    parser.add_argument("--warm-up", type=int, default=Pace().warm_up, help="steps")
    parser.add_argument(
        "--device", default="cuda" if torch.cuda.is_available() else "cpu"
    )


def main(wanted: argparse.Namespace) -> int:
    """Train, with a line of JSON for every hundred steps."""
    plan = Plan(
        direction=wanted.direction,
        shape=wanted.shape,
        minutes=wanted.minutes,
        steps=wanted.steps,
        batch_tokens=wanted.batch_tokens,
        save_every=wanted.save_every,
        keep=wanted.keep,
        dropout=wanted.dropout,
        pace=Pace(wanted.peak, wanted.warm_up),
        device=wanted.device,
    )
    model = wanted.prepared / "pieces.model"
    learnt, watched = (
        corpus.read(wanted.prepared / f"{name}.npz") for name in ("train", "dev")
    )
    size = len(vocabulary(model.read_bytes()))
    _agree(wanted.run, plan, sha256(model))
    print(
        f"{weights.SHAPES[plan.shape].count(size):,} weights, on {plan.device}",
        flush=True,
    )
    Run(wanted.run, plan, size).learn(learnt, watched)
    return 0


def _agree(run: Path, plan: Plan, pieces: str) -> None:
    """Note what a run is of; one that has begun goes on as what it is.

    Raises ConfigError if it is of another direction, shape or vocabulary.
    """
    path = run / "run.json"
    mine = {"direction": plan.direction, "shape": plan.shape, "pieces": pieces}
    if path.exists():
        begun = read_json(path, "remove the run's folder to begin anew")
        for key, value in mine.items():
            if begun.get(key) != value:
                raise ConfigError(
                    f"{path}: this run has {key} {begun.get(key)}, not {value};"
                    " name another folder with --run"
                )
    write_json(path, mine)
