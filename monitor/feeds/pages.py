"""HTML pages as people publish them: the home of html.parser."""

import re
from html.parser import HTMLParser

_SECTION = re.compile(r"<!\[+")


class PageReader(HTMLParser):
    """Reads any page, or what claims to be one."""

    def read(self, page: str) -> None:
        """Like ``feed``, to which a bad ``<![x]>`` is an AssertionError.

        Without the bracket it is a comment, which is what it is to browsers.
        """
        self.feed(_SECTION.sub("<!", page))
