"""
The tables, as an append-only list of migrations.

Datetimes are ISO 8601 text in UTC to the second, so text order is time order. Every
table is STRICT: a wrong type is an error, not a surprise.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("monitor")


@migrations()
def create_feed_states(db: Database) -> None:
    """What polling taught us, one row a feed."""
    db.table("feed_states").create(
        {
            "url": str,
            "etag": str,
            "last_modified": str,
            "body_hash": str,
            "failures": int,
            "error": str,
            "moved_to": str,
            "last_poll": str,
            "last_good": str,
            "next_poll": str,
        },
        pk="url",
        not_null={"failures"},
        strict=True,
    )


@migrations()
def create_items(db: Database) -> None:
    """Items as published, and the headlines they had before."""
    items = db.table("items")
    columns = {
        "id": str,
        "feed": str,
        "outlet": str,
        "country": str,
        "language": str,
        "url": str,
        "title": str,
        "summary": str,
        "published": str,
        "published_raw": str,
        "date_source": str,
        "seen": str,
        "recurring": int,
    }
    items.create(columns, pk="id", not_null=set(columns), strict=True)
    items.create_index(["published"])
    items.create_index(["seen"])
    revisions = {"item": str, "title": str, "summary": str, "until": str}
    db.table("revisions").create(
        revisions, pk=("item", "until"), not_null=set(revisions), strict=True
    )


@migrations()
def create_translations(db: Database) -> None:
    """Every engine's translation is kept: a new engine never overwrites an old one."""
    columns = {
        "item": str,
        "language": str,
        "engine": str,
        "engine_version": str,
        "title": str,
        "summary": str,
        "warnings": str,
        "made": str,
    }
    db.table("translations").create(
        columns,
        pk=("item", "language", "engine", "engine_version"),
        not_null=set(columns),
        strict=True,
    )


@migrations()
def create_assignments(db: Database) -> None:
    """Which item is in which story; ``seq`` keeps the order of the decisions."""
    assignments = db.table("assignments")
    assignments.create(
        {
            "seq": int,
            "item": str,
            "story": str,
            "score": float,
            "parts": str,
            "shared": str,
            "nearest": str,
        },
        pk="seq",
        not_null={"item", "story", "score", "parts", "shared"},
        strict=True,
    )
    assignments.create_index(["item"], unique=True)
    assignments.create_index(["story"])
    db.create_view(
        "stories",
        """
        select assignments.story as id, count(*) as items,
          min(items.published) as first_seen, max(items.published) as last_seen,
          group_concat(distinct items.country) as sides,
          group_concat(distinct items.language) as languages
        from assignments join items on items.id = assignments.item
        group by assignments.story
        """,
    )


@migrations()
def create_deliveries(db: Database) -> None:
    """Which subscriber was sent which day's edition; ``sent`` is null until then."""
    db.table("deliveries").create(
        {"subscriber": str, "date": str, "message_id": str, "sent": str},
        pk=("subscriber", "date"),
        not_null={"subscriber", "date"},
        strict=True,
    )


@migrations()
def create_faults(db: Database) -> None:
    """Units that broke a step: after a few tries they are left aside, with reason."""
    columns = {"step": str, "unit": str, "failures": int, "reason": str, "last": str}
    db.table("faults").create(
        columns, pk=("step", "unit"), not_null=set(columns), strict=True
    )


@migrations()
def learn_more_of_feeds(db: Database) -> None:
    """How a feed fails and how often it has news; what the polls of a day came to."""
    states = db.table("feed_states")
    states.add_column("failure", str)
    states.add_column("interval_minutes", int)
    states.add_column("last_full", str)
    states.add_column("distrusts_validators", int, not_null_default=0)
    states.add_column("retired", str)
    states.create_index(["next_poll"])
    days: dict[str, type] = {
        "feed": str,
        "day": str,
        "polls": int,
        "failures": int,
        "new": int,
        "duplicates": int,
        "undated": int,
        "future": int,
    }
    db.table("poll_days").create(
        days, pk=("feed", "day"), not_null=set(days), strict=True
    )
    failures: dict[str, type] = {
        "feed": str,
        "reason": str,
        "kind": str,
        "first": str,
        "last": str,
        "times": int,
    }
    db.table("feed_failures").create(
        failures, pk=("feed", "reason"), not_null=set(failures), strict=True
    )


