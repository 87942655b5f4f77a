from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.background import hints, make_kind
from tests.scenarios.processes import Celery

__all__ = ["hints", "make_kind"]


@pytest.fixture
def celery(tmp_path: Path, transactional_db: None) -> Iterator[Celery]:
    """Starts worker and beat processes, which are gone before the tables are emptied."""
    processes = Celery(tmp_path)
    yield processes
    processes.stop()
