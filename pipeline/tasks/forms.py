"""Forms of tasks. What a field alone cannot know, the services refuse."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access.actor import Actor
from accounts.people.models import Member
from pipeline.deals.forms import CustomerNameField
from pipeline.fields import DayField
from pipeline.scope import members_here
from pipeline.tasks.models import Task
from pipeline.tasks.services import LONGEST, TaskValues


class TaskForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("What is to be done"), max_length=LONGEST)
    due_on = DayField(label=_("Due"))
    owner: forms.ModelChoiceField[Member] = forms.ModelChoiceField(
        queryset=None, label=pgettext_lazy("task", "Who"), empty_label=None
    )
    customer = CustomerNameField(label=_("Customer"), max_length=160, required=False)

    def __init__(self, *args: Any, actor: Actor, as_of: date, task: Task | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _initial(task, actor)
        super().__init__(*args, **kwargs)
        self.task = task
        named: Any = self.fields["customer"]
        named.bind_to(actor, as_of)
        owner: Any = self.fields["owner"]
        owner.queryset = members_here(actor, "tasks.edit", as_of, also=task.owner_id if task else None)

    def values(self) -> TaskValues:
        """A task of a deal stays the deal's as long as it is about the deal's customer."""
        cleaned = self.cleaned_data
        customer_id = cleaned["customer"].pk if cleaned["customer"] else None
        task = self.task
        deal_id = task.deal_id if task is not None and task.customer_id == customer_id else None
        return TaskValues(cleaned["title"], cleaned["due_on"], cleaned["owner"].pk, customer_id, deal_id)


def _initial(task: Task | None, actor: Actor) -> dict[str, Any]:
    if task is None:
        return {"owner": actor.member}
    plain = {name: getattr(task, name) for name in ("version", "title", "due_on")}
    return plain | {"owner": task.owner_id, "customer": task.customer.name if task.customer else ""}
