"""`python -m benchmarks [NAME …]`: run the benchmarks and print their ratios. Never fails for a slow result.

Runs over the servers that the tests use, in a database of its own that is dropped at the end.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ.setdefault("SALESOPS_TEST_SUFFIX", "bench")
os.environ.setdefault("SECRET_KEY", "for measuring only")
os.environ.setdefault("SERVE_SOURCES", "1")  # no collected files are needed to render their names

import django

django.setup()

from django.db import connection  # noqa: E402 (the environment comes first)

import benchmarks  # noqa: E402
from benchmarks.registry import BENCHES  # noqa: E402
from tests import database  # noqa: E402


def main(wanted: list[str]) -> None:
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if module.name.startswith("bench_"):
            importlib.import_module(f"benchmarks.{module.name}")
    unknown = set(wanted) - set(BENCHES)
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; known are {', '.join(sorted(BENCHES))}.")
    database.create(keep=False)
    try:
        print(_machine())
        for name in wanted or sorted(BENCHES):
            for result in BENCHES[name]():
                print(f"{name:<10} {result}", flush=True)
            connection.close()
    finally:
        database.drop()


def _machine() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {version}, fsync {fsync}; "
        "other work on the machine makes single numbers vary by 30 %"
    )


main(sys.argv[1:])
