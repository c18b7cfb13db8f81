"""
The third step: checkpoints averaged, converted and packed as an Argos package.

Needs no PyTorch. The package is the same on every run: its members have no dates.
"""

import argparse
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from monitor.errors import ConfigError
from monitor.model import Language
from training import weights
from training.convert import convert
from training.directions import DIRECTIONS, languages
from training.files import read_json, sha256, write_whole
from training.pieces import vocabulary

NAMES: Mapping[Language, str] = {"en": "English", "es": "Spanish"}
ARGOS_VERSION = "1.9"
"""The oldest that reads such a package."""


def packed(
    direction: str, version: str, model: Path, pieces: bytes, readme: str
) -> bytes:
    """The bytes of an ``.argosmodel``, of a folder with a converted model."""
    source, target = languages(direction)
    folder = f"translate-{source}_{target}-{version.replace('.', '_')}"
    metadata = {
        "package_version": version,
        "argos_version": ARGOS_VERSION,
        "from_code": source,
        "from_name": NAMES[source],
        "to_code": target,
        "to_name": NAMES[target],
    }
    files = {
        "README.md": readme.encode(),
        "metadata.json": json.dumps(metadata, indent=4).encode(),
        "sentencepiece.model": pieces,
        **{f"model/{path.name}": path.read_bytes() for path in model.iterdir()},
    }
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(f"{folder}/{name}")
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return body.getvalue()


def package_of(run: Path, pieces: bytes, last: int, version: str, readme: str) -> bytes:
    """The package of a run's last checkpoints.

    Raises ConfigError if the run has none, or its folder says not what it is of.
    """
    begun = read_json(run / "run.json", "name the folder that train worked in")
    mean = weights.averaged(weights.checkpoints(run)[-last:])
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        shape = weights.SHAPES[begun["shape"]]
        convert(mean, shape, vocabulary(pieces), model)
        return packed(begun["direction"], version, model, pieces, readme)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("direction", choices=DIRECTIONS)
    parser.add_argument("--run", type=Path, required=True, help="where train worked")
    parser.add_argument("--prepared", type=Path, required=True, help="by prepare")
    parser.add_argument("--out", type=Path, required=True, help="the .argosmodel file")
    parser.add_argument("--last", type=int, default=8, help="checkpoints to average")
    parser.add_argument("--version", default="1.0", help="of the package")
    parser.add_argument(
        "--card",
        type=Path,
        default=Path(__file__).with_name("CARD.md"),
        help="what the package says of itself",
    )


def main(wanted: argparse.Namespace) -> int:
    """Pack, and print how large the package is."""
    begun = read_json(wanted.run / "run.json", "name the folder that train worked in")
    if begun["direction"] != wanted.direction:
        raise ConfigError(
            f"{wanted.run}: is a run of {begun['direction']}, not {wanted.direction}"
        )
    pieces = (wanted.prepared / "pieces.model").read_bytes()
    readme = wanted.card.read_text(encoding="utf-8") if wanted.card.exists() else ""
    body = package_of(wanted.run, pieces, wanted.last, wanted.version, readme)
    write_whole(wanted.out, body)
    print(f"{wanted.out}: {len(body) / 1e6:.1f} MB, sha256 {sha256(wanted.out)}")
    return 0
