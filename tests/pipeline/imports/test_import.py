from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.jobs.execution import work_on
from accounts.jobs.services import run_inline
from accounts.people.models import Member, Region, Team, TeamLead, TeamMembership
from accounts.tenancy.context import tenant_scope
from pipeline import facts
from pipeline.customers.models import Customer
from pipeline.deals import services as deals
from pipeline.deals.composition import LineValues, set_lines
from pipeline.deals.models import Deal, Stage, StageChange
from pipeline.imports import opportunities, services, work
from pipeline.imports.models import ImportFile, ImportRun
from pipeline.imports.records import DealRecord
from pipeline.ledger.models import CreditLine
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import acting
from tests.pipeline.imports.small import FILES

pytestmark = pytest.mark.django_db
EVER = facts.Slice(date(2000, 1, 1), date(2100, 1, 1))
NOW = datetime(2026, 3, 31, tzinfo=UTC)
ClientFor = Callable[..., Client]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(folder: Path, *options: str) -> None:
    call_command("import_data", "--tenant", "acme", "--profile", "crm-opportunities", str(folder), *options)


# --- The real data ---------------------------------------------------------------------------------------------------


def test_the_real_data_arrive_whole_and_a_second_import_changes_nothing(
    in_acme: Acme, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = shared_data / "crm-sales-opportunities"
    before = (Member.objects.count(), Region.objects.count(), Team.objects.count())
    run(data)
    assert "“GTXPro” is read as the product “GTX Pro”, in 1480 rows of sales_pipeline.csv." in capsys.readouterr().out
    after = (Member.objects.count(), Region.objects.count(), Team.objects.count())
    assert [now - then for now, then in zip(after, before, strict=True)] == [35 + 6, 1, 6], (
        "East and West are there already"
    )
    assert Customer.objects.count() == 85
    assert Deal.objects.count() == 8800
    assert Deal.objects.filter(customer=None).count() == 1425
    assert Deal.objects.filter(amount=None).count() == 2089
    assert CreditLine.objects.count() == 4238
    quarters = (date(2017, 7, 1), date(2017, 9, 30)), (date(2017, 10, 1), date(2017, 12, 31))
    assert [facts.total(facts.Slice(*days)).value for days in quarters] == [2_982_255_00, 2_802_496_00]
    assert sum(line.new_customer for line in facts.credits(EVER)) == 85

    position, moves = facts.position(), StageChange.objects.count()
    run(data)
    assert (facts.position(), StageChange.objects.count()) == (position, moves)
    assert ImportRun.objects.latest("id").counts["deals"] == {
        "created": 0, "changed": 0, "unchanged": 8800, "refused": 0,
    }  # fmt: skip


# --- What is written -------------------------------------------------------------------------------------------------


def test_people_teams_and_regions_are_made_with_open_ends_and_without_sign_in(in_acme: Acme, folder: Path) -> None:
    run(folder)
    anna, mona = (Member.objects.get(full_name=name) for name in ("Anna", "Mona"))
    assert (anna.roles, anna.user, mona.roles) == (["rep"], None, ["manager"])
    team = Team.objects.get(name="Mona")
    assert team.region == Region.objects.get(name="North")
    assert TeamLead.objects.filter(team=team, member=mona, starts_on=None, ends_on=None).exists()
    members = TeamMembership.objects.filter(team=team, starts_on=None, ends_on=None)
    assert sorted(members.values_list("member__full_name", flat=True)) == ["Anna", "Ben"]


def test_people_who_are_there_keep_roles_and_team(in_acme: Acme, folder: Path) -> None:
    teams = "sales_agent,manager,regional_office\nAnna,Eve Executive,North\nBen,Eve Executive,North\n"
    (folder / "sales_teams.csv").write_text(teams + "Rob Rep,Eve Executive,North\n")
    run(folder)
    assert Member.objects.get(pk=in_acme.eve.pk).roles == ["executive", "manager"]
    assert TeamMembership.objects.get(member=in_acme.rob).team_id == in_acme.north.pk


def test_customers_keep_their_sector_as_it_is_and_know_their_parent(in_acme: Acme, folder: Path) -> None:
    run(folder)
    globex = Customer.objects.get(name="Globex")
    assert (globex.industry, globex.country, globex.annual_revenue) == ("retail", "Kenya", 1_100_040_000_00)
    assert globex.parent == Customer.objects.get(name="Hooli")


def test_blank_accounts_and_amounts_stay_blank_and_stages_have_their_days(in_acme: Acme, folder: Path) -> None:
    run(folder)
    won, engaging = Deal.objects.get(reference="O1"), Deal.objects.get(reference="O2")
    assert (engaging.customer, engaging.amount, engaging.stage_since) == (None, None, date(2017, 2, 1))
    moves = StageChange.objects.filter(deal=won).order_by("id").values_list("stage__name", "entered_on")
    assert list(moves) == [("Engaging", date(2017, 1, 2)), ("Won", date(2017, 3, 1))]
    [line] = facts.credits(EVER)
    assert (line.amount, line.date, line.region_name, line.category) == (1054_00, date(2017, 3, 1), "North", "GTX")


def test_a_changed_amount_of_a_won_deal_is_reversed_and_written_anew(in_acme: Acme, folder: Path) -> None:
    run(folder)
    changed = FILES["sales_pipeline.csv"].replace("1054", "2000")
    (folder / "sales_pipeline.csv").write_text(changed)
    run(folder)
    assert [line.amount for line in CreditLine.objects.order_by("id")] == [1054_00, -1054_00, 2000_00]
    deals = ImportRun.objects.latest("id").counts["deals"]
    assert (deals["changed"], deals["unchanged"]) == (1, 3)


def test_a_deal_that_is_no_longer_won_loses_its_credit(in_acme: Acme, folder: Path) -> None:
    run(folder)
    text = FILES["sales_pipeline.csv"].replace("Won,2017-01-02,2017-03-01,1054", "Engaging,2017-01-02,,")
    (folder / "sales_pipeline.csv").write_text(text)
    run(folder)
    assert facts.total(EVER).value == 0
    assert Deal.objects.get(reference="O1").stage.name == "Engaging"


# --- What people have done with deals since --------------------------------------------------------------------------


def with_lines(company: Acme, reference: str, *amounts: int) -> Deal:
    found = Deal.objects.get(reference=reference)
    lines = [LineValues(found.product_id, 1, amount) for amount in amounts]
    actor = acting(company, company.eve)
    return set_lines(actor=actor, deal_id=found.pk, version=found.version, lines=lines, as_of=NOW.date())


def rewrite(folder: Path, old: str, new: str) -> None:
    path = folder / "sales_pipeline.csv"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "column"), [("1054", "2000", "close_value"), ("Anna,GTXPro,Globex", "Anna,MG,Globex", "product")]
)
def test_a_row_that_contradicts_a_deals_line_items_is_refused(
    in_acme: Acme, folder: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, column: str
) -> None:
    run(folder)
    with_lines(in_acme, "O1", 1000_00, 54_00)
    run(folder)  # the same file says the same
    rewrite(folder, old, new)
    with pytest.raises(SystemExit):
        run(folder)
    said = capsys.readouterr().err
    assert f"sales_pipeline.csv, row 2, {column}: The deal O1 has line items that say otherwise" in said
    run(folder, "--skip-refused")
    left = Deal.objects.get(reference="O1")
    assert (left.amount, left.product.name, left.lines.count()) == (1054_00, "GTX Pro", 2)
    assert ImportRun.objects.latest("id").counts["deals"]["refused"] == 1
    assert facts.total(EVER).value == 1054_00


