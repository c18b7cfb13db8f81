"""A real Dask scheduler and workers, as processes of this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent


class Fleet:
    """A scheduler, and the workers that were started for it."""

    def __init__(self, folder: Path, *flags: str, protocol: str = "tcp") -> None:
        """``flags`` are for the scheduler and every worker."""
        self._folder, self._flags = folder, flags
        self._file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start(
            *("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show"),
            *("--protocol", protocol),
        )
        while not self._file.exists() or not self._file.read_text().endswith("}"):
            assert self.scheduler.poll() is None, "the scheduler did not start"
            time.sleep(0.05)
        self.address: str = json.loads(self._file.read_text())["address"]

    def add(self, count: int) -> None:
        """So many workers more, of one thread each."""
        self.workers += [
            self._start(
                *("worker", "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1"),
                *("--local-directory", str(self._folder), "--death-timeout", "20"),
            )
            for _ in range(count)
        ]

    def kill(self, count: int) -> None:
        """The oldest workers, without a word."""
        for _ in range(count):
            worker = self.workers.pop(0)
            worker.kill()
            worker.wait()

    def close(self) -> None:
        """Kill them all."""
        for process in (*self.workers, self.scheduler):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, role: str, *words: str) -> subprocess.Popen[bytes]:
        told = [*words, "--no-dashboard", "--scheduler-file", str(self._file)]
        with (self._folder / f"{role}.log").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", role, *told, *self._flags],
                env=os.environ
                | {
                    "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
                    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
                },
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )
