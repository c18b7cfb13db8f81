"""Form -> what an editor wants corrected."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from monitor.change import Wanted
from monitor.web.forms import Form
from monitor.web.guide import Guide

MAX_REASON = 500
"""Characters of why a correction is made."""
_MAX_TARGET = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """A form on a story's page, as it was filled in."""

    verb: str = "split"
    items: tuple[str, ...] = ()
    target: str = ""
    """Another story's id or address, as written."""
    picked: str = ""
    """Another story's id, of those that were offered."""
    find: str = ""
    """Words of its headline to look for."""
    reason: str = ""
    state: str = ""
    """What was shown; empty if nothing was."""

    @property
    def other(self) -> str:
        """The other story's id; empty where none is named."""
        return story_of(self.target) or self.picked


def wish_of(form: Form) -> Wish:
    """What a form says."""
    return Wish(
        verb=form.one("verb"),
        items=form.all("item"),
        target=form.one("target")[:_MAX_TARGET],
        picked=form.one("picked"),
        find=form.one("find")[:_MAX_TARGET],
        reason=form.one("reason"),
        state=form.one("state"),
    )


def wanted(wish: Wish, story: str) -> Wanted:
    """The correction that a faultless wish asks for."""
    match wish.verb:
        case "merge":
            return Wanted("merge", (story, wish.other), reason=wish.reason)
        case "move":
            return Wanted("move", (wish.other,), wish.items, reason=wish.reason)
    return Wanted("split", (story,), wish.items, reason=wish.reason)


def fault_of(wish: Wish, guide: Guide) -> str:
    """What is missing from a wish; empty: nothing."""
    if wish.verb not in ("split", "move", "merge"):
        return guide.say("Choose what to do: split off, move or merge.")
    if wish.verb != "merge" and not wish.items:
        return guide.say("Tick the items that leave the story.")
    if wish.verb != "split" and not wish.other:
        return guide.say("Name the other story, by its id or its address.")
    return reason_fault(wish.reason, guide)


def reason_fault(reason: str, guide: Guide) -> str:
    """What is wrong with a reason; empty: nothing."""
    if not reason:
        return guide.say("Say why: the reason is kept with the correction.")
    if len(reason) > MAX_REASON:
        return guide.say("The reason has more than {n} characters.", n=MAX_REASON)
    return ""


def story_of(said: str) -> str:
    """The id of a story, from that or from the address of its page.

    >>> story_of("http://127.0.0.1:8000/stories/s1%20a?lang=es#history")
    's1 a'
    >>> story_of(" s12 ")
    's12'
    """
    said = said.strip()
    if "/stories/" not in said:
        return said
    try:
        path = urlsplit(said).path
    except ValueError:
        return said
    return unquote(path.partition("/stories/")[2].split("/")[0])
