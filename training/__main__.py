"""
Make the embedded translator: one command for each step.

    python -m training COMMAND --help
"""

import argparse
import importlib
import sys

from monitor.errors import MonitorError

COMMANDS = {
    "prepare": "clean, sample and tokenise pairs of sentences",
    "train": "train a model for one direction; goes on where it stopped",
    "pack": "average checkpoints and make an Argos package of them",
    "back-translate": "make pairs of real headlines and their translations",
    "evaluate": "score a package beside Apertium",
    "ship": "put a package into the program, if its scores are good enough",
    "card": "write the model card",
    "make-up": "write made-up pairs, test sets and headlines, to try the others on",
}


def main(words: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training")
    parser.add_argument("command", choices=COMMANDS, help=_help())
    given = sys.argv[1:] if words is None else words
    wanted = parser.parse_args(given[:1])
    # Only what is asked for is loaded: one step needs PyTorch, others the program.
    module = importlib.import_module(f"training.{wanted.command.replace('-', '_')}")
    own = argparse.ArgumentParser(
        prog=f"python -m training {wanted.command}",
        description=COMMANDS[wanted.command],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    module.arguments(own)
    try:
        return int(module.main(own.parse_args(given[1:])))
    except MonitorError as error:
        print(error, file=sys.stderr)
        return 1


def _help() -> str:
    return "; ".join(f"{name}: {what}" for name, what in COMMANDS.items())


if __name__ == "__main__":
    sys.exit(main())
