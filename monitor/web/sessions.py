"""Who asks for a page: by a session, by a token, or by being at this machine."""

import hmac
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from ipaddress import ip_address
from secrets import token_urlsafe
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.responses import Response

from monitor.access import (
    ENVIRONMENT,
    LOCAL,
    LONGEST,
    NOTED,
    ApiToken,
    Person,
    Session,
    User,
    digest,
    name_fault,
    plain_name,
)
from monitor.errors import StoreError
from monitor.store.database import Store
from monitor.web.passwords import BusyError, Passwords
from monitor.web.reach import LOCAL_NAMES, Reach
from monitor.web.throttle import Throttle

COOKIE, SECURE_COOKIE = "monitor", "__Host-monitor"
"""Browsers keep the second from any site but ours, and send it by TLS alone."""
BUSY_SECONDS = 5
"""After which somebody who was turned away should try again."""

_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What a proxy writes: whoever comes through one is not at this machine."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of who asks."""

    person: Person | None
    csrf: str = field(default="", repr=False)
    """What a form of theirs must bring along; programs with a token have none."""
    session: str = field(default="", repr=False)
    """The digest of their session, if it is by one that we know them."""
    is_open: bool = False
    """Whether anybody can prove who they are, so that pages may be public."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a password did not help."""

    reason: str
    """``wrong``, ``often`` or ``busy``."""
    wait: int = 0
    """Seconds."""


def drawn() -> bytes:
    """A secret."""
    return token_urlsafe(32).encode()


