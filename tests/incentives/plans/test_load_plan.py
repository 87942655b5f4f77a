"""The command `load_plan`: what it makes, and how it refuses."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from incentives.plans.models import PlanAssignment, PlanVersion
from tests.incentives.cast import component, document

pytestmark = pytest.mark.usefixtures("in_acme")


@pytest.fixture
def load(tmp_path):
    def run(content, *targets, name="Field Sales", tenant="acme", effective="2017-10-01"):
        path = tmp_path / "plan.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        assigned = [part for target in targets for part in ("--assign", target)]
        call_command("load_plan", "--tenant", tenant, "--name", name, "--effective", effective, *assigned, str(path))

    return run


def refusal(capsys, load, *args, **kwargs):
    with pytest.raises(SystemExit) as stopped:
        load(*args, **kwargs)
    assert stopped.value.code == 2
    assert not PlanVersion.objects.exists()
    return capsys.readouterr().err.splitlines()


def test_a_plan_is_loaded_and_assigned(load, acme):
    load(document(), "role:rep", "team:North", f"member:{acme.max.full_name}")
    assert PlanVersion.objects.count() == 1
    assert {(row.role, row.team_id, row.member_id) for row in PlanAssignment.objects.all()} == {
        ("rep", None, None),
        ("", acme.north.pk, None),
        ("", None, acme.max.pk),
    }


def test_loaded_again_nothing_is_new(load):
    load(document(), "role:rep")
    load(document(), "role:rep")
    assert (PlanVersion.objects.count(), PlanAssignment.objects.count()) == (1, 1)


def test_a_changed_document_is_a_new_version(load):
    load(document(), "role:rep")
    load(document(component(period="month")), "role:rep")
    assert PlanVersion.objects.count() == 2
    assert PlanAssignment.objects.count() == 1


def test_every_problem_has_a_line_with_its_path(capsys, load):
    bad = document(component(rate={"method": "flat", "rate": 0.1}, colour="red"))
    assert refusal(capsys, load, bad) == [
        "components[0].colour: is not a known key",
        "components[0].rate.rate: must be a decimal string",
    ]


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("role:pilot", "--assign: there is no role named “pilot”."),
        ("team:Nowhere", "--assign: there is no team named “Nowhere”."),
        ("member:Nobody", "--assign: there is no member named “Nobody”."),
        ("everybody", "--assign: “everybody” is not role:ROLE, team:NAME or member:FULL NAME."),
    ],
)
def test_an_unknown_target_is_refused_and_nothing_is_kept(capsys, load, target, line):
    assert refusal(capsys, load, document(), target) == [line]


def test_the_stranger_is_an_unknown_member(capsys, load, stranger):
    name = stranger.rep.full_name
    assert refusal(capsys, load, document(), f"member:{name}") == [f"--assign: there is no member named “{name}”."]


def test_a_file_that_is_no_json_is_refused(capsys, load):
    [line] = refusal(capsys, load, b"\xff\xfe{")
    assert "is not UTF-8 text" in line


def test_a_bad_day_is_refused(capsys, load):
    [line] = refusal(capsys, load, document(), effective="soon")
    assert line == "--effective: “soon” is not a date like 2017-10-01."


def test_an_unknown_company_is_refused(load, capsys):
    assert refusal(capsys, load, document(), tenant="nobody") == ["--tenant: There is no company at “nobody”."]
