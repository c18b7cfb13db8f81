"""
How fast texts become vectors, beside the same model in NumPy alone, in one run.

    python bench/dense.py [TEXTS]

The texts are the newsroom's English titles, alone and with the start of their
summaries, TEXTS (200) of each. Both ways take turns, each with a text on every core;
machines are noisy, so read the ratio. CPU is of all threads, per text; memory is the
most that was held so far.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy: its threads are ours, below

import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path

from monitor.evaluation.datasets import read
from monitor.model import Reading
from monitor.newsroom.content import labelled_path
from monitor.stories.dense import dense_text
from monitor.stories.dense_model import PACKAGE, open_encoder
from plain_minilm import PlainMiniLM

TEXTS = 200
TURNS = 2


def main() -> None:
    """Print the start, then one line for each kind of text and way."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TEXTS
    print(f"{'before loading':36} {_memory():5.0f} MB")
    begin = time.perf_counter()
    encoder = open_encoder()
    if encoder is None:
        print("the dense channel is not installed: make dense")
        return
    seconds = time.perf_counter() - begin
    print(f"{'loaded in ' + f'{seconds:.2f} s':36} {_memory():5.0f} MB")
    encoder.encode(["Rain fills the dams"])
    plain = PlainMiniLM(_folder())
    for name, texts in _texts(count).items():
        ours, its = [], []
        for _ in range(TURNS):
            ours.append(_measure(lambda t=texts: encoder.encode(t)))
            its.append(_measure(lambda t=texts: _all(plain, t)))
        _tell(name, "CTranslate2", min(ours), len(texts))
        _tell(name, "NumPy", min(its), len(texts))
        print(f"{name:20} {'ratio':12} {min(its)[0] / min(ours)[0]:6.1f}")


def _texts(count: int) -> dict[str, list[str]]:
    items = [one for one in read(labelled_path()).items if one.language == "en"]
    whole = [dense_text(Reading(one, one.title, one.summary)) for one in items]
    return {
        "titles": list(islice(cycle(one.title for one in items), count)),
        "titles and leads": list(islice(cycle(whole), count)),
    }


def _all(plain: PlainMiniLM, texts: Sequence[str]) -> list[object]:
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(plain.vector, texts))


def _measure(work: Callable[[], Sequence[object]]) -> tuple[float, float]:
    """Seconds by the clock, and of CPU."""
    begin, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begin, time.process_time() - cpu


def _tell(texts: str, way: str, took: tuple[float, float], count: int) -> None:
    seconds, cpu = took
    print(
        f"{texts:20} {way:12} {count / seconds:6.0f} a second"
        f" {1000 * cpu / count:6.1f} ms CPU {_memory():5.0f} MB"
    )


def _folder() -> Path:
    found = find_spec(PACKAGE)
    assert found and found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "model"


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
