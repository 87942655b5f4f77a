from __future__ import annotations

import io

import pytest
import xlsxwriter

from accounts.tenancy.models import Tenant
from pipeline.imports import files
from pipeline.imports.examination import read_records
from pipeline.imports.files import Upload
from pipeline.imports.profiles import get_profile
from pipeline.imports.records import Records
from salesops.lib.errors import DomainError, DomainErrors
from tests.factories import Acme
from tests.pipeline.imports.small import FILES, uploads, with_row

pytestmark = pytest.mark.django_db
PROFILE = "crm-opportunities"


def read(tenant: Tenant, given: list[Upload]) -> Records:
    return read_records(tenant, get_profile(PROFILE), given)


def refusals(tenant: Tenant, given: list[Upload]) -> list[str]:
    return [str(refusal) for refusal in read(tenant, given).refusals]


def test_the_small_files_are_read_without_refusal(in_acme: Acme) -> None:
    records = read(in_acme.tenant, uploads())
    assert not records.refusals
    assert [deal.reference for deal in records.deals] == ["O3", "O1", "O2", "O4"], "by closing day, open ones last"
    assert [str(note) for note in records.notes] == [
        "“GTXPro” is read as the product “GTX Pro”, in 1 rows of sales_pipeline.csv."
    ]


def test_money_is_exact_in_minor_units_and_revenue_counts_millions(in_acme: Acme) -> None:
    records = read(in_acme.tenant, uploads())
    assert records.customers[0].annual_revenue == 1_100_040_000_00
    assert records.products[0].list_price == 4821_00
    assert records.deals[1].amount == 1054_00


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("O9,Nobody,MG,,Won,,2017-03-01,5", "sales_agent: Unknown member “Nobody”"),
        ("O9,Anna,GPU,,Won,,2017-03-01,5", "product: Unknown product “GPU”"),
        ("O9,Anna,MG,Initech,Won,,2017-03-01,5", "account: Unknown customer “Initech”"),
        ("O9,Anna,MG,,Dreaming,,,", "deal_stage: “Dreaming” is not a stage"),
        ("O9,Anna,MG,,Won,,01/03/2017,5", "close_date: “01/03/2017” is not a date; write 2017-03-01."),
        ("O9,Anna,MG,,Won,,2017-02-30,5", "close_date: “2017-02-30” is not a date"),
        ("O9,Anna,MG,,Won,2017-04-01,2017-03-01,5", "close_date: The deal closes before it was engaged on 2017-04-01."),
        ("O9,Anna,MG,,Won,,2017-03-01,", "close_value: A deal that is won or lost needs this."),
        ("O9,Anna,MG,,Won,,,5", "close_date: A deal that is won or lost needs this."),
        ("O9,Anna,MG,,Lost,,,0", "close_date: A deal that is won or lost needs this."),
        ("O9,Anna,MG,,Won,,2017-03-01,-5", "close_value: “-5” is negative."),
        ("O9,Anna,MG,,Won,,2017-03-01,NaN", "close_value: “NaN” is not an amount."),
        ("O9,Anna,MG,,Won,,2017-03-01,1e5", "close_value: “1e5” is not an amount."),
        ("O9,Anna,MG,,Won,,2017-03-01,5.001", "close_value: “5.001” has more decimals than USD has."),
        ("O9,Anna,MG,,Won,,2017-03-01,999999999999999", ""),
        ("O9,Anna,MG,,Engaging,,2017-03-01,", "close_date: A deal in “Engaging” is open and has no closing day."),
        ("O1,Anna,MG,,Prospecting,,,", "opportunity_id: “O1” is already in row 2."),
        (",Anna,MG,,Prospecting,,,", "opportunity_id: The cell is blank."),
        ("O9,Anna,MG,,Prospecting,,", "The row has 7 cells instead of 8."),
    ],
)
def test_a_bad_row_is_refused_with_file_row_field_and_reason(in_acme: Acme, row: str, message: str) -> None:
    found = refusals(in_acme.tenant, with_row(row))
    if message:
        assert len(found) == 1
        assert found[0].startswith("sales_pipeline.csv, row 6, ")
        assert message in found[0]
    else:
        assert found == []


def test_a_row_names_all_its_faults_at_once(in_acme: Acme) -> None:
    found = refusals(in_acme.tenant, with_row("O9,Nobody,GPU,Initech,Won,x,y,z"))
    assert [one.split(", ")[2].split(":")[0] for one in found] == [
        "account", "sales_agent", "product", "engage_date", "close_date", "close_value",
    ]  # fmt: skip


