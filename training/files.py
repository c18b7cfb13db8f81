"""Files that are there whole or not at all, whenever a step is stopped."""

import hashlib
import json
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError


def write_whole(path: Path, body: bytes) -> None:
    """Write a file beside its place and move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(body)
    part.replace(path)


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON that a person can read, too."""
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    write_whole(path, text.encode())


def read_json(path: Path, remedy: str) -> Any:
    """The value in a JSON file. Raises ConfigError with a remedy if there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); {remedy}") from error


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex. Raises ConfigError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
