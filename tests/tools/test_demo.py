from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from tools import build, demo
from tools.missing import Missing


@pytest.fixture
def children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[demo.Children]:
    monkeypatch.setattr(demo, "LOGS", tmp_path)
    made = demo.Children(dict(os.environ))
    yield made
    made.stop()


def test_a_taken_port_is_one_clear_line():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Missing, match=rf"^Port {port} is taken\. .*make demo PORT={port + 1}$"):
            demo.run(port)


def test_a_process_that_ends_by_itself_is_named(children):
    children.start("web", "python", "-c", "raise SystemExit(3)")
    children.running["web"].wait(10)
    with pytest.raises(Missing, match=r"The web process ended by itself; the reason is in \.local/log/web\.log"):
        children.fail_if_one_has_died()


def test_stopping_leaves_no_process(children):
    for name in ("web", "worker"):
        children.start(name, "python", "-c", "import time; time.sleep(60)")
    children.stop()
    assert all(process.poll() is not None for process in children.running.values())


def test_translations_are_compiled_once(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "ROOT", tmp_path)
    folder = tmp_path / "locale" / "zh_Hant" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Customers", msgstr="客戶"))
    catalogue.save(str(folder / "django.po"))
    assert (build.translations(), build.translations()) == (1, 0)
    assert polib.mofile(str(folder / "django.mo")).find("Customers").msgstr == "客戶"