def test_a_customer_below_a_refused_parent_is_refused_and_so_are_its_deals(in_acme: Acme) -> None:
    accounts = FILES["accounts.csv"].replace("Hooli,,,", "Hooli,,soon,")
    found = refusals(in_acme.tenant, uploads(accounts=accounts))
    assert [one.split(":")[0] for one in found] == [
        "accounts.csv, row 3, year_established",
        "accounts.csv, row 2, subsidiary_of",
        "sales_pipeline.csv, row 2, account",
        "sales_pipeline.csv, row 4, account",
        "sales_pipeline.csv, row 5, account",
    ]


def test_a_manager_in_two_regions_is_refused(in_acme: Acme) -> None:
    teams = FILES["sales_teams.csv"] + "Cleo,Mona,South\n"
    assert "a team has one region" in refusals(in_acme.tenant, uploads(sales_teams=teams))[0]


PIPELINE = FILES["sales_pipeline.csv"]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (None, "missing_file", "sales_pipeline.csv: The file is missing."),
        ("", "empty_file", "sales_pipeline.csv: The file is empty."),
        (PIPELINE.encode("utf-16"), "not_text", "sales_pipeline.csv: The file has zero bytes"),
        ((PIPELINE + "Ö").encode("latin-1"), "bad_encoding", "not in UTF-8 (first seen in line 6)"),
        (PIPELINE.replace("account,", "client,"), "missing_column", "The column “account” is missing."),
        (PIPELINE.replace("close_value\n", "close_value,note\n"), "extra_column", "The column “note” is not known"),
        (PIPELINE.replace("product,", "account,"), "duplicate_column", "The column “account” is there twice."),
        (PIPELINE + '"open', "bad_csv", "cannot be read as CSV"),
        (b"PK\x03\x04nonsense", "bad_workbook", "sales_pipeline.csv: The file cannot be read as an XLSX workbook."),
        (PIPELINE + "\0", "not_text", "zero bytes"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    in_acme: Acme, content: str | bytes | None, code: str, message: str
) -> None:
    with pytest.raises(DomainErrors) as refused:
        read(in_acme.tenant, uploads(sales_pipeline=content))
    assert refused.value.code == code
    assert message in str(refused.value.errors[0])


def test_every_unreadable_file_is_named_in_one_pass(in_acme: Acme) -> None:
    with pytest.raises(DomainErrors) as refused:
        read(in_acme.tenant, uploads(sales_pipeline="", products="x\n"))
    assert [error.field for error in refused.value.errors] == ["products.csv", "sales_pipeline.csv"]


def test_too_many_rows_and_too_many_bytes_are_refused(in_acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_ROWS", 3)
    with pytest.raises(DomainError, match="more than 3 rows"):
        read(in_acme.tenant, uploads())
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    with pytest.raises(DomainError, match="larger than"):
        read(in_acme.tenant, uploads())


def test_a_file_that_is_not_part_of_the_import_is_refused_and_the_dictionary_passed_over(in_acme: Acme) -> None:
    assert read(in_acme.tenant, [*uploads(), Upload("data_dictionary.csv", b"")])
    with pytest.raises(DomainErrors, match=r"photo\.csv: This file is not part of the import"):
        read(in_acme.tenant, [*uploads(), Upload("photo.csv", b"")])


def test_a_byte_order_mark_other_column_order_and_crlf_are_read(in_acme: Acme) -> None:
    teams = "\ufeffmanager,sales_agent,regional_office\r\nMona,Anna,North\r\nMona,Ben,North\r\n"
    records = read(in_acme.tenant, uploads(sales_teams=teams))
    assert [(person.name, person.manager) for person in records.people] == [("Anna", "Mona"), ("Ben", "Mona")]


def test_a_workbook_of_the_same_columns_is_read_as_the_csv_file(in_acme: Acme) -> None:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(PIPELINE.splitlines()):
            sheet.write_row(number, 0, [float(cell) if cell.isdigit() else cell for cell in line.split(",")])
    given = [*uploads(sales_pipeline=None), Upload("sales_pipeline.xlsx", packed.getvalue())]
    assert read(in_acme.tenant, given).deals == read(in_acme.tenant, uploads()).deals


def test_a_tenant_in_another_currency_is_told_that_nothing_is_converted(in_acme: Acme) -> None:
    in_acme.tenant.currency = "JPY"
    notes = [str(note) for note in read(in_acme.tenant, uploads()).notes]
    assert "The files' amounts are in US dollars; they are taken as JPY, not converted." in notes
