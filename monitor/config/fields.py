"""What the schemas of feeds.yaml are made of: checked texts and a strict mapping."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import time as Clock
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator

from monitor.text import squeeze

T = TypeVar("T")


def must(be: str, is_right: Callable[[Any], object]) -> AfterValidator:
    """A check that says what was expected where a value is not right."""

    def checked(value: Any) -> Any:
        # What urlsplit and ZoneInfo raise says less than we do.
        with suppress(ValueError, LookupError, OSError):
            if is_right(value):
                return value
        raise ValueError(f"expected {be}")

    return AfterValidator(checked)


def listed(value: object) -> object:
    """One form stands for a list of one."""
    return (value,) if isinstance(value, str) else value


def _is_web_address(value: str) -> bool:
    parts = urlsplit(value)
    named = parts.hostname and parts.port != 0 and not re.search(r"\s", value)
    return bool(named) and parts.scheme in {"http", "https"}


def _is_encrypted(value: str) -> bool:
    """Or this machine's own, where nobody listens in between."""
    parts = urlsplit(value)
    is_local = re.fullmatch(r"localhost|127(\.\d+){3}|::1", parts.hostname or "")
    return _is_web_address(value) and (parts.scheme == "https" or bool(is_local))


def _is_site(value: str) -> bool:
    """An address of a whole site: its pages lie right below it."""
    # In the header of a mail, and in the Host of a request, it stands as it is; and no
    # mark of an empty query or port: pages are put right behind it.
    host = r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)"
    is_bare = re.fullmatch(
        rf"https?://{host}(:\d+)?/?", value, re.IGNORECASE | re.ASCII
    )
    return bool(is_bare) and _is_encrypted(value)


def _has_no_login(value: str) -> bool:
    parts = urlsplit(value)
    return parts.username is None and parts.password is None


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except (re.error, OverflowError) as error:
        raise ValueError(f"expected a regular expression: {error}") from None
    return value


def clock(value: object) -> Clock:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value))
    if not match:
        raise ValueError('expected a time of day such as "07:00"')
    return Clock(int(match[1]), int(match[2]))


class SecretError(ValueError):
    """A mistake whose value may be a secret: it is not repeated."""


def _variable(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        return value
    raise SecretError(
        "expected the name of an environment variable such as DESK_CHANNELS: secrets"
        " stay out of this file",
    )


ASCII = must("ASCII, as HTTP headers hold nothing else", str.isascii)
WEB = must("a web address such as https://example.org/rss", _is_web_address)
INDEX = must("an address such as https://example.org/index.json", _is_encrypted)
SHA256 = must("64 hexadecimal digits", re.compile(r"[0-9A-Fa-f]{64}").fullmatch)
NO_LOGIN = must(
    "no user name or password in an address: they are never sent", _has_no_login
)
_MAILBOX = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
MAIL = must("a mail address such as desk@example.org", _MAILBOX.fullmatch)
PUBLIC = must(
    "https:// and a host alone, such as https://digest.example.org; accents in a host"
    " are written as xn--",
    _is_site,
)
SELECTOR = must(
    "a DKIM selector such as monitor2026",
    re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?").fullmatch,
)
DOMAIN = must(
    "a domain such as example.org", re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)+").fullmatch
)
ZONE = must("an IANA time zone such as America/Mexico_City", ZoneInfo)
ONE_GROUP = must("a pattern with one group", lambda p: re.compile(p).groups == 1)

Pattern = Annotated[str, must("a text", bool), AfterValidator(_pattern)]
Text = Annotated[str, AfterValidator(squeeze), must("a text", bool)]
Variable = Annotated[str, BeforeValidator(_variable)]
Forms = Annotated[tuple[Text, ...], BeforeValidator(listed)]
Some = Annotated[tuple[T, ...], must("at least one", bool)]


class Schema(BaseModel, extra="forbid"):
    """A mapping in which a key we do not know is a mistake."""
