"""What feeds.yaml may say of watch-lists, themes and framing."""

from typing import Annotated, Any

from pydantic import AfterValidator

from monitor.concept import ASIDE, Concept, Frame
from monitor.config.fields import Forms, Schema, Some, Text
from monitor.errors import ConfigError
from monitor.query import Query, parse_query, term_fault
from monitor.readers import Watchlist
from monitor.text import squeeze
from monitor.theme import ThemeEdit


def _term(value: str) -> str:
    if fault := term_fault(value):
        raise ValueError(fault)
    return value


def parsed(value: object) -> Query:
    """A query from its text; raises ValueError with what is wrong and where."""
    if not isinstance(value, str):
        raise ValueError("expected a text")
    try:
        return parse_query(squeeze(value))
    except ConfigError as error:
        raise ValueError(str(error)) from None


def named(value: object) -> object:
    """A name alone stands for the watch-list of that name."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict):
        return value
    raise ValueError("expected a name, or a watch-list such as {name: X, terms: [...]}")


Term = Annotated[Text, AfterValidator(_term)]


class WatchlistSchema(Schema):
    """A watch-list; in a subscriber's, without terms and query, the name of one."""

    name: Text
    terms: Some[Term] = ()
    query: Annotated[Any, AfterValidator(parsed)] = None

    @property
    def is_name(self) -> bool:
        """Whether it says nothing but which one is meant."""
        return not self.terms and self.query is None

    def to_watchlist(self) -> Watchlist:
        """The same as our own type."""
        return Watchlist(self.name, self.terms, query=self.query)


class _ThemeTerms(Schema):
    en: tuple[Term, ...] = ()
    es: tuple[Term, ...] = ()


class ThemeSchema(Schema):
    """One member of its themes."""

    name: Text
    en: Text | None = None
    es: Text | None = None
    terms: _ThemeTerms = _ThemeTerms()
    replace: bool = False
    drop: bool = False

    def to_edit(self) -> ThemeEdit:
        """The same as our own type."""
        return ThemeEdit(
            self.name,
            self.en or "",
            self.es or "",
            self.terms.en,
            self.terms.es,
            self.replace,
            self.drop,
        )


class _Frame(Schema):
    frame: Text
    en: Forms = ()
    es: Forms = ()


class _Aside(Schema):
    en: Forms = ()
    es: Forms = ()


class ConceptSchema(Schema):
    """One member of its framing."""

    concept: Text
    replace: bool = False
    frames: Some[_Frame]
    aside: _Aside = _Aside()

    def to_concept(self) -> Concept:
        """The same as our own type."""
        return Concept(
            name=self.concept,
            frames=tuple(Frame(f.frame, f.en, f.es) for f in self.frames),
            aside=Frame(ASIDE, self.aside.en, self.aside.es),
            replaces=self.replace,
        )
