"""The payout file, byte by byte, and how the command refuses."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.core.management import call_command
from python_calamine import CalamineWorkbook

from accounts.people.models import Member
from incentives.payouts.exports import HEADER
from tests.incentives.cast import OCTOBER, approved, by_attainment, document, plan_for_reps, recompute, submitted

ISSUE_HEADER = (
    "participant,team,period,currency,earned,guaranteed,capped,held,released,clawed_back,draw_advanced,draw_recovered,"
    "adjusted,written_off,carried,payable,status"
)


@pytest.fixture
def export(tmp_path):
    def run(format="csv", tenant="acme", first="2017-10", last="2017-12", output=None):
        path = output or tmp_path / f"payouts.{format}"
        arguments = {"tenant": tenant, "from": first, "to": last, "format": format, "output": str(path)}
        call_command("export_payouts", *[f"--{name}={value}" for name, value in arguments.items()])
        return path.read_bytes()

    return run


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_follows_the_contract(computed, export):
    content = export()
    assert content.startswith(b"\xef\xbb\xbf" + ISSUE_HEADER.encode() + b"\r\n")
    first, second, *_ = rows(content)[1:]
    zeros = ["0.00"] * 11
    assert first == ["Rita Rep", "North", "2017-10", "USD", "12.00", *zeros[:10], "12.00", "draft"]
    assert second == ["Rita Rep", "North", "2017-11", "USD", *zeros, "0.00", "draft"]


def test_there_is_a_row_for_everybody_and_every_month_by_name_and_month(computed, export):
    assert [row[:3:2] for row in rows(export())[1:]] == [
        [name, month]
        for name in ("Rita Rep", "Rob Rep", "Sam Rep", "Sue Rep")
        for month in ("2017-10", "2017-11", "2017-12")
    ]


def test_names_sort_by_code_point(computed, export):
    Member.objects.filter(pk=computed.sue.pk).update(full_name="Émile")
    Member.objects.filter(pk=computed.sam.pk).update(full_name="ada")
    names = list(dict.fromkeys(row[0] for row in rows(export())[1:]))
    assert names == ["Rita Rep", "Rob Rep", "ada", "Émile"]


def test_the_status_is_the_batchs(computed, hana, eve, export):
    approved(hana, eve)
    submitted(hana, OCTOBER.replace(month=11))
    assert [row[-1] for row in rows(export())[1:4]] == ["approved", "in_review", "draft"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_name_never_becomes_a_formula(computed, export, start):
    Member.objects.filter(pk=computed.sue.pk).update(full_name=f"{start}1+1")
    assert f"'{start}1+1" in {row[0] for row in rows(export())}


def test_xlsx_has_typed_numbers_and_text(computed, export):
    Member.objects.filter(pk=computed.sue.pk).update(full_name="=1+1")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(export("xlsx"))).get_sheet_by_index(0).to_python()
    assert tuple(sheet[0]) == HEADER == tuple(ISSUE_HEADER.split(","))
    assert sheet[1][0] == "'=1+1"
    rob = next(row for row in sheet if row[0] == "Rob Rep")
    assert (rob[4], rob[2]) == (60.0, "2017-10")


def test_both_formats_say_the_same(computed, export):
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(export("xlsx"))).get_sheet_by_index(0).to_python()
    from_sheet = [[f"{Decimal(str(cell)):.2f}" if isinstance(cell, float) else cell for cell in row] for row in sheet]
    assert from_sheet == rows(export())


def test_who_has_an_error_is_named_and_left_out(sold, export, capsys):
    plan_for_reps(sold, document(by_attainment()))
    recompute(sold)
    names = {row[0] for row in rows(export())[1:]}
    assert names == {"Sam Rep", "Sue Rep"}
    said = capsys.readouterr().err.splitlines()
    assert said[0] == ("Rita Rep, 2017-10, bookings: There is no quota for this period, so attainment is undefined.")
    assert len(said) == 6


def test_a_month_that_no_run_has_seen_is_named(computed, export, capsys):
    export(last="2018-01")
    assert capsys.readouterr().err == "2018-01: nothing has been computed for this month.\n"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"tenant": "nobody"}, "--tenant: There is no company at “nobody”."),
        ({"first": "October"}, "--from: “October” is not a period; write 2026-01, 2026-Q1 or 2026."),
        ({"last": "2017"}, "--to: “2017” is not a month."),
        ({"first": "2017-12", "last": "2017-10"}, "--to: 2017-10 is before the first month."),
        ({"format": "pdf"}, "--format: “pdf” is not csv or xlsx."),
    ],
)
def test_bad_input_is_refused_in_one_line(computed, export, tmp_path, changes, line, capsys):
    with pytest.raises(SystemExit) as refused:
        export(**changes)
    assert (capsys.readouterr().err, refused.value.code) == (f"{line}\n", 2)
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written_is_refused(computed, export, tmp_path, capsys):
    with pytest.raises(SystemExit) as refused:
        export(output=tmp_path / "missing" / "payouts.csv")
    assert "payouts.csv: No such file or directory." in capsys.readouterr().err
    assert refused.value.code == 2


def test_an_export_that_breaks_off_leaves_the_old_file(computed, export, tmp_path, monkeypatch):
    path = tmp_path / "payouts.csv"
    path.write_text("yesterday’s")

    def breaks(*_):
        yield ["Rita Rep"]
        raise RuntimeError("the connection is lost")

    monkeypatch.setattr("incentives.payouts.exports.payout_rows", breaks)
    with pytest.raises(RuntimeError):
        export()
    assert path.read_text() == "yesterday’s"
    assert list(tmp_path.iterdir()) == [path]


def test_a_strangers_people_are_never_in_the_file(computed, stranger, export):
    assert "XSTRANGERX" not in export().decode()
