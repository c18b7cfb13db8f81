"""Says what pages say in one language: the digest's words, and the catalogue's."""

from monitor.digest.phrases import Speaker
from monitor.model import Language
from monitor.web.catalogue import texts
from monitor.web.days import ZONE


class Guide(Speaker):
    """A speaker that knows the pages' own texts, too."""

    def __init__(self, language: Language, tz: str = ZONE) -> None:
        super().__init__(language, tz)
        self._texts = texts(language)

    def say(self, message: str, /, **fields: object) -> str:
        """A text in this language, its ``{}`` fields filled."""
        return self._texts.gettext(message).format(**fields)

    def say_n(self, one: str, many: str, n: int, /, **fields: object) -> str:
        """A text for one or for many, with its number as ``{n}``."""
        told = self._texts.ngettext(one, many, n)
        return told.format(n=self.number(n), **fields)
