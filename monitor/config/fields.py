"""What the schemas of feeds.yaml are made of: texts, lists and a strict mapping."""

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, TypeVar

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


Text = Annotated[str, AfterValidator(squeeze), must("a text", bool)]
Forms = Annotated[tuple[Text, ...], BeforeValidator(listed)]
Some = Annotated[tuple[T, ...], must("at least one", bool)]


class Schema(BaseModel, extra="forbid"):
    """A mapping in which a key we do not know is a mistake."""
