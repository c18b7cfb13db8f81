"""The last step: a package that is good enough goes where the program finds it."""

import argparse
import sys
from pathlib import Path

from monitor.errors import ConfigError
from monitor.translation.argos_embedded import EMBEDDED_DIR
from monitor.translation.argos_packages import import_package
from training.evaluate import read_measured
from training.files import sha256
from training.gate import failures


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("package", type=Path, help="an .argosmodel file")
    parser.add_argument("--scores", type=Path, required=True, help="of evaluate")
    parser.add_argument("--into", type=Path, default=EMBEDDED_DIR, help="the folder")


def main(wanted: argparse.Namespace) -> int:
    """Put it there, or say every reason against it and fail."""
    found = read_measured(wanted.scores)
    if found.sha256 != sha256(wanted.package):
        raise ConfigError(
            f"{wanted.scores}: has the scores of another file than {wanted.package};"
            " evaluate this one"
        )
    if reasons := failures(found):
        for why in reasons:
            print(f"{wanted.package}: does not ship: {why}", file=sys.stderr)
        return 1
    package = import_package(wanted.package, wanted.into, found.sha256)
    print(f"{package.source}-{package.target} {package.version}: {package.path}")
    return 0
