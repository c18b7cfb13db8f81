"""
Apertium's stages: programs in a row, each reading what the one before it writes.

They start when first needed and then stay, since loading their dictionaries takes as
long as 300 headlines. At a NUL every stage writes out what it has and forgets what came
before, so texts cannot run into each other; and each text is numbered, so none can be
lost or taken for another.
"""

import os
import resource
import selectors
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from io import FileIO
from itertools import islice
from pathlib import Path
from typing import IO

from monitor.errors import TranslationError

BYTES_PER_SECOND = 5_000
"""What to wait for at least; two shared cores do 80,000 to 150,000."""

_CHUNK = 16
"""Texts made ready at once while the stages work on those before."""
_READ = 1 << 16
_COMPLAINT = 2_000
"""Bytes kept of what the stages complain of."""

_DYING_SECONDS = 0.03
_MOST_MEMORY = 1 << 30
"""Bytes of addresses for one stage, which takes 20 to 90 MB; a bad text may make one
swallow all there is."""
_HANDED_ON = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What Apertium's programs may see of our environment, which has passwords in it."""
_ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    # They free and claim small pieces all the time: the largest takes a quarter less.
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=1000",
}

Command = Sequence[str]


def environment() -> dict[str, str]:
    """What Apertium's programs are started with: nothing that is secret."""
    ours = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    return {**ours, **_ENVIRONMENT}


class Pipeline:
    """The stages of one direction, which come and go as they are needed."""

    def __init__(
        self,
        name: str,
        commands: Callable[[], Sequence[Command]],
        patience_seconds: float,
        idle_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        first: str = "",
    ) -> None:
        """``commands`` is asked at every start, and may raise TranslationError.

        ``first`` is a text to send after every start, whose answer nobody sees.

        A batch may take ``patience_seconds``, and more the longer its texts are. Stages
        that were not used for ``idle_seconds`` by ``clock`` are ended.
        """
        self._name = name
        self._commands = commands
        self._patience_seconds = patience_seconds
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._first = first
        self._lock = threading.Lock()
        self._stages: _Stages | None = None
        self._used = clock()

    def answers(self, texts: Iterator[str]) -> Generator[str]:
        """The answer to each text, in order, while later texts are still on their way.

        Raises TranslationError if the stages cannot be started, die, hang, or give back
        something else than they were given. Whoever stops reading ends the stages.
        """
        with self._lock:
            try:
                stages = self._running()
                yield from stages.answers(texts, self._patience_seconds)
            except BaseException:
                self._end()
                raise
            self._used = self._clock()

    def pids(self) -> list[int]:
        """Of the stages that run now, in the order of the stream."""
        stages = self._stages
        return [] if stages is None else stages.pids()

    def end_if_idle(self) -> float:
        """End stages that were not used for long; else say in how many seconds to."""
        with self._lock:
            left = self._used + self._idle_seconds - self._clock()
            if left <= 0:
                self._end()
            return max(left, 0)

    def close(self) -> None:
        """End the stages; a batch under way fails. Another batch starts them again."""
        stages = self._stages
        if stages is not None:
            stages.kill()  # whoever waits for an answer learns of it and lets go
        with self._lock:
            self._end()

    def _running(self) -> "_Stages":
        if self._stages is not None and not self._stages.all_alive():
            self._end()
        if self._stages is None:
            self._used = self._clock()
            self._stages = _Stages(self._name, self._commands())
            threading.Thread(
                target=_watch,
                args=(weakref.ref(self), self._stages.ended, self._idle_seconds),
                daemon=True,
            ).start()
            list(self._stages.answers(iter([self._first]), self._patience_seconds))
        return self._stages

    def _end(self) -> None:
        if self._stages is not None:
            self._stages.end()
            self._stages = None


def _watch(
    pipeline: "weakref.ref[Pipeline]", ended: threading.Event, seconds: float
) -> None:
    """End idle stages, in a thread that keeps neither them nor the interpreter."""
    while seconds and not ended.wait(seconds):
        found = pipeline()
        seconds = found.end_if_idle() if found else 0
        del found


