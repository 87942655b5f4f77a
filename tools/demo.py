"""`make demo`: everything on this machine, one address, one Ctrl-C. Run again it keeps the data."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn, TypeVar

from tools import build, services
from tools.missing import Missing
from tools.ports import is_free

T = TypeVar("T")
ROOT = services.ROOT
LOGS = services.LOCAL / "log"
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE_SECONDS = 60  # for the first page; Celery's warm shutdown gets as long


class Stop(BaseException):
    """Ctrl-C, the terminal's end or a plain kill: all mean "stop everything"."""


@dataclass
class Children:
    """The processes of the demo, each in a session of its own so that Ctrl-C reaches this one only."""

    environ: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        with (LOGS / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(Path(sys.executable).parent / command[0]), *command[1:]],
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def fail_if_one_has_died(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                raise Missing(f"The {name} process ended by itself; the reason is in .local/log/{name}.log.")

    def stop(self) -> None:
        """Ask each to finish what it does, then kill what is left, with its own children."""
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def run(port: int) -> None:
    """Bring everything up, wait for Ctrl-C, take everything down."""
    if not is_free(port):
        raise Missing(f"Port {port} is taken. Stop what listens there, or run: make demo PORT={port + 1}")
    given = services.external_addresses(os.environ)
    was_running = given is not None or services.is_running()
    try:
        addresses = given or _told("Starting PostgreSQL and Valkey", services.start)
        _told("Building the front end", build.front_end)
        build.translations()
        environ = _environment(addresses)
        _told("Bringing the database up to date", lambda: _manage(environ, "migrate", "--verbosity=0"))
        logins = _told("Making the demo company", lambda: _manage(environ, "load_demo"))
        _serve(environ, port, logins)
    finally:
        if not was_running:
            services.stop()


def _serve(environ: dict[str, str], port: int, logins: str) -> None:
    LOGS.mkdir(exist_ok=True)
    children = Children(environ)
    try:
        bind = ("--bind", f"127.0.0.1:{port}", "--workers=2", "--threads=4", "--no-control-socket")
        children.start("web", "gunicorn", "salesops.wsgi", *bind)
        worker = ("worker", "--queues=web,bulk,nightly", "--concurrency=2", "--loglevel=INFO")
        children.start("worker", "celery", "-A", "salesops", *worker)
        schedule = f"--schedule={services.LOCAL / 'celerybeat-schedule'}"
        children.start("beat", "celery", "-A", "salesops", "beat", schedule, "--pidfile=")
        _wait_for_page(children, f"http://127.0.0.1:{port}/healthz")
        print(
            f"\nSalesOps is at http://localhost:{port}\n\n{logins}\nCtrl-C stops everything; the data stays.",
            flush=True,
        )
        while True:
            children.fail_if_one_has_died()
            time.sleep(1)
    finally:
        print("\nStopping …", flush=True)
        children.stop()


def _environment(addresses: dict[str, str]) -> dict[str, str]:
    """As in production, but for HTTPS, and with the static files served from where they are built."""
    key = services.LOCAL / "secret_key"
    if not key.exists():
        services.write_private(key, secrets.token_urlsafe(50))
    defaults = {"SECRET_KEY": key.read_text(), "SERVE_SOURCES": "1", "DEBUG": "0"}
    return {**defaults, **os.environ, **addresses}


def _manage(environ: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"manage.py {arguments[0]} failed:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout


def _wait_for_page(children: Children, address: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        children.fail_if_one_has_died()
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310  # nosec B310: our own address
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise Missing("The web process does not answer; see .local/log/web.log.") from None
            time.sleep(0.2)
        else:
            return


def _told(what: str, step: Callable[[], T]) -> T:
    """Say what is being done and how long it took."""
    print(f"{what} …", end=" ", flush=True)
    began = time.monotonic()
    result = step()
    print(f"{time.monotonic() - began:.1f} s", flush=True)
    return result


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    for each in _STOPPING:
        signal.signal(each, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
    raise Stop


def main() -> int:
    for number in _STOPPING:
        signal.signal(number, _stop)
    try:
        run(int(os.environ.get("PORT") or 8000))
    except Missing as error:
        print(error, file=sys.stderr)
        return 2
    except Stop:
        print("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
