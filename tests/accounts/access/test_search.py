"""The palette finds what begins with the text and what one may see, and nothing else."""

from __future__ import annotations

import pytest

from accounts.access.search import search
from accounts.people.services import add_member
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import TODAY, customer, deal


@pytest.fixture
def sold(in_acme: Acme) -> Acme:
    globex = customer(in_acme, "Globex", owner=in_acme.rob)
    customer(in_acme, "Treequote", owner=in_acme.sam)
    customer(in_acme, "陈氏物流", owner=in_acme.rob)
    deal(in_acme, in_acme.rob, customer_id=globex.pk)
    return in_acme


def _titles(acme: Acme, actor_for, who: str, text: str) -> dict[str, list[str]]:
    found = search(actor_for(acme.members[who]), text, TODAY)
    return {one.source.name: [hit.title for hit in one.hits] for one in found}


def test_it_finds_by_how_a_name_begins_in_any_case(sold: Acme, actor_for) -> None:
    assert _titles(sold, actor_for, "rob", "gLo") == {"customers": ["Globex"], "deals": ["Globex"]}
    assert _titles(sold, actor_for, "rob", "lobex") == {}
    assert _titles(sold, actor_for, "rob", "Sam") == {"members": ["Sam Rep"]}


def test_a_chinese_name_is_found_as_written_and_by_its_pinyin(sold: Acme, actor_for) -> None:
    add_member(actor=sold.operator, full_name="陈立文", roles=["rep"])

    for text in ("陈", "chen"):
        assert _titles(sold, actor_for, "rob", text) == {"customers": ["陈氏物流"], "members": ["陈立文"]}


def test_nobody_finds_what_they_may_not_see(sold: Acme, actor_for) -> None:
    assert "customers" not in _titles(sold, actor_for, "rob", "Tree")
    assert _titles(sold, actor_for, "eve", "Tree") == {"customers": ["Treequote"]}


def test_nothing_is_asked_for_an_empty_text(sold: Acme, actor_for, django_assert_num_queries) -> None:
    actor = actor_for(sold.eve)
    with django_assert_num_queries(0):
        assert search(actor, "  \0 ", TODAY) == []


@pytest.mark.parametrize("text", ["'", "%", "_", "\\", "\U0010ffff", "x" * 500, "<script>"])
def test_odd_texts_are_texts(sold: Acme, client_for, text: str) -> None:
    page = client_for(sold.eve).get("/t/acme/search/", {"q": text})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_the_palette_gets_options_and_a_browser_without_script_a_page(sold: Acme, client_for) -> None:
    eve = client_for(sold.eve)
    options = eve.get("/t/acme/search/", {"q": "Glo"}, headers={"HX-Request": "true"}).content.decode()

    assert options.strip().startswith('<li role="option"')
    assert "<h1>" in eve.get("/t/acme/search/", {"q": "Glo"}).content.decode()


def test_another_companys_rows_are_never_found(sold: Acme, stranger: Stranger, client_for) -> None:
    assert MARKER not in client_for(sold.eve).get("/t/acme/search/", {"q": "Team"}).content.decode()
