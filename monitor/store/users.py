"""Who may use the dashboard: users, their sessions, the tokens of their programs.

Whatever takes a right away ends, in the same transaction, the sessions that had it.
"""

from datetime import datetime

from sqlite_utils import Database

from monitor.access import IDLE, LONGEST, ApiToken, Role, Session, User
from monitor.store import rows
from monitor.store.errors import guarded


class Users:
    """Users by name; a removed one stays, disabled, so that a name stays one's own."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def any(self) -> bool:
        """Whether anybody can sign in, so that everybody has to."""
        found = self._db.execute("select 1 from users where disabled is null limit 1")
        return found.fetchone() is not None

    @guarded
    def all(self) -> list[User]:
        """Every one, by name, removed ones too."""
        table = self._db.table("users")
        return [rows.user(row) for row in table.rows_where(order_by="name")]

    @guarded
    def one(self, name: str) -> User | None:
        """The one of this name, if there ever was one."""
        found = list(self._db.table("users").rows_where("name = ?", [name]))
        return rows.user(found[0]) if found else None

    @guarded
    def password(self, name: str) -> str | None:
        """The hash of a user's password, if there is a user who may sign in."""
        found = self._db.execute(
            "select password from users where name = ? and disabled is null", [name]
        ).fetchone()
        return str(found[0]) if found else None

    @guarded
    def add(self, user: User, password: str) -> bool:
        """Keep a new user, or a removed one again; ``password`` is its hash.

        Returns False, and changes nothing, if there is one of this name.
        """
        row = rows.user_row(user) | {"password": password}
        with self._db.atomic():
            made = self._db.execute(
                "insert into users (name, role, made, disabled, password)"
                " values (:name, :role, :made, :disabled, :password)"
                " on conflict (name) do update set role = excluded.role,"
                " password = excluded.password, made = excluded.made, disabled = null"
                " where users.disabled is not null",
                row,
            )
        return made.rowcount == 1

    @guarded
    def set_password(self, name: str, password: str) -> None:
        """Another password, by its hash; every session of the user ends."""
        with self._db.atomic():
            self._set("password = ?", password, name)
            self._end_sessions(name)

    @guarded
    def rehash(self, name: str, before: str, after: str) -> None:
        """The same password by another hash, unless it was changed meanwhile."""
        with self._db.atomic():
            self._db.execute(
                "update users set password = ? where name = ? and password = ?",
                [after, name, before],
            )

    @guarded
    def set_role(self, name: str, role: Role) -> None:
        """Another role; every session of the user ends."""
        with self._db.atomic():
            self._set("role = ?", role, name)
            self._end_sessions(name)

    @guarded
    def disable(self, name: str, now: datetime) -> None:
        """No way in any more: sessions end, tokens are revoked for good."""
        with self._db.atomic():
            self._set("disabled = ?", rows.to_text(now), name)
            self._end_sessions(name)
            self._db.execute(
                "update api_tokens set revoked = coalesce(revoked, ?) where user = ?",
                [rows.to_text(now), name],
            )

    def _set(self, what: str, value: str, name: str) -> None:
        self._db.execute(f"update users set {what} where name = ?", [value, name])

    def _end_sessions(self, name: str) -> None:
        self._db.execute("delete from sessions where user = ?", [name])


class Sessions:
    """Browsers in which users have signed in, by the digest of their token."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def add(self, session: Session, password: str) -> bool:
        """Keep a new session; those that are over by then are forgotten.

        Returns False, and keeps none, unless ``password`` is still the hash of the
        user's: it may have been changed while it was checked.
        """
        row = rows.session_row(session) | {"password": password}
        with self._db.atomic():
            self._db.execute(
                "delete from sessions where used <= ? or made <= ?",
                [
                    rows.to_text(session.made - IDLE),
                    rows.to_text(session.made - LONGEST),
                ],
            )
            made = self._db.execute(
                "insert into sessions (digest, user, csrf, made, used)"
                " select :digest, :user, :csrf, :made, :used from users"
                " where name = :user and password = :password and disabled is null",
                row,
            )
        return made.rowcount == 1

    @guarded
    def of(self, digest: str) -> tuple[Session, User] | None:
        """The session with this digest, over or not, and whose it is."""
        found = list(
            self._db.query(
                "select sessions.*, users.role, users.made as user_made from sessions"
                " join users on users.name = sessions.user and users.disabled is null"
                " where sessions.digest = ?",
                [digest],
            )
        )
        if not found:
            return None
        [row] = found
        return rows.session(row), rows.owner(row)

    @guarded
    def use(self, digest: str, now: datetime) -> None:
        """Note that it was used."""
        with self._db.atomic():
            self._db.execute(
                "update sessions set used = max(used, ?) where digest = ?",
                [rows.to_text(now), digest],
            )

    @guarded
    def end(self, digest: str) -> None:
        """Forget it."""
        with self._db.atomic():
            self._db.execute("delete from sessions where digest = ?", [digest])


class ApiTokens:
    """The tokens of users' programs."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def add(self, user: str, label: str, digest: str, now: datetime) -> int:
        """Keep a new token of a user by its digest; returns its id."""
        table = self._db.table("api_tokens")
        with self._db.atomic():
            kept = table.insert(
                {
                    "user": user,
                    "label": label,
                    "digest": digest,
                    "made": rows.to_text(now),
                }
            ).last_pk
        assert isinstance(kept, int)
        return kept

    @guarded
    def all(self) -> list[ApiToken]:
        """Every one, by id, revoked ones too."""
        columns = "id, user, label, made, used, revoked"
        found = self._db.query(f"select {columns} from api_tokens order by id")
        return [rows.api_token(row) for row in found]

    @guarded
    def of(self, digest: str) -> tuple[ApiToken, User] | None:
        """The token with this digest and whose it is, unless revoked."""
        found = list(
            self._db.query(
                "select api_tokens.id, user, label, api_tokens.made, used, revoked,"
                " users.role, users.made as user_made from api_tokens"
                " join users on users.name = user and users.disabled is null"
                " where digest = ? and revoked is null",
                [digest],
            )
        )
        if not found:
            return None
        [row] = found
        return rows.api_token(row), rows.owner(row)

    @guarded
    def use(self, token: int, now: datetime) -> None:
        """Note that it was used."""
        with self._db.atomic():
            self._db.execute(
                "update api_tokens set used = ? where id = ?",
                [rows.to_text(now), token],
            )

    @guarded
    def revoke(self, token: int, now: datetime) -> None:
        """Take it for none from now on."""
        with self._db.atomic():
            self._db.execute(
                "update api_tokens set revoked = coalesce(revoked, ?) where id = ?",
                [rows.to_text(now), token],
            )
