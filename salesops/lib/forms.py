"""A refusal by a service becomes a message beside its form field; the API has its own counterpart."""

from __future__ import annotations

from django.forms import BaseForm
from django.utils.translation import gettext

from salesops.lib.errors import DomainError, DomainErrors


def translated(error: DomainError) -> str:
    """The refusal's sentence in the reader's language."""
    sentence = gettext(error.msgid)
    return sentence % error.params if error.params else sentence


def add_domain_error(form: BaseForm, error: DomainError) -> None:
    """Put the refusal beside the field it names. What the form does not have (a path inside a plan document, say)
    goes to the top of the form, with the path in front."""
    if isinstance(error, DomainErrors):
        for each in error.errors:
            add_domain_error(form, each)
        return
    sentence = translated(error)
    if error.field is None or error.field in form.fields:
        form.add_error(error.field, sentence)
    else:
        form.add_error(None, f"{error.field}: {sentence}")
