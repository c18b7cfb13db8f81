"""Who may use the dashboard, and how they prove who they are."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

Role = Literal["reader", "editor"]
ROLES: tuple[Role, ...] = ("reader", "editor")
"""A reader sees every page; an editor corrects, too."""

Via = Literal["local", "session", "token"]
"""How we know who asks: by being at this machine, by a password, by a token."""

IDLE = timedelta(hours=12)
"""How long a session lasts without a request."""
LONGEST = timedelta(days=7)
"""How long it lasts at most."""
NOTED = timedelta(minutes=5)
"""How exactly the last use of a session or token is kept; each is a write."""

_NAME = re.compile(r"\w[\w.@+-]{0,63}")
_TAKEN = {"local", "monitor_token"}
"""What the log calls those who need no name."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in."""

    name: str
    role: Role
    made: datetime
    disabled: datetime | None = None
    """Since when they may no more; what they did keeps their name."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which a user has signed in."""

    digest: str
    """Of the token that the browser has, and we have not."""
    user: str
    csrf: str
    """What every form of the session must bring along."""
    made: datetime
    used: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether nobody used it for long, or it is old."""
        return now >= self.used + IDLE or now >= self.made + LONGEST


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's way in, with its user's role."""

    id: int
    user: str
    label: str
    made: datetime
    used: datetime | None = None
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks for a page."""

    name: str
    role: Role
    via: Via

    @property
    def is_editor(self) -> bool:
        """Whether they may change anything."""
        return self.role == "editor"


LOCAL = Person("local", "editor", "local")
"""Whoever sits at this machine while nobody has to sign in."""
ENVIRONMENT = Person("MONITOR_TOKEN", "editor", "token")
"""Whoever knows the token of the environment."""


def plain_name(name: str) -> str:
    """A user's name as it is kept: one spelling, in small letters."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def name_fault(name: str) -> str:
    """What is wrong with a new user's plain name; empty: nothing."""
    if name in _TAKEN:
        return f"{name!r} is the monitor's own name for somebody else; choose another"
    if _NAME.fullmatch(name) is None:
        return "a name has 1 to 64 letters, digits or any of . _ @ + -, and no space"
    return ""


def digest(token: str) -> str:
    """What is kept of a token: it has 256 random bits, so no salt and no slow hash."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
