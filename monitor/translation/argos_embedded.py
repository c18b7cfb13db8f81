"""
The Argos packages that come with the program, unpacked in its own folder.

They are small ones of our own making: see training/README.md. Where none has come they
are no engine at all, and nothing is different.
"""

from pathlib import Path

from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_packages import ArgosPackage, installed_packages

EMBEDDED_DIR = Path(__file__).with_name("models")
"""One folder for each package, as ``import_package`` makes it. Only read from: the
program may lie on a disk that it cannot write to."""
ENGINE = "embedded"


def open_embedded() -> ArgosTranslator | None:
    """What runs them; None if there are none."""
    return ArgosTranslator(EMBEDDED_DIR, name=ENGINE) if _has_any() else None


def embedded_packages() -> list[ArgosPackage]:
    """Which there are, by languages."""
    return installed_packages(EMBEDDED_DIR) if _has_any() else []


def _has_any() -> bool:
    """Without argostranslate, which makes folders when it is imported."""
    return any(EMBEDDED_DIR.glob("*/metadata.json"))
