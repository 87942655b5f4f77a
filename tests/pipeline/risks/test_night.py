"""The night as it runs: every detector, one broken, two at once, and the morning's mail."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core import mail
from django.db import connection, transaction

from accounts.notifications.models import NotificationChoice, OutboxMail
from accounts.notifications.sending import send_due
from accounts.people.models import User
from accounts.tenancy.context import tenant_scope
from pipeline.risks import registry, services
from pipeline.risks.digest import KIND, letter
from pipeline.risks.models import Risk, RiskEvent, RiskSetting
from pipeline.risks.registry import Detector, Finding, Parameters, Severity, Wording
from tests import factories
from tests.factories import Acme
from tests.pipeline.cast import acting
from tests.pipeline.risks.cast import MONDAY, after, at, digest_night, stalled, whole_night

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company() -> Iterator[Acme]:
    acme = factories.load_acme()
    with tenant_scope(acme.tenant.pk):
        yield acme


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A detector that fails, before all the others."""

    def find(as_of: date, parameters: Parameters) -> Iterator[Finding]:
        raise ZeroDivisionError

    words = Wording(lambda told: "", lambda told: "", str)
    detector = Detector("broken", "Broken", "", Severity.LOW, find, words, order=0)
    monkeypatch.setitem(registry._detectors, "broken", detector)


def written() -> tuple[int, int, int]:
    with transaction.atomic():
        versions = sum(Risk.objects.values_list("version", flat=True))
        return Risk.objects.count(), RiskEvent.objects.count(), versions


def test_the_night_raises_what_it_finds_and_a_second_one_writes_nothing(company: Acme) -> None:
    with transaction.atomic():
        stalled(company, company.rob, 3)
    assert whole_night(company).counts == {"risks raised": 3, "risks changed": 0, "risks closed": 0}
    before = written()
    assert whole_night(company, version="again").counts == {"risks raised": 0, "risks changed": 0, "risks closed": 0}
    assert whole_night(company, after(1)).counts == {"risks raised": 0, "risks changed": 0, "risks closed": 0}
    assert written() == before


def test_a_detector_that_fails_is_named_and_the_others_go_on(company: Acme, broken: None) -> None:
    with transaction.atomic():
        stalled(company, company.rob)
    job = whole_night(company)
    assert job.counts["risks raised"] == 1
    assert len(job.warnings) == 1
    assert "Broken" in job.warnings[0]


def test_a_kind_that_is_not_watched_any_more_closes_its_risks_and_says_so(company: Acme) -> None:
    with transaction.atomic():
        stalled(company, company.rob)
    whole_night(company)
    with transaction.atomic():
        RiskSetting.objects.create(kind="deal.stalled", enabled=False, severity=2)
    whole_night(company, after(1))
    with transaction.atomic():
        assert Risk.objects.get().ending == Risk.Ending.OFF


def test_two_nights_at_once_raise_each_risk_once(company: Acme) -> None:
    with transaction.atomic():
        stalled(company, company.rob, 15)

    def one(number: int) -> int:
        try:
            with tenant_scope(company.tenant.pk):
                return int(whole_night(company, version=f"at once {number}").counts["risks raised"])
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        raised = list(pool.map(one, range(2)))
    assert sorted(raised) == [0, 15]
    assert written()[:2] == (15, 15)


def test_an_old_night_done_late_changes_nothing(company: Acme) -> None:
    with transaction.atomic():
        stalled(company, company.rob, since=date(2026, 1, 20))
    whole_night(company, after(10))
    before = written()
    job = whole_night(company, date(2026, 2, 1))
    assert (job.counts, len(job.warnings), written()) == ({}, 1, before)


# --- The morning's mail ----------------------------------------------------------------------------------------------


def sent(company: Acme) -> dict[str, str]:
    """Address → text of the mails that wait."""
    mail.outbox.clear()
    send_due(at(MONDAY))
    return {one.to[0]: one.body for one in mail.outbox}


def link(risk: Risk) -> str:
    return f"/t/acme/risks/{risk.pk}/"


def test_owner_and_lead_get_one_mail_each_with_a_link_to_each_risk(company: Acme) -> None:
    with transaction.atomic():
        made = stalled(company, company.rob, 2)
    whole_night(company)
    assert digest_night(company).counts == {"people told of risks": 2}
    mails = sent(company)
    assert set(mails) == {"rob@acme.test", "max@acme.test"}
    with transaction.atomic():
        for risk in Risk.objects.all():
            assert all(link(risk) in text for text in mails.values())
    assert all(deal.reference in mails["rob@acme.test"] for deal in made)
    html = str(mail.outbox[0].alternatives[0][0])
    assert "<a href=" in html


def test_it_is_not_sent_twice_for_a_night_nor_when_nothing_is_new(company: Acme) -> None:
    with transaction.atomic():
        stalled(company, company.rob)
    whole_night(company)
    digest_night(company)
    assert digest_night(company, version="again").counts == {"people told of risks": 0}
    whole_night(company, after(1))
    assert digest_night(company, after(1)).counts == {"people told of risks": 0}
    with transaction.atomic():
        assert OutboxMail.objects.count() == 2


def test_whoever_does_not_want_it_gets_none(company: Acme) -> None:
    with transaction.atomic():
        stalled(company, company.rob)
        NotificationChoice.objects.create(member=company.rob, kind=KIND.name, in_app=True, by_mail=False)
    whole_night(company)
    digest_night(company)
    assert set(sent(company)) == {"max@acme.test"}


def test_it_is_written_in_the_readers_language(company: Acme) -> None:
    with transaction.atomic():
        stalled(company, company.rob)
        User.objects.filter(email="rob@acme.test").update(language="zh-hans")
    whole_night(company)
    digest_night(company)
    assert "2026年3月2日" in sent(company)["rob@acme.test"]


def test_what_has_been_dealt_with_meanwhile_is_not_mailed(company: Acme) -> None:
    with transaction.atomic():
        stalled(company, company.rob)
    whole_night(company)
    digest_night(company)
    with transaction.atomic():
        risk = Risk.objects.get()
        services.close(actor=acting(company, company.rob), risk_id=risk.pk, version=1, note="Signed", at=at(MONDAY))
    assert sent(company) == {}


def test_the_letter_shows_nobody_what_they_may_not_see(company: Acme) -> None:
    with transaction.atomic():
        stalled(company, company.rob)
        stalled(company, company.sam)
    whole_night(company)
    with transaction.atomic():
        params = {"member": company.max.pk, "night_on": MONDAY.isoformat(), "count": 2}
        lines = letter({"params": params})["lines"]
    assert [line["owner"] for line in lines] == ["Rob Rep"]
