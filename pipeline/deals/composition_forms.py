"""The forms of line items and splits: a row for each, and some empty ones for more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access.actor import Actor
from accounts.people.models import Member
from pipeline.deals.composition import MOST_LINES, LineValues
from pipeline.deals.models import Deal, Split
from pipeline.deals.splitting import MOST, SplitValues
from pipeline.fields import MoneyField, set_currency
from pipeline.products.models import Product

_EMPTY_ROWS = 3


class LineForm(forms.Form):
    """One line; without a product it is an empty row."""

    product: forms.ModelChoiceField[Product] = forms.ModelChoiceField(queryset=None, label=_("Product"), required=False)
    description = forms.CharField(label=_("Description"), max_length=200, required=False)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=10**9, required=False)
    unit_price = MoneyField(label=_("Unit price"), required=False)
    discount = forms.DecimalField(
        label=_("Discount %"), min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False
    )

    def __init__(self, *args: Any, actor: Actor, products: Sequence[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_currency(self, actor.tenant.currency)
        self.fields["product"].queryset = Product.objects.all()  # type: ignore[attr-defined]
        self.fields["product"].choices = products  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("product"):
            for name in ("quantity", "unit_price"):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])
        elif any(cleaned.get(name) not in (None, "") for name in ("description", "unit_price")):
            self.add_error("product", _("Choose a product, or empty the row."))
        return cleaned

    def values(self) -> LineValues | None:
        cleaned = self.cleaned_data
        if not cleaned.get("product"):
            return None
        discount = int((cleaned["discount"] or Decimal(0)).scaleb(2))
        return LineValues(
            cleaned["product"].pk, cleaned["quantity"], cleaned["unit_price"], discount, cleaned["description"]
        )


class SplitForm(forms.Form):
    """One participant; without a person it is an empty row."""

    member: forms.ModelChoiceField[Member] = forms.ModelChoiceField(
        queryset=None, label=pgettext_lazy("participant", "Person"), required=False
    )
    share = forms.DecimalField(
        label=_("Share %"), min_value=0, max_value=100, max_digits=7, decimal_places=4, required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Split.Kind.choices, required=False)

    def __init__(self, *args: Any, members: Sequence[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = Member.objects.all()  # type: ignore[attr-defined]
        self.fields["member"].choices = members  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("member") and not cleaned.get("share") and "share" not in self.errors:
            self.add_error("share", self.fields["share"].error_messages["required"])
        elif cleaned.get("share") and not cleaned.get("member") and "member" not in self.errors:
            self.add_error("member", _("Choose a person, or empty the row."))
        return cleaned

    def values(self) -> SplitValues | None:
        cleaned = self.cleaned_data
        if not cleaned.get("member"):
            return None
        return SplitValues(cleaned["member"].pk, int(cleaned["share"].scaleb(4)), cleaned["kind"] or Split.Kind.DIRECT)


class RowsForm(forms.Form):
    """All rows together, for the version that the person has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    row: type[forms.Form]
    most: int

    def __init__(self, data: Any, *, deal: Deal, initial: Sequence[dict[str, Any]], **given: Any) -> None:
        super().__init__(data, initial={"version": deal.version})
        extra = min(_EMPTY_ROWS, self.most - len(initial))
        factory = forms.formset_factory(self.row, extra=extra, max_num=self.most, absolute_max=self.most + 1)
        self.rows = factory(data, initial=initial, form_kwargs=given, prefix="row")

    def is_valid(self) -> bool:
        return self.rows.is_valid() and super().is_valid()

    def values(self) -> list[Any]:
        found = (row.values() for row in self.rows)  # type: ignore[attr-defined]  # rows of `row`
        return [one for one in found if one is not None]


class LinesForm(RowsForm):
    row = LineForm
    most = MOST_LINES


class SplitsForm(RowsForm):
    row = SplitForm
    most = MOST


def lines_form(data: Any, *, actor: Actor, deal: Deal, as_of: date) -> LinesForm:
    initial = [
        {
            "product": line.product_id,
            "description": line.description,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "discount": Decimal(line.discount).scaleb(-2) if line.discount else None,
        }
        for line in deal.lines.order_by("id")
    ]
    products = [("", "–"), *Product.objects.order_by("name").values_list("id", "name")]
    return LinesForm(data, deal=deal, initial=initial, actor=actor, products=products)


def splits_form(data: Any, *, actor: Actor, deal: Deal, as_of: date) -> SplitsForm:
    """The whole company may be chosen: a deal can be shared with somebody in another team. A deal that is not split
    yet begins with its owner's 100 %."""
    splits = list(deal.splits.order_by("id"))
    initial = [
        {"member": one.member_id, "share": Decimal(one.share).scaleb(-4).normalize(), "kind": one.kind}
        for one in splits
    ] or [{"member": deal.owner_id, "share": Decimal(100), "kind": Split.Kind.DIRECT}]
    initial = [row | {"share": f"{row['share']:f}"} for row in initial]
    here = Q(left_on__isnull=True) | Q(left_on__gte=as_of) | Q(pk__in=[one.member_id for one in splits])
    members = Member.objects.filter(here).order_by("sort_name", "id").values_list("id", "full_name")
    return SplitsForm(data, deal=deal, initial=initial, members=[("", "–"), *members])
