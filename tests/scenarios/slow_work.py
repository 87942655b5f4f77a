"""Work that stops in the middle until it is told to go on, for what happens to its worker meanwhile."""

from __future__ import annotations

import time
from pathlib import Path

from accounts.jobs.registry import Outcome
from accounts.jobs.work import Work
from accounts.people.models import Region

ROWS = 5


def make_regions(work: Work) -> Outcome:
    """Five regions in one transaction; the names are unique, so twice is an error.

    `payload`: `folder` to signal in, and whether to pause before the transaction (`computing`) or inside (`writing`).
    """
    folder = Path(work.payload["folder"])
    if work.payload["pause"] == "computing":
        _pause(folder)
    with work.writing():
        for number in range(ROWS):
            Region.objects.create(name=f"Region {number}")
            if number == 2 and work.payload["pause"] == "writing":
                _pause(folder)
    return Outcome({"regions": ROWS})


def _pause(folder: Path) -> None:
    (folder / "reached").touch()
    while not (folder / "go").exists():
        time.sleep(0.05)
