"""Debian's packages, for what cannot come from a wheel: Chromium and gettext."""

from __future__ import annotations

import os
import shutil
import subprocess

_ENVIRON = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def install(package: str) -> bool:
    """Install the package, as root or by a sudo that does not ask. Waits for another apt up to two minutes."""
    if shutil.which("apt-get") is None:
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt = [*sudo, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    print(f"Installing {package} …", flush=True)
    try:
        if _succeeds(*apt, "install", "-y", "--no-install-recommends", package):
            return True
        _succeeds(*apt, "update")  # the package lists are old, or were never fetched
        return _succeeds(*apt, "install", "-y", "--no-install-recommends", package)
    except OSError:  # no sudo
        return False


def _succeeds(*command: str) -> bool:
    done = subprocess.run(command, env=_ENVIRON, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0
