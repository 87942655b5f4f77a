"""Find Chromium for the browser tests, or install it: `python -m tools.browser`."""

from __future__ import annotations

import os
import shutil
import sys

from tools import apt

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """The path of the browser: the one that CHROMIUM names, else the first on PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    """The browser tests say themselves that they cannot run without one; the others can, so this only warns."""
    if find() is None and not (apt.install("chromium") and find()):
        print(
            "No Chromium was found and none could be installed, so tests/browser will fail. Install it (Debian: "
            "apt-get install chromium), or set CHROMIUM to a browser's path.",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
