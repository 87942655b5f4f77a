"""What the dialogs of a payout send."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ApproveForm(forms.Form):
    """The digest of what the approver saw."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)


class SendBackForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
