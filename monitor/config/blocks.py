"""
Feeds put into the text of a feeds.yaml and taken out of it.

The text is cut and joined, never written anew: comments, order, quotes and line
breaks of all that an edit does not touch stay as the person left them.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from monitor.config.tree import Block, Key, scalar
from monitor.model import Feed

_KEYS = (
    *("outlet", "owner", "country", "language", "kind", "tz", "url"),
    *("drop_params", "id_pattern", "recurring_titles", "local"),
)
"""In the order in which feeds.yaml explains them."""


def nearest(feeds: Sequence[Feed], new: Feed) -> int:
    """Which feed a new one is put behind: its outlet's last, else its cell's last.

    That is, of the same country, language and kind; failing that, without the kind;
    failing that, the last of all.
    """
    likenesses = (
        lambda feed: feed.outlet,
        lambda feed: (feed.country, feed.language, feed.kind),
        lambda feed: (feed.country, feed.language),
    )
    for likeness in likenesses:
        alike = [n for n, feed in enumerate(feeds) if likeness(feed) == likeness(new)]
        if alike:
            return alike[-1]
    return len(feeds) - 1


def insert(
    text: str, blocks: Sequence[Block], feeds: Sequence[tuple[int, Feed]]
) -> str:
    """The text with each feed behind the block of its number, in that block's style."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    pieces, done = [], 0
    for number, feed in sorted(feeds, key=lambda pair: pair[0]):
        end = _end(text, blocks[number])
        pieces.append(text[done:end])
        if end and text[end - 1] != "\n" and done != end:
            pieces.append(line_end)
        written = "\n".join(_written(feed, blocks[number])) + "\n"
        pieces.append(written.replace("\n", line_end))
        done = end
    return "".join([*pieces, text[done:]])


def cut(text: str, blocks: Sequence[Block], numbers: Collection[int]) -> str:
    """The text without the blocks of these numbers and without their own comments.

    A comment right above a block and right below another, or below the list's name,
    is its own. One above which a line is blank heads a paragraph, and goes with the
    last block of that.
    """
    spans = []
    for paragraph in _paragraphs(text, blocks):
        gone = [n for n in paragraph if n in numbers]
        if len(gone) == len(paragraph):
            start = _heading(text, blocks, paragraph[0])
            spans.append((start, _end(text, blocks[paragraph[-1]])))
            continue
        for n in gone:
            above = n != paragraph[0]
            start = _end(text, blocks[n - 1]) if above else _own_start(text, blocks[n])
            spans.append((start, _end(text, blocks[n])))
    kept, done = [], 0
    for start, end in spans:
        kept.append(text[done:start])
        done = end
    return "".join([*kept, text[done:]])


def _end(text: str, block: Block) -> int:
    """Past the block and the comments below that are indented as its content is."""
    end = block.end
    while True:
        line, line_end, _ = text[end:].partition("\n")
        column = len(line) - len(line.lstrip(" "))
        if column <= block.dash or not line.lstrip(" ").startswith("#"):
            return end
        end += len(line) + len(line_end)


def _paragraphs(text: str, blocks: Sequence[Block]) -> Iterator[list[int]]:
    """The numbers of blocks between which no line is blank."""
    paragraph = [0]
    for n, (before, block) in enumerate(pairwise(blocks), start=1):
        gap = text[before.end : block.start].split("\n")[:-1]
        if any(not line.strip() for line in gap):
            yield paragraph
            paragraph = []
        paragraph.append(n)
    yield paragraph


def _own_start(text: str, block: Block) -> int:
    """Where the first block of a paragraph begins, with a comment that is its own."""
    *above, own = _before(text[: block.start])
    is_heading = not above or not above[-1].strip()
    return block.start if is_heading else block.start - len(own)


def _before(text: str) -> list[str]:
    """The lines of a text, the comments at its end as one, which may be empty."""
    lines = text.splitlines(keepends=True)
    end = len(lines)
    while end and lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return [*lines[:end], "".join(lines[end:])]


def _heading(text: str, blocks: Sequence[Block], number: int) -> int:
    """Where the comment above a paragraph begins, and the blank lines above that."""
    floor = _end(text, blocks[number - 1]) if number else 0
    lines = text[floor : blocks[number].start].splitlines(keepends=True)
    while lines and lines[-1].lstrip().startswith("#"):
        lines.pop()
    while lines and not lines[-1].strip():
        lines.pop()
    return floor + len("".join(lines))


def _written(feed: Feed, like: Block) -> Iterator[str]:
    """The lines of a feed, keys in the order and places of ``like``."""
    opening, joint, closing = ("{", ", ", "}") if like.is_flow else ("", "", "")
    line = " " * like.dash + "-"
    for n, (key, is_below, column) in enumerate(_layout(feed, like)):
        if n:
            line += joint
        if is_below:
            yield (line + ("" if n else f" {opening}" if opening else "")).rstrip()
            line = " " * column
        elif not n:
            line = line.ljust(column - len(opening)) + opening
        line += f"{key}: {_value(getattr(feed, key))}"
    yield line + closing


def _layout(feed: Feed, like: Block) -> Iterator[tuple[str, bool, int]]:
    """Each key to write, whether on a line of its own, and in which column then."""
    wanted = [key for key in _KEYS if getattr(feed, key) not in ((), None, False)]
    known = [key for key in like.keys if key.name in _KEYS]
    last = like.line
    for key in known:
        if key.name in wanted:
            yield key.name, key.line > last, key.column
            last = key.line
    rest = [key for key in wanted if key not in {k.name for k in known}]
    below = _column(known, like)
    for name in rest:
        yield name, below is not None, below or 0


def _column(keys: Sequence[Key], like: Block) -> int | None:
    """Where a further key begins; None if it joins the only line there is."""
    lines = [key for key in keys if key.line > like.line]
    if like.is_flow:
        return lines[-1].column if lines else None
    return keys[0].column


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(scalar, value))}]"
    return "true" if value is True else scalar(str(value))
