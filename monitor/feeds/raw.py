"""What a feed says of one item, before anything is made of it."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Raw:
    """One item as written: texts still hold their markup; empty is not given."""

    title: str
    summaries: tuple[str, ...]
    """What may serve as its summary, the most fitting first."""
    link: str
    guid: str
    dates: tuple[str, ...]
    """Those given, the most telling first."""
    caption: str = ""
    """A text about its picture or film, for want of any other."""
    language: str = ""
    """What it says of itself."""
    outlet: str = ""
    """Where it says that it comes from."""

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that change with whatever is written."""
        written = (
            *(self.title, self.link, self.guid, self.caption),
            *(self.language, self.outlet),
            *(*self.summaries, "", *self.dates),
        )
        text = "\0".join(written).encode(errors="surrogatepass")
        return sha256(text).hexdigest()[:16]
