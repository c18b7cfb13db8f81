"""One mapper a noun between frozen values and rows: ``from_row(to_row(x)) == x``."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, time
from typing import Any

from monitor.access import ApiToken, Session, User
from monitor.change import (
    Author,
    Change,
    Correction,
    LoggedChange,
    LoggedCorrection,
    Move,
    TakenBack,
)
from monitor.model import (
    Assignment,
    Failure,
    FeedState,
    Item,
    PollDay,
    Translation,
    Why,
)
from monitor.readers import (
    Delivery,
    KeptSubscriber,
    KeptWatchlist,
    Subscriber,
    Subscription,
)

Row = dict[str, Any]

_DELIVERY_TIMES = ("queued", "next_try", "sent")
_READER_LISTS = ("weekdays", "watchlists", "themes")
_STATE_TIMES = ("last_poll", "last_good", "next_poll", "last_full", "retired")


def to_text(moment: datetime) -> str:
    """A moment as the tables hold it: UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _columns(noun: Any) -> Row:
    """Its fields by name; unlike ``asdict``, without a deep copy of each."""
    return {field.name: getattr(noun, field.name) for field in fields(noun)}


def state_row(state: FeedState) -> Row:
    """A FeedState as a row of ``feed_states``."""
    row = _columns(state)
    for name in _STATE_TIMES:
        row[name] = to_text(row[name]) if row[name] else None
    return row | {"distrusts_validators": int(state.distrusts_validators)}


def state(row: Row) -> FeedState:
    """A row of ``feed_states`` as a FeedState."""
    times = {n: datetime.fromisoformat(row[n]) for n in _STATE_TIMES if row[n]}
    is_doubted = bool(row["distrusts_validators"])
    return FeedState(**{**row, **times, "distrusts_validators": is_doubted})


def poll_day_row(day: PollDay) -> Row:
    """A PollDay as a row of ``poll_days``."""
    return _columns(day) | {"day": day.day.isoformat()}


def poll_day(row: Row) -> PollDay:
    """A row of ``poll_days`` as a PollDay."""
    return PollDay(**{**row, "day": date.fromisoformat(row["day"])})


def failure_row(failure: Failure) -> Row:
    """A Failure as a row of ``feed_failures``."""
    times = {"first": to_text(failure.first), "last": to_text(failure.last)}
    return _columns(failure) | times


def failure(row: Row) -> Failure:
    """A row of ``feed_failures`` as a Failure."""
    times = {name: datetime.fromisoformat(row[name]) for name in ("first", "last")}
    return Failure(**{**row, **times})


_ITEM_COLUMNS = tuple(Item.__dataclass_fields__)


def item_row(item: Item) -> Row:
    """An Item as a row of ``items``."""
    # asdict copies every value deeply, at a third of what keeping an item costs.
    return {name: getattr(item, name) for name in _ITEM_COLUMNS} | {
        "published": to_text(item.published),
        "seen": to_text(item.seen),
        "recurring": int(item.recurring),
    }


def item(row: Row) -> Item:
    """A row of ``items``, alone or as part of a join, as an Item."""
    values = {name: row[name] for name in _ITEM_COLUMNS}
    values["published"] = datetime.fromisoformat(row["published"])
    values["seen"] = datetime.fromisoformat(row["seen"])
    values["recurring"] = bool(row["recurring"])
    return Item(**values)


RETITLED = (
    "coalesce((select max(until) from revisions where revisions.item = items.id), '')"
)
"""In SQL, when an item's headline last changed: what was made of the one before it, or
failed on that, is over."""


def translation_row(translation: Translation, made: datetime) -> Row:
    """A Translation as a row of ``translations``."""
    return _columns(translation) | {
        "warnings": json.dumps(translation.warnings),
        "made": to_text(made),
    }


def translation(row: Row) -> Translation:
    """A row of ``translations`` as a Translation."""
    values = {name: row[name] for name in Translation.__dataclass_fields__}
    values["warnings"] = tuple(json.loads(row["warnings"]))
    return Translation(**values)


def assignment_row(assignment: Assignment) -> Row:
    """An Assignment as a row of ``assignments``."""
    return {
        "item": assignment.item,
        "story": assignment.story,
        "score": float(assignment.score),
        "parts": json.dumps(dict(assignment.why.parts)),
        "shared": json.dumps(assignment.why.shared, ensure_ascii=False),
        "nearest": assignment.why.nearest,
        "copy_of": assignment.copy_of,
        "runner_up": assignment.why.runner_up,
        "runner_up_score": float(assignment.why.runner_up_score),
    }


def assignment(row: Row) -> Assignment:
    """A row of ``assignments`` as an Assignment."""
    why = Why(
        json.loads(row["parts"]),
        tuple(json.loads(row["shared"])),
        row["nearest"],
        row["runner_up"],
        row["runner_up_score"],
    )
    return Assignment(row["item"], row["story"], row["score"], why, row["copy_of"])


def change_row(change: Change, at: datetime) -> Row:
    """A Change, without its moves, as a row of ``changes``."""
    return {
        "at": to_text(at),
        "kind": change.kind,
        "reason": change.reason,
        "score": None if change.score is None else float(change.score),
        "correction": change.correction,
    }


def move_rows(change: Change, logged: int) -> Iterator[Row]:
    """The moves of a change that has this id as rows of ``moves``."""
    for position, move in enumerate(change.moves):
        yield {"change": logged, "position": position} | _columns(move)


