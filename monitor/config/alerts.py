"""What feeds.yaml may say of alerts."""

from datetime import time as Clock
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from monitor.config.fields import (
    ASCII,
    NO_LOGIN,
    WEB,
    ZONE,
    Schema,
    Some,
    Text,
    Variable,
    clock,
)
from monitor.readers import Alert, AlertKind, QuietHours


class _QuietHours(Schema):
    start: Annotated[Clock, BeforeValidator(clock)] = Field(alias="from")
    end: Annotated[Clock, BeforeValidator(clock)] = Field(alias="to")
    tz: Annotated[Text, ZONE]


class AlertSchema(Schema):
    """One member of its alerts."""

    name: Text
    on: Some[AlertKind]
    to: Variable | None = None
    webhook: Annotated[Text, ASCII, WEB, NO_LOGIN] | None = None
    secret: Variable | None = None
    watchlists: tuple[Text, ...] = ()
    themes: tuple[Text, ...] = ()
    language: Literal["en", "es", "both"] = "both"
    cooldown_minutes: int = Field(default=360, ge=0, le=7 * 24 * 60)
    quiet_hours: _QuietHours | None = None
    local: bool = False

    def to_alert(self) -> Alert:
        """The same as our own type."""
        quiet = self.quiet_hours
        return Alert(
            name=self.name,
            on=tuple(dict.fromkeys(self.on)),
            to=self.to or "",
            webhook=self.webhook or "",
            secret=self.secret or "",
            watchlists=self.watchlists,
            themes=self.themes,
            language=self.language,
            cooldown=timedelta(minutes=self.cooldown_minutes),
            quiet_hours=QuietHours(quiet.start, quiet.end, quiet.tz) if quiet else None,
            local=self.local,
        )
