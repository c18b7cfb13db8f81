"""The verbs on users: who may use the dashboard."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from getpass import getpass
from secrets import token_urlsafe
from typing import Any

from monitor.access import ApiToken, Role, User, digest, name_fault, plain_name
from monitor.errors import ConfigError
from monitor.store.database import Store
from monitor.terminal import show, show_json
from monitor.text import clip, printable, squeeze
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.web.passwords import LONGEST, SHORTEST, Passwords, password_fault

MAX_LABEL = 80

_FAULTS = {
    "short": f"has fewer than {SHORTEST} characters; choose a longer one",
    "long": f"has more than {LONGEST} characters; choose a shorter one",
    "name": "is the name; choose another",
}


def list_users(paths: Paths, as_json: bool) -> None:
    """Users and, indented by their user's name, the tokens of their programs."""
    with paths.open_known_store() as store:
        users, tokens = store.users.all(), store.api_tokens.all()
    rows = [_row(user, [t for t in tokens if t.user == user.name]) for user in users]
    if as_json:
        show_json(rows)
        return
    show(rows, ("name", "role", "made", "disabled"))
    held = [asdict(token) for token in tokens if not token.revoked]
    if held:
        print()
        show(
            [{**row, "token": row["id"]} for row in held],
            ("token", "user", "label", "made", "used"),
        )


def add(paths: Paths, name: str, role: Role, from_stdin: bool) -> None:
    """Let somebody sign in; raises ConfigError for what no name or password may be."""
    name = plain_name(name)
    if fault := name_fault(name):
        raise ConfigError(f"{name}: {fault}")
    with paths.open_store() as store:
        known = store.users.one(name)
        if known and not known.disabled:
            raise ConfigError(
                f"{name}: is a user already; 'monitor users password' and 'monitor "
                "users role' change one"
            )
        is_first = not store.users.any()
        hashed = _hashed(name, from_stdin)
        if not store.users.add(User(name, role, compose.now()), hashed):
            raise ConfigError(f"{name}: became a user meanwhile; nothing was changed")
    print(f"{name}: added as {role}")
    if is_first:
        print("from now on everybody signs in, at this machine too")


def remove(paths: Paths, name: str) -> None:
    """Let a user in no more."""
    with paths.open_known_store() as store:
        user = _known(store, name)
        store.users.disable(user.name, compose.now())
        is_last = not store.users.any()
    print(f"{user.name}: removed; sessions and tokens have ended")
    if is_last:
        print("nobody is left: whoever is at this machine edits without signing in")


def change_password(paths: Paths, name: str, from_stdin: bool) -> None:
    """Give a user another password."""
    with paths.open_known_store() as store:
        user = _known(store, name)
        store.users.set_password(user.name, _hashed(user.name, from_stdin))
    print(f"{user.name}: has another password; sessions have ended")


def change_role(paths: Paths, name: str, role: Role) -> None:
    """Give a user another role."""
    with paths.open_known_store() as store:
        user = _known(store, name)
        store.users.set_role(user.name, role)
    print(f"{user.name}: is {role} now; sessions have ended")


def add_token(paths: Paths, name: str, label: str) -> None:
    """Make a token with its user's role and print it, this once."""
    token = token_urlsafe(32)
    label = clip(squeeze(printable(label)), MAX_LABEL)
    with paths.open_known_store() as store:
        user = _known(store, name)
        made = store.api_tokens.add(user.name, label, digest(token), compose.now())
    print(token)
    what = f"token {made} of {user.name}, {user.role}; it is not shown again"
    print(what, file=sys.stderr)


def revoke_token(paths: Paths, token: int) -> None:
    """Take a token for none from now on; raises ConfigError if there is none."""
    with paths.open_known_store() as store:
        known = {kept.id: kept for kept in store.api_tokens.all()}
        if token not in known:
            raise ConfigError(f"token {token}: there is none; see 'monitor users list'")
        store.api_tokens.revoke(token, compose.now())
    print(f"token {token} of {known[token].user}: revoked")


def _known(store: Store, name: str) -> User:
    """The user of this name who may sign in; raises ConfigError for none."""
    user = store.users.one(plain_name(name))
    if user is None or user.disabled:
        names = ", ".join(u.name for u in store.users.all() if not u.disabled) or "none"
        raise ConfigError(f"no user is named {plain_name(name)!r}; known: {names}")
    return user


def _hashed(name: str, from_stdin: bool) -> str:
    """The hash of a new password that a person gives.

    Raises ConfigError, which never quotes it, if it may not be one.
    """
    password = _from_stdin() if from_stdin else _asked(name)
    if fault := password_fault(password, name):
        raise ConfigError(f"{name}: the password {_FAULTS[fault]}")
    return Passwords().hash(password)


def _from_stdin() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ConfigError("the password on stdin is no text in UTF-8") from None


def _asked(name: str) -> str:
    if not sys.stdin.isatty():
        raise ConfigError(
            "there is no terminal to ask for the password; give --password-stdin"
        )
    password = getpass(f"Password for {name}: ")
    if password != getpass("Again: "):
        raise ConfigError(f"{name}: the password was not the same both times")
    return password


def _row(user: User, tokens: Iterable[ApiToken]) -> dict[str, Any]:
    return asdict(user) | {"tokens": [asdict(token) for token in tokens]}
