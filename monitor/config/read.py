"""
feeds.yaml and the environment -> Config.

Every mistake names file, line, key, what was expected and, for a misspelt key, the
nearest one we know. Secrets come from the environment alone.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from monitor.config.disagreements import disagreements
from monitor.config.mistakes import (
    MistakesError,
    lines,
    misfits,
    misfits_at,
)
from monitor.config.schema import Address, FeedSchema, FileSchema
from monitor.config.settings import Config, Secrets
from monitor.config.tree import load, read_text
from monitor.errors import ConfigError
from monitor.model import Feed
from monitor.text import without_login

PASSWORD_VARIABLE = "MONITOR_SMTP_PASSWORD"  # noqa: S105 - a name, not a secret
DKIM_VARIABLE = "MONITOR_DKIM_KEY"
TOKEN_VARIABLE = "MONITOR_TOKEN"  # noqa: S105 - a name, too

NO_SECRETS = Secrets()

_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)
_LACKS_SCHEME = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?]\S*)?$")


def read_config(path: Path, environ: Mapping[str, str]) -> Config:
    """The checked content of a feeds.yaml.

    Raises ConfigError if the file, or one that holds a secret, cannot be read,
    MistakesError if it says something we cannot act on.
    """
    secrets = Secrets(
        secret(environ, PASSWORD_VARIABLE), secret(environ, DKIM_VARIABLE)
    )
    return check(path, read_text(path), secrets)


def check(path: Path, text: str, secrets: Secrets = NO_SECRETS) -> Config:
    """What a text would say as the feeds.yaml at ``path``.

    Raises ConfigError and MistakesError as ``read_config`` does.
    """
    tree = load(path, text)
    if not isinstance(tree, dict):
        keys = ", ".join(FileSchema.model_fields)
        raise ConfigError(f"{path}:1: expected a mapping with the keys {keys}")
    try:
        schema = FileSchema.model_validate(tree)
    except ValidationError as error:
        raise MistakesError(lines(path, tree, misfits(error.errors()))) from None
    if found := list(disagreements(tree, schema)):
        raise MistakesError(lines(path, tree, found))
    return schema.to_config(secrets)


def secret(environ: Mapping[str, str], name: str) -> str:
    """The variable of this name, or what is in the file that NAME_FILE names.

    Raises ConfigError if both are set, or the file cannot be read.
    """
    file = environ.get(f"{name}_FILE", "")
    if not file:
        return environ.get(name, "")
    if environ.get(name):
        raise ConfigError(f"{name} and {name}_FILE are both set; remove one")
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        what = f"{file}: cannot be read: {error.strerror}"
        raise ConfigError(f"{name}_FILE: {what}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"{name}_FILE: {file}: is no text in UTF-8") from None


def check_feed(values: Mapping[str, object]) -> Feed:
    """One feed from the values of its keys, as they would stand in feeds.yaml.

    Raises ConfigError with what is wrong first, without a place.
    """
    try:
        return FeedSchema.model_validate(values).to_feed()
    except ValidationError as error:
        raise ConfigError(misfits_at(("feeds", 0), error)[0]) from None


def check_address(url: str) -> None:
    """Raises ConfigError, with a remedy, if no feed of feeds.yaml may be there."""
    try:
        _ADDRESS.validate_python(url)
    except ValidationError as error:
        _, what = next(misfits(error.errors()))
        if _LACKS_SCHEME.match(url):
            raise ConfigError(
                f"{url}: is no web address; write https:// before it"
            ) from None
        raise ConfigError(f"{without_login(url)}: {what}") from None