@migrations()
def create_sightings(db: Database) -> None:
    """What every item may be known by, and which feed showed it in which bytes.

    A key without an item proved to name several. Of items kept before, the one key
    is known that their id was made of, though not its kind.
    """
    db.execute(
        "create table keys (key text primary key not null, item text not null)"
        " strict, without rowid"
    )
    for kind in ("id", "url", "guid", "dated"):
        db.execute(f"insert into keys select '{kind}:' || id, id from items")
    db.execute(
        "create table sightings (feed text not null, digest text not null,"
        " item text not null, first text not null, last text not null,"
        " primary key (feed, digest)) strict, without rowid"
    )
    db.execute("create index sightings_newest on sightings (feed, last, item)")


@migrations()
def translate_headlines_first(db: Database) -> None:
    """A translation without a summary is one of the headline alone; and a memory of
    texts, whoever's they are. ``key`` is a hash of text, direction, engine, version;
    the older a row, the lower its rowid."""
    db.table("translations").transform(not_null={"summary": False})
    db.execute(
        "create table memory (key text primary key not null, text text not null) strict"
    )


@migrations()
def correct_stories(db: Database) -> None:
    """What a person corrects, and the log of what happened to stories since.

    An item's ``assignments.story`` is today's; its first is where the first of its
    ``moves`` comes from. A change that takes an earlier one back names it in
    ``undoes``. A redirect leads from the id of a story that has no items any more.
    """
    assignments = db.table("assignments")
    assignments.add_column("copy_of", str)
    assignments.add_column("runner_up", str)
    assignments.add_column("runner_up_score", float, not_null_default=0.0)
    changes: dict[str, type] = {
        "id": int,
        "at": str,
        "kind": str,
        "reason": str,
        "score": float,
        "correction": int,
        "undoes": int,
    }
    required = {"at", "kind", "reason"}
    db.table("changes").create(changes, pk="id", not_null=required, strict=True)
    db.execute(
        "create table moves (change integer not null, position integer not null,"
        " item text not null, before text not null, after text not null,"
        " primary key (change, position)) strict, without rowid"
    )
    for column in ("item", "before", "after"):
        db.execute(f"create index moves_{column} on moves ({column})")
    db.execute(
        "create table redirects (story text primary key not null, target text not null)"
        " strict, without rowid"
    )
    corrections: dict[str, type] = {
        "id": int,
        "made": str,
        "verb": str,
        "reason": str,
        "together": str,
        "apart": str,
        "undone": int,
    }
    db.table("corrections").create(
        corrections, pk="id", not_null=set(corrections) - {"id"}, strict=True
    )


@migrations()
def create_vectors(db: Database) -> None:
    """What items say as vectors of float16, the last made of each.

    ``text`` is a hash of what was encoded, ``version`` the encoder's: a vector of
    another text or by another encoder is none.
    """
    db.execute(
        "create table vectors (item text primary key not null, text text not null,"
        " version text not null, vector blob not null) strict, without rowid"
    )


@migrations()
def create_passes(db: Database) -> None:
    """When second thoughts on stories were had, and up to which assignment."""
    db.execute(
        "create table passes (scope text primary key not null, at text not null,"
        " seq integer not null) strict, without rowid"
    )


@migrations()
def find_runners_up(db: Database) -> None:
    """Which items would be in a story otherwise, and which ids lead to it."""
    db.execute(
        "create index assignments_runner_up on assignments (runner_up)"
        " where runner_up is not null"
    )
    db.execute("create index redirects_target on redirects (target)")
