"""The audit log's page."""

from __future__ import annotations

import pytest

from accounts.audit.selectors import details
from accounts.audit.services import record
from accounts.people.services import add_region
from tests.accounts.counting import statements
from tests.factories import MARKER, Acme

PAGE = "/t/acme/audit-log/"


def actions(answer) -> list[str]:
    return [entry.action for entry in answer.context["page"].rows]


def test_admins_read_the_latest_first(in_acme: Acme, client_for, actor_for) -> None:
    add_region(actor=actor_for(in_acme.ada), name="Nowhere")

    answer = client_for(in_acme.ada).get(PAGE)

    assert actions(answer)[0] == "region.added"
    assert "Nowhere" in answer.content.decode()
    assert MARKER not in answer.content.decode()


@pytest.mark.parametrize("who", ["eve", "max", "rob", "hana"])
def test_nobody_else_reads_it(acme: Acme, client_for, who: str) -> None:
    assert client_for(acme.members[who]).get(PAGE).status_code == 403


def test_it_is_narrowed_by_who_what_and_on_what(in_acme: Acme, client_for, actor_for) -> None:
    add_region(actor=actor_for(in_acme.ada), name="Nowhere")
    ada = client_for(in_acme.ada)

    assert actions(ada.get(f"{PAGE}?who=ada")) == ["region.added", "tenant.created"]
    assert set(actions(ada.get(f"{PAGE}?what=region"))) == {"region.added"}
    assert set(actions(ada.get(f"{PAGE}?what=team.added"))) == {"team.added"}
    assert actions(ada.get(f"{PAGE}?what=team.add")) == []
    assert actions(ada.get(f"{PAGE}?subject=accounts.region:{in_acme.east.pk}")) == ["region.added"]
    assert ada.get(f"{PAGE}?who=%00&what=%00").status_code == 200


def test_rows_of_one_instant_are_paged_without_gap_or_repeat(in_acme: Acme, client_for) -> None:
    for number in range(120):
        record(actor=in_acme.operator, action="test.counted", subject="test:1", number=number)
    ada, url, seen = client_for(in_acme.ada), f"{PAGE}?what=test", []
    while url:
        answer = ada.get(url)
        seen += [entry.data["number"] for entry in answer.context["page"].rows]
        url = answer.context["next_url"] and PAGE + answer.context["next_url"]

    assert seen == list(reversed(range(120)))


def test_it_takes_no_more_statements_with_more_rows(in_acme: Acme, client_for) -> None:
    ada = client_for(in_acme.ada)
    before = statements(ada, PAGE)
    for number in range(60):
        record(actor=in_acme.operator, action="test.counted", subject="test:1", number=number)

    assert statements(ada, PAGE) == before <= 12


def test_details_are_written_to_be_read() -> None:
    data = {"before": {"name": "Rob", "roles": ["rep", "hr"]}, "amount": 12, "reason": None}

    assert list(details(data)) == [
        ("before.name", "Rob"),
        ("before.roles", "rep, hr"),
        ("amount", "12"),
        ("reason", ""),
    ]


def test_what_was_typed_by_people_is_not_markup(in_acme: Acme, client_for, actor_for) -> None:
    add_region(actor=actor_for(in_acme.ada), name="<script>alert(1)</script>")

    assert "<script>alert(1)" not in client_for(in_acme.ada).get(PAGE).content.decode()