def test_a_blank_amount_and_another_owner_leave_line_items_alone(in_acme: Acme, folder: Path) -> None:
    run(folder)
    with_lines(in_acme, "O2", 300_00)
    rewrite(folder, "O2,Ben,MG", "O2,Anna,MG")
    run(folder)
    left = Deal.objects.get(reference="O2")
    assert (left.owner.full_name, left.amount, left.lines.count()) == ("Anna", 300_00, 1)


def test_lines_that_come_after_the_check_hold(in_acme: Acme, folder: Path) -> None:
    run(folder)
    made = with_lines(in_acme, "O1", 1000_00)
    told = DealRecord("O1", "Anna", "MG", "Globex", "Won", date(2017, 1, 2), date(2017, 3, 1), 1)
    opportunities.write_deals(in_acme.operator, [told], opportunities.Names.load(), NOW.date())
    left = Deal.objects.get(pk=made.pk)
    assert (left.amount, left.product.name, left.lines.count()) == (1000_00, "GTX Pro", 1)


def test_a_deal_that_a_person_moved_stays_until_the_file_says_it_closed(in_acme: Acme, folder: Path) -> None:
    run(folder)
    actor, day = acting(in_acme, in_acme.eve), NOW.date()
    further = Stage.objects.create(name="Negotiating", position=90, probability=70)
    engaging, prospecting = Deal.objects.get(reference="O2"), Deal.objects.get(reference="O4")
    values = {"actor": actor, "as_of": day, "version": 1}
    deals.move_to_stage(deal_id=engaging.pk, stage_id=further.pk, **values)
    deals.win(deal_id=prospecting.pk, amount=70_00, closed_on=day, **values)
    rewrite(folder, "O2,Ben,MG,,", "O2,Ben,MG,Hooli,")  # a change that is no move
    run(folder)
    engaging.refresh_from_db()
    prospecting.refresh_from_db()
    assert (engaging.stage, engaging.stage_since, engaging.customer.name) == (further, day, "Hooli")
    assert (prospecting.stage.kind, prospecting.closed_on, prospecting.amount) == ("won", day, 70_00)
    rewrite(folder, "Engaging,2017-02-01,,", "Lost,2017-02-01,2017-04-01,0")
    run(folder)
    engaging.refresh_from_db()
    assert (engaging.stage.kind, engaging.closed_on) == ("lost", date(2017, 4, 1))