class _Stages:
    """Running programs. Once one fails the others are of no use: ``end`` ends them."""

    def __init__(self, name: str, commands: Sequence[Command]) -> None:
        """Raises TranslationError if one cannot be started."""
        self._name = name
        self._names = [Path(command[0]).name for command in commands]
        self._asked = self._answered = 0  # in their whole life
        self._unread = self._complaint = b""
        self._children: list[subprocess.Popen[bytes]] = []
        reader, writer = os.pipe()
        self._errors = FileIO(reader)
        self.ended = threading.Event()
        self.end = weakref.finalize(
            self, _end, self._children, self._errors, self.ended
        )
        """Also when nobody holds us any more, and at the interpreter's exit."""
        with FileIO(writer, "w") as errors:
            for command in commands:
                self._add(command, errors)
        self._input = _stream(self._children[0].stdin)
        self._output = _stream(self._children[-1].stdout)
        for ours in (self._input, self._output, self._errors):
            os.set_blocking(ours.fileno(), False)

    def _add(self, command: Command, errors: FileIO) -> None:
        """Start a program behind the others, in a group that no Ctrl-C reaches."""
        last = _stream(self._children[-1].stdout) if self._children else None
        try:
            child = subprocess.Popen(  # noqa: S603 - no shell; the mode's own commands
                command,
                stdin=last or subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                env=environment(),
                process_group=0,
            )
        except OSError as error:
            self.end()
            raise TranslationError(
                f"{self._name}: {command[0]} cannot be run: {error.strerror}"
            ) from error
        if sys.platform == "linux":
            resource.prlimit(child.pid, resource.RLIMIT_AS, (_MOST_MEMORY,) * 2)
        self._children.append(child)
        if last is not None:
            last.close()

    def pids(self) -> list[int]:
        """In the order of the stream."""
        return [child.pid for child in self._children]

    def all_alive(self) -> bool:
        """Whether none has ended."""
        return all(child.poll() is None for child in self._children)

    def kill(self) -> None:
        """Let them die; whoever reads their answers sees the end of them."""
        for child in self._children:
            child.kill()

    def answers(self, texts: Iterator[str], patience_seconds: float) -> Iterator[str]:
        """What comes out, text by text, while later texts go in.

        Reading and writing take turns as the pipes allow, so that neither waits for
        the other; what is under way is no more than the pipes hold.
        """
        unsent = self._next_chunk(texts)
        started, sent = time.monotonic(), 0
        with selectors.DefaultSelector() as ready:
            for ours in (self._output, self._errors):
                ready.register(ours, selectors.EVENT_READ)
            ready.register(self._input, selectors.EVENT_WRITE)
            while self._answered < self._asked:
                seconds = patience_seconds + sent / BYTES_PER_SECOND
                left = started + seconds - time.monotonic()
                events = ready.select(left) if left > 0 else []
                if not events:
                    raise TranslationError(
                        f"{self._name}: no answer after {seconds:.0f} s"
                    )
                for key, _ in events:
                    if key.fileobj is self._output:
                        yield from self._read_answers()
                    elif key.fileobj is self._errors:
                        self._read_complaint()
                    else:
                        count = self._write(unsent)
                        sent += count
                        unsent = unsent[count:] or self._next_chunk(texts)
                        if not unsent:
                            ready.unregister(self._input)

    def _next_chunk(self, texts: Iterator[str]) -> bytes:
        chunk = []
        for text in islice(texts, _CHUNK):
            chunk.append(f"{text}[§{self._asked}§]\0")
            self._asked += 1
        return "".join(chunk).encode()

    def _write(self, data: bytes) -> int:
        """How much was written; all, as it were, if nobody reads any more."""
        try:
            return os.write(self._input.fileno(), data)
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            return len(data)  # the end of the answers will tell why

    def _read_answers(self) -> Iterator[str]:
        """Those that have come. Raises TranslationError at their end."""
        data = os.read(self._output.fileno(), _READ)
        if not data:
            raise TranslationError(self._last_words("no stage says why"))
        *whole, self._unread = (self._unread + data).split(b"\0")
        for answer in whole:
            text = answer.decode(errors="replace")
            mark = f"[§{self._answered}§]"
            if not text.endswith(mark):
                raise TranslationError(
                    self._last_words(f"text {self._answered} came back as another")
                )
            self._answered += 1
            yield text.removesuffix(mark)

    def _read_complaint(self) -> None:
        with suppress(BlockingIOError):
            said = os.read(self._errors.fileno(), _READ)
            self._complaint = (self._complaint + said)[-_COMPLAINT:]

    def _last_words(self, otherwise: str) -> str:
        """Who ended first, as far as can be told, and what was complained of.

        At the end of what they read, stages write what they have: a torn text.
        """
        for (
            child
        ) in self._children:  # a dead one closes its files before it can be told
            with suppress(subprocess.TimeoutExpired):
                child.wait(_DYING_SECONDS)
        self._read_complaint()
        ended = (
            f"{name}: {_ending(child.returncode)}"
            for name, child in zip(self._names, self._children, strict=True)
            if child.returncode not in (None, 0, -signal.SIGPIPE)
        )
        said = self._complaint.decode(errors="replace").strip()
        blame = next(ended, otherwise)
        return f"{self._name}: stopped: {blame}" + (f": {said}" if said else "")


def _end(
    children: Sequence[subprocess.Popen[bytes]], errors: FileIO, ended: threading.Event
) -> None:
    """Kill the programs, bury them and close what they were reached by."""
    ended.set()
    for child in children:
        child.kill()
    for stream in (errors, *(s for c in children for s in (c.stdin, c.stdout) if s)):
        stream.close()
    for child in children:
        child.wait()


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exit {status}"


def _stream(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # we asked for one
    return pipe
