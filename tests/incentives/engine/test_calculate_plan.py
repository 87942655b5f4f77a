"""`manage.py calculate_plan`: results on standard output, problems on standard error, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.incentives.engine.cases import Json, booking, case, flat, table

_ROOT = Path(__file__).resolve().parents[3]
_GOOD = case(flat("0.1"), booking("d1", "2026-01-05", "100"))
_FLOAT = case({"method": "flat", "rate": 0.1}, booking("d1", "2026-01-05", "100"))


def written(folder: Path, name: str, content: Json | str | bytes) -> str:
    path = folder / name
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_one_case_prints_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("calculate_plan", written(tmp_path, "good.json", _GOOD))
    out, err = capsys.readouterr()
    assert json.loads(out)["participants"][0]["components"][0]["earned"] == "10.00"
    assert err == ""


def test_names_in_any_script_are_printed_for_any_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sale = booking("合同一", "2026-01-05", "100", ("安娜", "1"))
    call_command("calculate_plan", written(tmp_path, "case.json", case(flat("0.1"), sale, people=({"id": "安娜"},))))
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out)["participants"][0]["id"] == "安娜"


def test_several_cases_print_a_line_each_and_the_bad_ones_null(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = written(tmp_path, "bad.json", _FLOAT)
    paths = [
        written(tmp_path, "a.json", _GOOD),
        bad,
        str(tmp_path / "missing.json"),
        written(tmp_path, "b.json", _GOOD),
    ]
    with pytest.raises(SystemExit) as ended:
        call_command("calculate_plan", *paths)
    out, err = capsys.readouterr()
    first, second, third, fourth = (json.loads(line) for line in out.splitlines())
    assert (ended.value.code, second, third) == (2, None, None)
    assert first == fourth
    assert err.splitlines() == [
        f"{bad}: plan.components[0].rate.rate: must be a decimal string",
        f"{tmp_path / 'missing.json'}: cannot be read: No such file or directory",
    ]


def test_a_bad_case_prints_its_problems_by_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = case(table("marginal", (("0", "0.1"), ("0", "x")), wrong="1"), booking("d1", "2026-01-05", "100"))
    with pytest.raises(SystemExit) as ended:
        call_command("calculate_plan", written(tmp_path, "bad.json", document))
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert sorted(err.splitlines()) == [
        "plan.components[0].rate.tiers[1].from: must be above the tier before it",
        "plan.components[0].rate.tiers[1].rate: must be a decimal string",
        "plan.components[0].rate.wrong: is not a known key",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "is not JSON: Expecting value (line 1, column 1)"),
        ('{"plan": }', "is not JSON: Expecting value (line 1, column 10)"),
        ('{"plan": 1} x', "is not JSON: Extra data (line 1, column 13)"),
        ('{"plan": 1, "plan": 2}', 'has the key "plan" twice in one object'),
        ('{"plan": NaN}', "contains NaN, which is not a number in JSON"),
        ('{"plan": -Infinity}', "contains -Infinity, which is not a number in JSON"),
        ('{"plan": ' + "9" * 5000 + "}", "contains a number that is too long"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"a":' * 100_000, "is nested too deeply"),
        (b'{"plan": "\xff"}', "is not UTF-8 text (byte 10)"),
        ("{}".encode("utf-16"), "is not UTF-8 text (byte 0)"),
    ],
)
def test_a_file_that_is_not_json(
    content: str | bytes, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "bad.json", content)
    with pytest.raises(SystemExit) as ended:
        call_command("calculate_plan", path)
    assert (ended.value.code, capsys.readouterr()) == (2, ("", f"{path}: {problem}\n"))


def test_a_folder_is_not_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("calculate_plan", str(tmp_path))
    assert capsys.readouterr().err == f"{tmp_path}: cannot be read: Is a directory\n"


def test_it_runs_where_there_is_no_database(tmp_path: Path) -> None:
    """In a process of its own, with addresses at which nothing listens."""
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    environment = {
        **os.environ,
        "DATABASE_URL": nowhere,
        "DATABASE_OWNER_URL": nowhere,
        "REDIS_URL": "redis://127.0.0.1:1",
    }
    ran = subprocess.run(
        [sys.executable, "manage.py", "calculate_plan", written(tmp_path, "good.json", _GOOD)],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["errors"] == []
