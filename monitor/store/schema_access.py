"""
The tables, continued: who may use the dashboard.

The order of the migrations is that of the modules, this one after
``schema_coverage.py``.
"""

from sqlite_utils import Database

from monitor.store.schema_outlines import migrations

__all__ = ["migrations"]


@migrations()
def create_users(db: Database) -> None:
    """Users, their sessions and the tokens of their programs.

    Of passwords an argon2id hash is kept, of tokens the SHA-256 of 256 random bits. No
    address and no browser of anybody is kept.
    """
    db.execute(
        "create table users (name text primary key not null, role text not null"
        " check (role in ('reader', 'editor')), password text not null,"
        " made text not null, disabled text) strict"
    )
    db.execute(
        "create table sessions (digest text primary key not null, user text not null"
        " references users (name), csrf text not null, made text not null,"
        " used text not null) strict, without rowid"
    )
    db.execute("create index sessions_user on sessions (user)")
    db.execute(
        "create table api_tokens (id integer primary key, digest text not null unique,"
        " user text not null references users (name), label text not null,"
        " made text not null, used text, revoked text) strict"
    )
    db.execute("create index api_tokens_user on api_tokens (user)")
