"""Which servers a test run talks to: those the environment names, else embedded ones of its own.

Runs before the settings are read, in the main process; xdist's workers inherit the environment it leaves.
Each worker has its own database and Redis number. `SALESOPS_TEST_SUFFIX` keeps several people's runs apart.
"""

from __future__ import annotations

import atexit
import os
import zlib
from pathlib import Path
from urllib.parse import urlsplit

from tools import services
from tools.postgres import Durability

_REDIS_NUMBERS = 15  # 1 to 15; 0 is development's


def use_test_servers() -> None:
    """Point the environment's addresses at this worker's own database and Redis number."""
    addresses = services.external_addresses(os.environ) or _embedded()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    suffix = os.environ.get("SALESOPS_TEST_SUFFIX", "")
    for name, url in addresses.items():
        if name == "REDIS_URL":
            number = 1 + (zlib.crc32(suffix.encode()) + int(worker.removeprefix("gw") or 0)) % _REDIS_NUMBERS
            os.environ[name] = urlsplit(url)._replace(path=f"/{number}").geturl()
        else:
            database = urlsplit(url).path.strip("/")
            if not database.startswith("test_"):  # the main process's name comes to its workers as it is
                database = "_".join(filter(None, ("test", database, suffix)))
            database = "_".join(filter(None, (database, worker)))
            os.environ[name] = urlsplit(url)._replace(path=f"/{database}").geturl()


def _embedded() -> dict[str, str]:
    """Servers that live as long as this process; what an earlier, killed run left behind is cleared away first."""
    runs = services.LOCAL / "test"
    for left in runs.glob("[0-9]*"):
        if not Path(f"/proc/{left.name}").exists():
            services.remove(left)
    local = runs / str(os.getpid())
    atexit.register(services.remove, local)
    return services.start(local, durability=Durability.NONE)
