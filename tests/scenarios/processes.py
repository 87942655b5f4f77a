"""Real worker and beat processes for tests, and a Redis of a test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from django.conf import settings

from tools.ports import free_port
from tools.valkey import find_server

WORKER = ("worker", "--queues", "web,bulk,nightly", "--concurrency", "1", "--without-gossip", "--without-mingle")
BEAT = ("beat",)
_ROOT = Path(__file__).resolve().parent.parent.parent


class Celery:
    """Processes of the product's Celery application, with their output in one file. All are gone after the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "celery.log"
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, args: tuple[str, ...], clock_start: str = "", redis_url: str = "") -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.scenarios.worker_settings",
            "SALESOPS_CLOCK_START": clock_start,
            "CELERY_BEAT_SCHEDULE_FILENAME": str(self.folder / "beat"),
            "SECRET_KEY": settings.SECRET_KEY,
            "REDIS_URL": redis_url or settings.REDIS_URL,
        }
        command = [sys.executable, "-m", "celery", "--app", "salesops", *args, "--loglevel", "INFO"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=_ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self._processes.append(process)
        return process

    def stop(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=10)

    def until(self, condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
        """Wait for it; fail with the processes' last words when it does not come, or when one has given up."""
        deadline = time.monotonic() + seconds
        while not condition():
            fallen = [process.args for process in self._processes if (process.poll() or 0) > 0]
            if fallen or time.monotonic() > deadline:
                pytest.fail(f"{what}: not within {seconds} s\n{self.log.read_text()[-6000:]}")
            time.sleep(0.2)


def child_of(process: subprocess.Popen[bytes]) -> int:
    """The worker's one process that does the work."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[-1])


class Redis:
    """A server that a test may kill; it forgets everything, as one without an append-only file does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        command = [find_server(), "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir", self._folder]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        with redis.Redis.from_url(self.url) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                    return
                except redis.ConnectionError:
                    time.sleep(0.05)
        pytest.fail("Redis did not start within 10 s")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