class Door:
    """Knows who asks, and lets users in and out; one for all threads."""

    def __init__(
        self,
        open_store: Callable[[], Store],
        clock: Callable[[], datetime],
        reach: Reach,
        passwords: Passwords | None = None,
        *,
        secret: bytes = b"",
        processes: int = 1,
    ) -> None:
        """One of so many doors to one desk, all of one secret; drawn where it is b"".

        A form that one of them handed out may come back through another.
        """
        self._open_store = open_store
        self._clock = clock
        self.reach = reach
        self.passwords = passwords or Passwords()
        self._throttle = Throttle(processes)
        self.form_token = hmac.new(secret or drawn(), b"form", sha256).hexdigest()
        """What forms bring along of whom no session is known."""

    # --- who asks --------------------------------------------------------------

    def known(self, request: Request) -> Known:
        """Whatever the request proves; raises StoreError."""
        with self._open_store() as store:
            has_users = store.users.any()
            is_open = has_users or bool(self.reach.token)
            token = bearer(request)
            if token is not None:
                return Known(self._by_token(store, token), is_open=is_open)
            if not has_users and self._is_local(request):
                return Known(LOCAL, self.form_token, is_open=is_open)
            found = self._by_session(store, request)
            if found is None:
                return Known(None, self.form_token, is_open=is_open)
        session, user = found
        person = Person(user.name, user.role, "session")
        return Known(person, session.csrf, session.digest, is_open)

    def _by_token(self, store: Store, token: str) -> Person | None:
        mine, known = digest(token), digest(self.reach.token)
        if self.reach.token and hmac.compare_digest(mine, known):
            return ENVIRONMENT
        found = store.api_tokens.of(mine)
        if found is None:
            return None
        kept, user = found
        now = self._clock()
        if kept.used is None or now - kept.used >= NOTED:
            with suppress(StoreError):  # another program writes: noted the next time
                store.api_tokens.use(kept.id, now)
        return Person(user.name, user.role, "token")

    def _by_session(
        self, store: Store, request: Request
    ) -> tuple[Session, User] | None:
        token = request.cookies.get(self._cookie(request))
        found = store.sessions.of(digest(token)) if token else None
        now = self._clock()
        if found is None or found[0].is_over(now):
            return None
        if now - found[0].used >= NOTED:
            with suppress(StoreError):
                store.sessions.use(found[0].digest, now)
        return found

    def _is_local(self, request: Request) -> bool:
        """Whether a browser of this machine asks, and no proxy for somebody else."""
        return (
            self.reach.is_loopback
            and host_name(request) in LOCAL_NAMES | {self.reach.host.lower()}
            and not any(name in request.headers for name in _FORWARDED)
            and _is_loopback(_peer(request))
        )

    # --- in and out ------------------------------------------------------------

    def sign_in(
        self, request: Request, name: str, password: str
    ) -> tuple[Session, str] | Refusal:
        """A new session and its token for the cookie, or why there is none.

        A session that the browser had before ends: nobody can hand a person a session
        that they know.
        """
        name = plain_name(name)
        kept = self._checked(request, name, password)
        if isinstance(kept, Refusal):
            return kept
        with self._open_store() as store:
            made, token = self._session(name)
            if not store.sessions.add(made, kept):
                return Refusal("wrong")  # changed or removed while we checked
            self._end(store, request)
        self._throttle.forgive(name, self.client(request))
        return made, token

    def change_password(
        self, request: Request, name: str, before: str, after: str
    ) -> tuple[Session, str] | Refusal:
        """Every session of the user ends; a new one, or why all is as it was."""
        kept = self._checked(request, name, before)
        if isinstance(kept, Refusal):
            return kept
        self._throttle.forgive(name, self.client(request))
        try:
            hashed = self.passwords.hash(after)
        except BusyError:
            return Refusal("busy", BUSY_SECONDS)
        with self._open_store() as store, store.atomic():
            if store.users.password(name) != kept:
                return Refusal("wrong")
            store.users.set_password(name, hashed)
            made, token = self._session(name)
            store.sessions.add(made, hashed)
        return made, token

    def sign_out(self, request: Request) -> None:
        """End the session of the request, if it has one."""
        with self._open_store() as store:
            self._end(store, request)

    def tokens(self, name: str) -> list[ApiToken]:
        """A user's tokens that are still good for something."""
        with self._open_store() as store:
            found = store.api_tokens.all()
        return [token for token in found if token.user == name and not token.revoked]

    def revoke(self, token: int) -> None:
        """Take a token for none from now on."""
        with self._open_store() as store:
            store.api_tokens.revoke(token, self._clock())

    def _checked(self, request: Request, name: str, password: str) -> str | Refusal:
        """The hash of the user's password if it is this one."""
        address = self.client(request)
        if wait := self._throttle.wait_of(name, address):
            return Refusal("often", wait)
        kept = None
        if not name_fault(name):
            with self._open_store() as store:
                kept = store.users.password(name)
        try:
            if not self.passwords.is_right(kept, password) or kept is None:
                return Refusal("wrong")
        except BusyError:
            self._throttle.excuse(name, address)
            return Refusal("busy", BUSY_SECONDS)
        return self._renewed(name, kept, password)

    def _renewed(self, name: str, kept: str, password: str) -> str:
        """The right password's hash, by today's parameters where there is time."""
        with suppress(BusyError, StoreError):
            if after := self.passwords.renewed(kept, password):
                with self._open_store() as store:
                    store.users.rehash(name, kept, after)
                return after
        return kept

    def _session(self, name: str) -> tuple[Session, str]:
        token, now = token_urlsafe(32), self._clock()
        return Session(digest(token), name, token_urlsafe(32), now, now), token

    def _end(self, store: Store, request: Request) -> None:
        if token := request.cookies.get(self._cookie(request)):
            store.sessions.end(digest(token))

    # --- the browser -----------------------------------------------------------

    def is_secure(self, request: Request) -> bool:
        """Whether the browser came by TLS, to us or to the proxy before us."""
        return request.url.scheme == "https" or (
            self.reach.is_public_https and self.is_public(request)
        )

    def is_public(self, request: Request) -> bool:
        """Whether it called us by the public address."""
        host, name = self.reach.public_host, request.headers.get("host", "").lower()
        return bool(host) and name in (host, f"{host}:443", host.removesuffix(":443"))

    def origin(self, request: Request) -> str:
        """Our own origin, as the browser names it."""
        scheme = "https" if self.is_secure(request) else "http"
        host = request.headers.get("host", "").lower()
        return f"{scheme}://{host.removesuffix(_PORTS[scheme])}"

    def client(self, request: Request) -> str:
        """The address of who asks.

        A proxy on this machine says it last in ``X-Forwarded-For``; what stands before
        that, and what others send, anybody may have made up.
        """
        peer = _peer(request)
        said = request.headers.getlist("x-forwarded-for")
        if said and self.is_public(request) and _is_loopback(peer):
            return ",".join(said).rpartition(",")[2].strip()[:64]
        return peer

    def give(self, request: Request, answer: Response, token: str) -> None:
        """Have the browser keep the token of its session; empty: forget it."""
        answer.set_cookie(
            self._cookie(request),
            token,
            max_age=int(LONGEST.total_seconds()) if token else 0,
            path="/",
            secure=self.is_secure(request),
            httponly=True,
            samesite="lax",
        )

    def _cookie(self, request: Request) -> str:
        return SECURE_COOKIE if self.is_secure(request) else COOKIE


def host_name(request: Request) -> str:
    """By which name, without the port, a request calls us; empty for none."""
    said = request.headers.get("host", "")
    try:
        parts = urlsplit(f"//{said}")
        is_plain = parts.netloc == said and parts.username is None
        return (parts.hostname or "") if is_plain else ""
    except ValueError:
        return ""


_PORTS = {"https": ":443", "http": ":80"}


def bearer(request: Request) -> str | None:
    """The token that a program brings, if one does."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


# --- what pages ask --------------------------------------------------------------


def known(request: Request) -> Known:
    """What the gate found out of who asks; nobody where it did not look."""
    found = getattr(request.state, "known", None)
    return found if isinstance(found, Known) else Known(None)


def who(request: Request) -> Person | None:
    """Who asks for a page."""
    return known(request).person


def editor(request: Request) -> Person:
    """Who asks for a page that only editors may see; a 403 for others."""
    person = who(request)
    if person is None or not person.is_editor:
        raise HTTPException(HTTPStatus.FORBIDDEN, "This takes an editor.")
    return person


def signed_in(request: Request) -> Person:
    """Who has signed in by a password and asks for what is theirs; a 404 for others."""
    person = who(request)
    if person is None or person.via != "session":
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return person


Editor = Annotated[Person, Depends(editor)]
SignedIn = Annotated[Person, Depends(signed_in)]
"""Parameters of routes."""
