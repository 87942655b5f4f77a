"""Plans: versions are added, never changed; documents are refused by path; people are put on them by date."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.tenancy.context import tenant_scope
from incentives.plans.models import PlanAssignment, PlanVersion
from incentives.plans.services import Target, add_version, assign, create_plan
from salesops.lib.errors import DomainError, DomainErrors
from tests.factories import Acme, load_acme
from tests.incentives.cast import DECEMBER, NOVEMBER, OCTOBER, component, document


@pytest.fixture
def version(in_acme):
    return create_plan(actor=in_acme.operator, name="Field Sales", effective_from=OCTOBER, document=document())


def test_the_same_document_again_makes_nothing_new(in_acme, version):
    assert (
        add_version(actor=in_acme.operator, plan=version.plan, effective_from=OCTOBER, document=document()) == version
    )


def test_another_document_is_the_next_version(in_acme, version):
    changed = document(component(period="month"))
    second = add_version(actor=in_acme.operator, plan=version.plan, effective_from=OCTOBER, document=changed)
    assert (second.number, second.effective_from) == (2, OCTOBER)


@pytest.mark.parametrize(
    "statement", ["UPDATE incentives_planversion SET number = 9", "DELETE FROM incentives_planversion"]
)
def test_a_version_cannot_be_changed_even_by_sql(version, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (document(component(rate={"method": "flat", "rate": 0.1})), "components[0].rate.rate"),
        (document(component(colour="red")), "components[0].colour"),
        (
            document(component(rate={"method": "marginal", "tiers": [{"from": "5", "rate": "0"}]})),
            "components[0].rate.tiers[0].from",
        ),
        (document(guarantee={"amount": "1.00", "months": 1}), "guarantee"),
        (document(currency="EUR"), "currency"),
        ([], None),
    ],
    ids=["float", "unknown key", "unordered tiers", "not built", "another currency", "no object"],
)
def test_a_bad_document_is_refused_by_its_path(in_acme, content, path):
    with pytest.raises(DomainError) as refusal:
        create_plan(actor=in_acme.operator, name="Bad", effective_from=OCTOBER, document=content)
    error = refusal.value
    assert (error.errors[0] if isinstance(error, DomainErrors) else error).field == path
    assert not PlanVersion.objects.exists()


def test_a_version_begins_with_a_month(in_acme):
    with pytest.raises(DomainError, match="first day of a month"):
        create_plan(actor=in_acme.operator, name="X", effective_from=date(2017, 10, 2), document=document())


def test_a_name_is_taken_once(in_acme, version):
    with pytest.raises(DomainError, match="already a plan named"):
        create_plan(actor=in_acme.operator, name=" Field  Sales ", effective_from=OCTOBER, document=document())


def test_only_executives_and_hr_write_plans(in_acme, actor_for):
    for member in (in_acme.max, in_acme.rob):
        with pytest.raises(DomainError, match="role does not allow"):
            create_plan(actor=actor_for(member), name="X", effective_from=OCTOBER, document=document())


def test_a_new_assignment_ends_the_open_one_before_it(in_acme, version):
    other = create_plan(actor=in_acme.operator, name="Other", effective_from=OCTOBER, document=document())
    reps = Target(role="rep")
    first = assign(actor=in_acme.operator, plan=version.plan, target=reps, starts_on=OCTOBER)
    assign(actor=in_acme.operator, plan=other.plan, target=reps, starts_on=DECEMBER)
    first.refresh_from_db()
    assert first.ends_on == date(2017, 11, 30)


def test_who_is_on_the_plan_already_stays_so(in_acme, version):
    reps = Target(role="rep")
    first = assign(actor=in_acme.operator, plan=version.plan, target=reps, starts_on=OCTOBER)
    assert assign(actor=in_acme.operator, plan=version.plan, target=reps, starts_on=NOVEMBER) == first


def test_two_plans_on_one_day_are_refused_in_words(in_acme, version):
    other = create_plan(actor=in_acme.operator, name="Other", effective_from=OCTOBER, document=document())
    reps = Target(role="rep")
    assign(actor=in_acme.operator, plan=version.plan, target=reps, starts_on=OCTOBER, ends_on=date(2017, 12, 31))
    with pytest.raises(DomainError, match="already on the plan Field Sales"):
        assign(actor=in_acme.operator, plan=other.plan, target=reps, starts_on=NOVEMBER)


@pytest.mark.parametrize("target", ["role", "team", "member"])
def test_two_plans_on_one_day_are_refused_by_the_database(in_acme, version, target):
    whose = {"role": "rep"} if target == "role" else {target: in_acme.north if target == "team" else in_acme.rob}
    PlanAssignment.objects.create(plan=version.plan, starts_on=OCTOBER, **whose)
    with pytest.raises(IntegrityError, match="overlap"), transaction.atomic():
        PlanAssignment.objects.create(plan=version.plan, starts_on=NOVEMBER, **whose)


# --- Two at once -----------------------------------------------------------------------------------------------------


def together(acme: Acme, calls: list[Callable[[], object]]) -> list[str]:
    """Every call in a thread of its own, started at once; the codes of those that were refused."""
    start, refused, failed = threading.Barrier(len(calls)), [], []

    def work(call: Callable[[], object]) -> None:
        try:
            with tenant_scope(acme.tenant.pk), transaction.atomic():
                start.wait(10)
                call()
                time.sleep(0.2)  # not committed while the other looks
        except DomainError as error:
            refused.append(error.code)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed, failed
    return refused


def test_of_two_who_assign_a_role_at_once_the_second_is_told(transactional_db):
    """Seen failing (the exclusion constraint) without the lock."""
    acme = load_acme()
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        plans = [
            create_plan(actor=acme.operator, name=name, effective_from=OCTOBER, document=document()).plan
            for name in ("One", "Two")
        ]
    put = partial(assign, actor=acme.operator, target=Target(role="rep"), starts_on=OCTOBER)
    assert together(acme, [partial(put, plan=plan) for plan in plans]) == ["overlap"]
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        assert PlanAssignment.objects.count() == 1


def test_of_two_who_give_a_plan_the_same_name_at_once_the_second_is_told(transactional_db):
    acme = load_acme()
    make = partial(create_plan, actor=acme.operator, name="One", effective_from=OCTOBER, document=document())
    assert together(acme, [make, make]) == ["taken"]