def change(row: Row, moves: Iterable[Row], undone: bool) -> LoggedChange:
    """A row of ``changes`` and those of its moves, in order, as a LoggedChange."""
    made = Change(
        row["kind"],
        tuple(Move(move["item"], move["before"], move["after"]) for move in moves),
        row["reason"],
        row["score"],
        row["correction"],
    )
    return LoggedChange(row["id"], datetime.fromisoformat(row["at"]), made, undone)


def delivery_row(delivery: Delivery) -> Row:
    """A Delivery as a row of ``deliveries``."""
    row = _columns(delivery) | {"date": delivery.date.isoformat()}
    for name in _DELIVERY_TIMES:
        row[name] = to_text(row[name]) if row[name] else None
    return row


def delivery(row: Row) -> Delivery:
    """A row of ``deliveries`` as a Delivery."""
    values = {name: row[name] for name in Delivery.__dataclass_fields__}
    times = {n: datetime.fromisoformat(row[n]) for n in _DELIVERY_TIMES if row[n]}
    values["date"] = date.fromisoformat(row["date"])
    # The oldest rows have none.
    values["message_id"] = row["message_id"] or ""
    return Delivery(**values | times)


def subscription(row: Row) -> Subscription:
    """A row of ``subscriptions`` as a Subscription."""
    stopped = datetime.fromisoformat(row["stopped"]) if row["stopped"] else None
    return Subscription(**{**row, "stopped": stopped})


def kept_watchlist(row: Row) -> KeptWatchlist:
    """A row of ``watchlists`` as a KeptWatchlist."""
    return KeptWatchlist(**{**row, "made": datetime.fromisoformat(row["made"])})


def subscriber_row(subscriber: Subscriber) -> Row:
    """A Subscriber as a row of ``subscribers``, but for who made it and when."""
    row = _columns(subscriber)
    for name in _READER_LISTS:
        row[name] = json.dumps(row[name], ensure_ascii=False)
    return row | {
        "time": row["time"].isoformat("minutes"),
        "translate": int(row["translate"]),
    }


def kept_subscriber(row: Row) -> KeptSubscriber:
    """A row of ``subscribers`` as a KeptSubscriber."""
    values = dict(row)
    by, made = values.pop("by"), datetime.fromisoformat(values.pop("made"))
    for name in _READER_LISTS:
        values[name] = tuple(json.loads(values[name]))
    at, translate = time.fromisoformat(values["time"]), bool(values["translate"])
    reader = Subscriber(**{**values, "time": at, "translate": translate})
    return KeptSubscriber(reader, by, made)


def correction_row(correction: Correction, made: datetime, by: Author | None) -> Row:
    """A Correction as a row of ``corrections``."""
    return {
        "made": to_text(made),
        "verb": correction.verb,
        "reason": correction.reason,
        "together": json.dumps(correction.together),
        "apart": json.dumps(correction.apart),
        "undone": 0,
        "made_by": by.name if by else None,
        "made_way": by.way if by else None,
    }


def taken_back_row(taken: TakenBack) -> Row:
    """A TakenBack as columns of ``corrections``."""
    return {
        "undone_at": to_text(taken.at),
        "undone_by": taken.by.name if taken.by else None,
        "undone_way": taken.by.way if taken.by else None,
        "undone_reason": taken.reason,
    }


def correction(row: Row) -> LoggedCorrection:
    """A row of ``corrections`` as a LoggedCorrection."""
    first, second = json.loads(row["apart"])
    said = Correction(
        row["verb"],
        row["reason"],
        tuple(json.loads(row["together"])),
        (tuple(first), tuple(second)),
    )
    made, undone = datetime.fromisoformat(row["made"]), bool(row["undone"])
    by = _author(row, "made")
    return LoggedCorrection(row["id"], made, said, undone, by, _taken_back(row))


def _taken_back(row: Row) -> TakenBack | None:
    if not row["undone"] or row["undone_at"] is None:
        return None
    at = datetime.fromisoformat(row["undone_at"])
    return TakenBack(at, _author(row, "undone"), row["undone_reason"])


def _author(row: Row, act: str) -> Author | None:
    name = row[f"{act}_by"]
    return None if name is None else Author(name, row[f"{act}_way"])


_USER_COLUMNS = ("name", "role", "made", "disabled")


def user_row(user: User) -> Row:
    """A User as a row of ``users``, but for the password."""
    disabled = to_text(user.disabled) if user.disabled else None
    return _columns(user) | {"made": to_text(user.made), "disabled": disabled}


def user(row: Row) -> User:
    """A row of ``users`` as a User, who knows no password."""
    values = {name: row[name] for name in _USER_COLUMNS}
    return User(**values | _times(row, "made", "disabled"))


def owner(row: Row) -> User:
    """Whose a session or token is, from a row of theirs joined with ``users``."""
    return User(row["user"], row["role"], datetime.fromisoformat(row["user_made"]))


def session_row(session: Session) -> Row:
    """A Session as a row of ``sessions``."""
    times = {"made": to_text(session.made), "used": to_text(session.used)}
    return _columns(session) | times


def session(row: Row) -> Session:
    """A row of ``sessions``, alone or as part of a join, as a Session."""
    values = {name: row[name] for name in Session.__dataclass_fields__}
    return Session(**values | _times(row, "made", "used"))


def api_token(row: Row) -> ApiToken:
    """A row of ``api_tokens``, alone or as part of a join, as an ApiToken."""
    values = {name: row[name] for name in ApiToken.__dataclass_fields__}
    return ApiToken(**values | _times(row, "made", "used", "revoked"))


def _times(row: Row, *names: str) -> Row:
    return {n: datetime.fromisoformat(row[n]) if row[n] else None for n in names}