def test_a_deal_that_nobody_moved_goes_where_the_file_says(in_acme: Acme, folder: Path) -> None:
    run(folder)
    rewrite(folder, "O4,Ben,MG,Globex,Prospecting,", "O4,Ben,MG,Globex,Engaging,2017-05-01")
    run(folder)
    assert Deal.objects.get(reference="O4").stage.name == "Engaging"


# --- The command's contract ------------------------------------------------------------------------------------------


def test_a_dry_run_counts_and_writes_nothing(in_acme: Acme, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "--dry-run")
    assert "deals                      4         0         0         0" in capsys.readouterr().out
    assert not Deal.objects.exists()
    assert not ImportRun.objects.exists()


def test_refused_rows_stop_the_command_unless_they_are_to_be_skipped(
    in_acme: Acme, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "sales_pipeline.csv").write_text(FILES["sales_pipeline.csv"] + "O9,Nobody,MG,,Engaging,,,\n")
    with pytest.raises(SystemExit) as stopped:
        run(folder)
    assert stopped.value.code == 2
    assert "sales_pipeline.csv, row 6, sales_agent: Unknown member “Nobody”" in capsys.readouterr().err
    assert not Deal.objects.exists()
    run(folder, "--skip-refused")
    assert Deal.objects.count() == 4
    assert ImportRun.objects.get().counts["deals"]["refused"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--tenant", "nowhere", "--profile", "crm-opportunities"), "--tenant: There is no company at “nowhere”."),
        (("--tenant", "acme", "--profile", "sap"), "profile: There is no import profile “sap”"),
    ],
)
def test_an_unknown_tenant_or_profile_is_named(
    in_acme: Acme, folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        call_command("import_data", *arguments, str(folder))
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_a_missing_file_or_folder_is_named(in_acme: Acme, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "products.csv").unlink()
    for path, message in ((folder, "products.csv: The file is missing."), (folder / "x", "There is no such folder.")):
        with pytest.raises(SystemExit):
            run(path)
        assert message in capsys.readouterr().err


# --- Faults ----------------------------------------------------------------------------------------------------------


def test_an_import_that_breaks_off_goes_on_behind_the_last_whole_chunk(
    in_acme: Acme, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "CHUNK", 2)
    chunks = iter([True, False])

    def breaking(*args: Any) -> Any:
        if not next(chunks, True):
            raise RuntimeError("killed")
        return opportunities.write_deals(*args)

    monkeypatch.setattr(work, "write_deals", breaking)
    with pytest.raises(RuntimeError, match="killed"):
        run(folder)
    assert Deal.objects.count() == 2
    broken = ImportRun.objects.get()
    assert (broken.state, broken.cursor) == ("importing", 2)
    run_inline(
        actor=in_acme.operator, kind=services.WRITE, input_version=str(broken.pk), payload={"run": broken.pk}, as_of=NOW
    )
    assert Deal.objects.count() == 4
    assert CreditLine.objects.count() == 1
    broken.refresh_from_db()
    assert (broken.state, broken.counts["deals"]["created"]) == ("done", 4)
    assert not ImportFile.objects.exclude(content=None).exists()


# --- The browser -----------------------------------------------------------------------------------------------------


def sent(**changed: str) -> dict[str, Any]:
    files = [SimpleUploadedFile(n, changed.get(n.removesuffix(".csv"), text).encode()) for n, text in FILES.items()]
    return {"profile": "crm-opportunities", "files": files}


def work_off(company: Acme) -> None:
    """What a worker does with the hint."""
    with tenant_scope(company.tenant.pk):
        work_on(ImportRun.objects.latest("id").job_id, NOW)


def test_upload_check_and_import_in_the_browser(in_acme: Acme, client_for: ClientFor) -> None:
    client = client_for(in_acme.eve)
    answer = client.post("/t/acme/imports/new/", sent())
    assert answer.status_code == 303
    page = answer["Location"]
    assert "Check of an import" in client.get(page).content.decode()
    work_off(in_acme)
    shown = client.get(page).content.decode()
    assert "Import 4 deals" in shown
    assert "in 1 rows of sales_pipeline.csv" in shown
    assert not Deal.objects.exists()
    client.post(f"{page}start/")
    assert "<progress" in client.get(page).content.decode()
    work_off(in_acme)
    assert "To the deals" in client.get(page).content.decode()
    assert Deal.objects.count() == 4


def test_the_browser_asks_before_it_leaves_refused_rows_out(in_acme: Acme, client_for: ClientFor) -> None:
    client = client_for(in_acme.eve)
    text = FILES["sales_pipeline.csv"] + "O9,Nobody,MG,,Engaging,,,\n"
    page = client.post("/t/acme/imports/new/", sent(sales_pipeline=text))["Location"]
    work_off(in_acme)
    shown = client.get(page).content.decode()
    assert "Import without 1 refused row" in shown
    assert "Unknown member “Nobody”" in shown
    client.post(f"{page}start/")
    assert ImportRun.objects.get().state == "checked", "not without the explicit choice"
    client.post(f"{page}start/", {"skip_refused": "on"})
    work_off(in_acme)
    assert Deal.objects.count() == 4


def test_a_file_that_cannot_be_read_is_explained_on_the_page_and_nothing_is_written(
    in_acme: Acme, client_for: ClientFor
) -> None:
    client = client_for(in_acme.eve)
    page = client.post("/t/acme/imports/new/", sent(accounts="account\nX\n"))["Location"]
    work_off(in_acme)
    shown = client.get(page).content.decode()
    assert "accounts.csv: The column “sector” is missing." in shown
    assert "Nothing was written" in shown
    assert not Deal.objects.exists()


def test_a_missing_file_is_refused_beside_the_form(in_acme: Acme, client_for: ClientFor) -> None:
    given = sent()
    given["files"].pop()
    answer = client_for(in_acme.eve).post("/t/acme/imports/new/", given)
    assert answer.status_code == 422
    assert "sales_pipeline.csv: The file is missing." in answer.content.decode()
    assert client_for(in_acme.eve).post("/t/acme/imports/new/", {"profile": "sap"}).status_code == 422


def test_a_checked_import_can_be_thrown_away_with_its_bytes(in_acme: Acme, client_for: ClientFor) -> None:
    client = client_for(in_acme.eve)
    page = client.post("/t/acme/imports/new/", sent())["Location"]
    work_off(in_acme)
    client.post(f"{page}discard/")
    assert ImportRun.objects.get().state == "discarded"
    assert not ImportFile.objects.exclude(content=None).exists()
    client.post(f"{page}start/")
    assert ImportRun.objects.get().state == "discarded"


def test_another_companys_import_is_not_found(in_acme: Acme, stranger: Stranger, client_for: ClientFor) -> None:
    with tenant_scope(stranger.tenant.pk):
        theirs = ImportRun.objects.create(profile="crm-opportunities", notes=[{"message": MARKER, "params": {}}])
    client = client_for(in_acme.eve)
    assert client.get(f"/t/acme/imports/{theirs.pk}/").status_code == 404
    for action in ("start", "discard"):
        assert client.post(f"/t/acme/imports/{theirs.pk}/{action}/").status_code == 404


@pytest.mark.parametrize("name", ["max", "rob", "hana"])
def test_only_admins_and_executives_import(in_acme: Acme, client_for: ClientFor, name: str) -> None:
    client = client_for(in_acme.members[name])
    assert client.get("/t/acme/imports/").status_code == 403
    assert client.post("/t/acme/imports/new/", sent()).status_code == 403
