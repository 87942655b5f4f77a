"""The components' gallery with something in every place, for the tests that read it and those that look at it."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace as Sample
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory

from salesops.lib.pace import Bound, Landing, PaceChart
from salesops.lib.templatetags.charts import Column, WaterfallStep


class DealForm(forms.Form):
    customer = forms.CharField()
    discount = forms.CharField(help_text="In percent of the list price.")
    stage = forms.ChoiceField(choices=[("engaging", "Engaging"), ("won", "Won")])
    urgent = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("new", "New"), ("renewal", "Renewal")], widget=forms.RadioSelect)


def sample() -> dict[str, Any]:
    form = DealForm({"customer": "Treequote"})
    form.add_error(None, "The period is locked.")
    entries = [
        Sample(label="Deals", url="/deals/", icon="layout-kanban", current=False, key="", raised=False),
        Sample(label="Payouts", url="/payouts/", icon="cash", current=True, key="payouts", raised=False),
        Sample(label="Plans", url="/plans/", icon="adjustments-horizontal", current=False, key="", raised=True),
    ]
    job = Sample(id=1, kind_label="Import", url="/t/acme/jobs/1/", progress_done=61240, progress_total=100000)
    return {
        "navigation": [Sample(key="incentives", label="Incentives", entries=entries)],
        "tabs": entries,
        "actor": Sample(full_name="Melvin Marxen"),
        "tenant": Sample(name="Acme", slug="acme"),
        "memberships": [Sample(name="Acme", slug="acme"), Sample(name="Other", slug="other")],
        "terms": [Sample(label="Payable", minor=74125, sign="=", hint="", url="#")],
        "steps": ["Draft", "In review", "Approved", "Paid"],
        "job": Sample(**vars(job), state="running", has_ended=False),
        "finished_job": Sample(**vars(job) | {"id": 2}, state="dead", has_ended=True, error="Stopped at row 11."),
        "ratio": Fraction(842, 1000),
        "pace": Fraction(436, 1000),
        "history": [3, None, 8],
        "history_line": [1, 3, 2],
        "parts": [1932, 1771],
        "pace_sample": PaceChart(
            days=92,
            today=49,
            currency="USD",
            actual=[(4, 700000), (14, 1700000), (30, 4200000), (45, 6733000)],
            pace=[(0, 0), (46, 3200000), (92, 8000000)],
            bounds=[Bound(6400000, "80 %"), Bound(8000000, "100 %")],
            bands=["earns 4 %", "earns 6 %", "earns 10 %"],
            ticks=[(0, "1 Oct"), (31, "1 Nov"), (61, "1 Dec"), (92, "31 Dec")],
            landing=Landing(6900000, 7400000, 7900000),
        ),
        "forecast_steps": [
            WaterfallStep("Closed", 329543, "329,543", "closed", "#"),
            WaterfallStep("Commit", 119932, "119,932", "commit"),
            WaterfallStep("Gap", 330525, "330,525", "gap"),
            WaterfallStep("Target", 780000, "780,000", "total"),
        ],
        "cost_columns": [Column("Oct", Fraction(42, 1000), "4.2 %"), Column("Nov", None, "–")],
        "form": form,
        "tab_items": [Sample(label="All", url="#", current=True, count=8800, icon="")],
    }


def drawn(**changes: Any) -> str:
    return render_to_string("components/gallery.html", sample() | changes, request=RequestFactory().get("/"))
