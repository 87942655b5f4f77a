from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.utils import translation

from salesops.lib.errors import DomainError, DomainErrors
from salesops.lib.forms import add_domain_error


class DealForm(forms.Form):
    amount = forms.CharField()


@pytest.fixture
def form() -> DealForm:
    form = DealForm({"amount": "12"})
    form.is_valid()
    return form


def test_a_refusal_stands_beside_its_field(form: DealForm) -> None:
    add_domain_error(form, DomainError("too_small", "At least %(least)s.", "amount", least=20))
    assert form.errors["amount"] == ["At least 20."]


def test_a_refusal_of_the_whole_request_stands_on_top(form: DealForm) -> None:
    add_domain_error(form, DomainError("locked", "The period is locked."))
    assert form.non_field_errors() == ["The period is locked."]


def test_a_field_the_form_does_not_have_is_named(form: DealForm) -> None:
    add_domain_error(form, DomainError("unknown_key", "Unknown key.", "components[0].rate"))
    assert form.non_field_errors() == ["components[0].rate: Unknown key."]


def test_several_refusals_are_all_shown(form: DealForm) -> None:
    errors = DomainErrors([DomainError("a", "First.", "amount"), DomainError("b", "100 % wrong.")])
    add_domain_error(form, errors)
    assert form.errors["amount"] == ["First."]
    assert form.non_field_errors() == ["100 % wrong."]


def test_a_refusal_speaks_the_readers_language(form: DealForm, monkeypatch: pytest.MonkeyPatch) -> None:
    def gettext(msgid: str) -> str:
        return {"At least %(least)s.": "至少 %(least)s。"}[msgid]

    monkeypatch.setattr("salesops.lib.forms.gettext", gettext)
    params: dict[str, Any] = {"least": 20}
    with translation.override("zh-hans"):
        add_domain_error(form, DomainError("too_small", "At least %(least)s.", "amount", **params))
    assert form.errors["amount"] == ["至少 20。"]
