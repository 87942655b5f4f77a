"""Find Chromium for the browser tests, or install it: `python -m tools.browser`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
_ADVICE = "Install Chromium (Debian: apt-get install chromium), or set CHROMIUM to a browser's path."


def find() -> str | None:
    """The path of the browser: the one that CHROMIUM names, else the first on PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def _install() -> bool:
    """With Debian's packages, as root or by a sudo that does not ask. Waits for another apt up to two minutes."""
    if shutil.which("apt-get") is None:
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt = [*sudo, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    install = [*apt, "install", "-y", "--no-install-recommends", "chromium"]
    print("Installing Chromium …", flush=True)
    try:
        if subprocess.run(install, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return True
        subprocess.run([*apt, "update"], check=False)  # the package lists are old, or were never fetched
        return subprocess.run(install, stdout=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:  # no sudo
        return False


def main() -> int:
    """The browser tests say themselves that they cannot run without one; the other tests can, so this only warns."""
    if find() is None and not (_install() and find()):
        print(
            f"No Chromium was found and none could be installed, so tests/browser will fail. {_ADVICE}", file=sys.stderr
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
