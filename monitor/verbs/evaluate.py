"""The verbs that measure: eval stories, eval translation."""

import csv
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from monitor.clustering import Clustering
from monitor.config.settings import DenseName, EngineName
from monitor.errors import ConfigError
from monitor.evaluation.datasets import LabelledSet, read, read_lines
from monitor.evaluation.scores import Agreement, Report, Scores, report
from monitor.evaluation.translation import score_as_read
from monitor.model import Language, Sighting
from monitor.pipeline import Plan
from monitor.store.database import Store
from monitor.stories.dense_model import open_encoder
from monitor.terminal import show_json
from monitor.translation.bridge import bridge
from monitor.translation.translator import engine_for
from monitor.verbs import compose
from monitor.verbs.steps import cluster_waiting, think_again, translate_pending


def eval_stories(
    file: Path,
    engine: EngineName,
    dense: DenseName,
    assignments: Path | None,
    as_json: bool,
    second_half: bool = False,
) -> None:
    """Cluster a labelled file as a live day and score it against its labels.

    With ``second_half`` the whole is clustered and its later half scored.
    """
    labelled = read(file)
    found, copies = live_day(labelled, engine, dense)
    if assignments:
        _write_assignments(assignments, found)
    certain = (labelled.second_half() if second_half else labelled).certain
    scored = report(labelled.items, labelled.stories, found, certain, copies)
    show_json(scored.to_dict()) if as_json else _show(file, scored)


def eval_translation(
    source: Path,
    reference: Path,
    pair: tuple[Language, Language],
    engine: EngineName,
    as_json: bool,
) -> None:
    """Translate a file line by line and score it against a reference."""
    texts, references = read_lines(source), read_lines(reference)
    if len(texts) != len(references):
        raise ConfigError(
            f"{reference}: has {len(references)} lines, {source} {len(texts)}"
        )
    with closing(compose.open_translator(engine)) as translator:
        start = time.perf_counter()
        made = translator.translate(texts, *pair)
        seconds = time.perf_counter() - start
        used = engine_for(translator, *pair) or translator
    scored = score_as_read(texts, made, references, pair[0], bridge())
    found = {
        "engine": used.name,
        "version": used.version,
        "from": pair[0],
        "to": pair[1],
        "sentences": len(texts),
        "bleu": round(scored.bleu, 2),
        "chrf": round(scored.chrf, 2),
        "numbers_kept": _percent(scored.numbers),
        "names_kept": _percent(scored.names),
        "bridge_kept": _percent(scored.bridge),
        "sentences_per_second": round(len(texts) / seconds, 1),
    }
    if as_json:
        show_json(found)
    else:
        for key, value in found.items():
            print(f"{key.ljust(20)}  {value}")


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share, 1)


def live_day(
    labelled: LabelledSet, engine: EngineName, dense: DenseName = "none"
) -> tuple[dict[str, str], set[str]]:
    """(item id -> found story, the copies), by a live monitor's steps, hour by hour.

    At the end the whole window is looked at again, as it is every night.
    """
    last = max(item.published for item in labelled.items)
    quiet: Callable[[str], None] = lambda line: None  # noqa: E731
    with (
        Store(":memory:") as store,
        closing(compose.open_translator(engine)) as translator,
    ):
        # Each labelled item is one of its own, whatever texts repeat.
        seen = [Sighting(item, (f"id:{item.id}",), item.id) for item in labelled.items]
        store.items.add(seen, "", (), last)
        plan = Plan(("en",))
        translate_pending(store, translator, plan, last, quiet, Event())
        encoder = open_encoder() if dense == "auto" else None
        clustering = Clustering(encoder=encoder)
        for now in _hours(labelled):
            waiting = replace(
                compose.waiting(plan, translator, now), patience=_NO_TIME, seen_by=now
            )
            cluster_waiting(store, clustering, waiting, quiet, Event())
            think_again(store, clustering, now, quiet)
        think_again(store, clustering, last, quiet, "window")
        return store.stories.found(), store.stories.copies()


_NO_TIME = timedelta(0)


def _hours(labelled: LabelledSet) -> list[datetime]:
    """The ends of the hours in which items were published."""
    starts = {i.published.replace(minute=0, second=0) for i in labelled.items}
    return [start + timedelta(hours=1) for start in sorted(starts)]


def _write_assignments(path: Path, found: dict[str, str]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("id", "story"))
            writer.writerows(sorted(found.items()))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error


def _show(file: Path, scored: Report) -> None:
    found = scored.scores
    print(
        f"{file}: {found.all.items} items scored, {scored.copies} of them copies,"
        f" {scored.unscored} not scored"
    )
    print(
        f"{found.all.found_stories} stories found, {found.all.true_stories} labelled\n"
    )
    print(f"{'':34}      P      R     F1  (alone)   without copies: F1")
    answers = (found, scored.singletons, scored.originals, scored.originals_alone)
    for name, pick in _ROWS:
        mine, alone, original, original_alone = map(pick, answers)
        print(
            f"{name.ljust(34)} {mine.precision:6.3f} {mine.recall:6.3f}"
            f" {mine.f1:6.3f}  ({alone.f1:.3f})   {original.f1:6.3f}"
            f"  ({original_alone.f1:.3f})"
        )
    print("\n(alone): F1 if every item stood by itself\n")
    for size, sized in found.sizes.items():
        print(f"true stories of {size} items: {sized.stories} with {sized.items} items")
    across = found.bilingual
    print(
        f"bilingual stories: {across.found} of {across.true_stories} found,"
        f" mean share of their pairs {across.mean_share:.3f};"
        f" {across.wrong} of {across.found_stories} found ones without a true pair;"
        f" the largest has {across.largest_share:.0%} of all true pairs across"
    )


_ROWS: tuple[tuple[str, Callable[[Scores], Agreement]], ...] = (
    ("B-cubed, all", lambda s: s.all.bcubed),
    ("B-cubed, en", lambda s: s.languages["en"].bcubed),
    ("B-cubed, es", lambda s: s.languages["es"].bcubed),
    ("B-cubed, stories of several items", lambda s: s.multi),
    ("B-cubed, stories of 2-3", lambda s: s.sizes["2-3"].bcubed),
    ("B-cubed, stories of 4-10", lambda s: s.sizes["4-10"].bcubed),
    ("B-cubed, stories of 11 and more", lambda s: s.sizes["11+"].bcubed),
    ("pairs, all", lambda s: s.all.pairs),
    ("pairs, en", lambda s: s.languages["en"].pairs),
    ("pairs, es", lambda s: s.languages["es"].pairs),
    ("pairs, across languages", lambda s: s.bilingual.pairs),
    ("  without the largest story", lambda s: s.bilingual.pairs_besides),
)
