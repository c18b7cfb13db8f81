"""Small disks of their own, where this machine lets us mount any."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk in memory; ``size`` as ``mount`` takes it. Skips where there is no right."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this root may not mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def mounted(folder: Path, option: str) -> None:
    """Mount it anew with an option, such as ``ro`` or ``size=30m``."""
    subprocess.run(["mount", "-o", f"remount,{option}", folder], check=True)
