"""Something to put into every place of the sheet: what is usual, what is long, what is Chinese, what is not there."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from types import SimpleNamespace as Sample
from typing import Any

from django import forms

from salesops.lib.pace import Bound, Landing, PaceChart
from salesops.lib.templatetags.charts import Column, WaterfallStep

LONG = "Genco Pura Olive Oil Company of the Northern and Eastern Provinces (Holding), Limited"
LONGEST_WORD = "Donaudampfschifffahrtsgesellschaftskapitänswitwenversicherung"
CHINESE = "上海远景海港仓储设备与智能物流系统股份有限公司华东区第二事业部"
COLOURS = (
    *("canvas", "surface", "raised", "fill", "fill-strong", "line", "line-strong", "line-field"),
    *("ink", "ink-2", "ink-3", "accent", "accent-solid", "accent-soft"),
    *("good", "good-mark", "good-soft", "warn", "warn-mark", "warn-soft", "risk", "risk-mark", "risk-soft"),
    *("h1", "h2", "h3", "h4", "h5", "c1", "c2", "c3", "c4", "c5", "c6"),
)


class DealForm(forms.Form):
    """One control of each kind."""

    customer = forms.CharField()
    discount = forms.CharField(help_text="In percent of the list price.")
    closed_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    stage = forms.ChoiceField(choices=[("engaging", "Engaging"), ("won", "Won")])
    reason = forms.CharField(widget=forms.Textarea({"rows": 3}), required=False)
    urgent = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("new", "New"), ("renewal", "Renewal")], widget=forms.RadioSelect)


def _empty_form() -> DealForm:
    return DealForm(auto_id="empty_%s", initial={"closed_on": date(2026, 11, 18)})


def _filled_form() -> DealForm:
    """As a service has refused it: errors beside fields and above them."""
    sent = {"customer": LONG, "discount": "", "stage": "engaging", "reason": CHINESE, "kind": "new"}
    form = DealForm(sent, auto_id="refused_%s")
    form.add_error("customer", "There is already a customer of this name; look for it before you make another.")
    form.add_error(None, "The period is locked. Nothing was saved.")
    return form


def _disabled_form() -> DealForm:
    values = {"customer": "Treequote", "discount": "12", "stage": "won", "reason": "Three campuses", "kind": "renewal"}
    form = DealForm(auto_id="disabled_%s", initial=values)
    for field in form.fields.values():
        field.disabled = True
    return form


def _jobs() -> list[Sample]:
    """Every state of work in the background. The one that runs asks for itself again and is finished then."""
    usual = {"kind_label": "Import", "progress_done": 0, "progress_total": 100_000, "has_ended": False, "url": "#"}
    return [
        Sample(**usual | {"id": 1, "state": "running", "progress_done": 61_240, "url": "/design/job/"}),
        Sample(**usual | {"id": 2, "state": "queued", "progress_total": None, "url": "/design/job/waiting/"}),
        Sample(**usual | {"id": 3, "state": "done", "has_ended": True, "warnings": ["12 rows need a look."]}),
        Sample(**usual | {"id": 4, "state": "dead", "has_ended": True, "error": "Stopped at row 11: no such product."}),
    ]


def finished_job() -> Sample:
    """What the running job of the sheet becomes."""
    return Sample(
        id=1,
        kind_label="Import",
        state="done",
        has_ended=True,
        progress_done=100_000,
        progress_total=100_000,
        message="Imported.",
    )


def _pace() -> PaceChart:
    return PaceChart(
        days=92,
        today=49,
        currency="USD",
        actual=[(4, 700_000), (14, 1_700_000), (30, 4_200_000), (45, 6_733_000)],
        pace=[(0, 0), (46, 3_200_000), (92, 8_000_000)],
        bounds=[Bound(6_400_000, "80 %"), Bound(8_000_000, "100 %")],
        bands=["earns 4 %", "earns 6 %", "earns 10 %"],
        ticks=[(0, "1 Oct"), (31, "1 Nov"), (61, "1 Dec"), (92, "31 Dec")],
        landing=Landing(6_900_000, 7_400_000, 7_900_000),
    )


def _nothing_yet() -> PaceChart:
    return PaceChart(days=92, today=0, currency="USD", actual=[], bounds=[Bound(8_000_000, "100 %")])


def _charts() -> dict[str, Any]:
    return {
        "ratio": Fraction(842, 1000),
        "behind": Fraction(345, 1000),
        "poor": Fraction(12, 100),
        "over": Fraction(131, 100),
        "pace": Fraction(436, 1000),
        "history": [3, None, 8, 5, 9, 7],
        "history_line": [1, 3, 2, 5, 4, 7],
        "one_value": [4],
        "parts": [1932, 1771],
        "many_parts": [40, 25, 15, 10, 6, 4],
        "pace_sample": _pace(),
        "pace_empty": _nothing_yet(),
        "forecast_steps": [
            WaterfallStep("Closed", 329_543, "329,543", "closed", "#"),
            WaterfallStep("Commit", 119_932, "119,932", "commit"),
            WaterfallStep("Gap", 330_525, "330,525", "gap"),
            WaterfallStep("Target", 780_000, "780,000", "total"),
        ],
        "cost_columns": [Column("Oct", Fraction(42, 1000), "4.2 %"), Column("Nov", None, "–")],
    }


def _shell() -> dict[str, Any]:
    """What base.html shows around every page."""
    entries = [
        Sample(label="Deals", url="/deals/", icon="layout-kanban", current=False, key="", raised=False),
        Sample(label="Payouts", url="/payouts/", icon="cash", current=True, key="payouts", raised=False),
        Sample(label="Plans", url="/plans/", icon="adjustments-horizontal", current=False, key="", raised=True),
    ]
    return {
        "navigation": [Sample(key="incentives", label="Incentives", entries=entries)],
        "tabs": entries,
        "actor": Sample(pk=0, full_name="Melvin Marxen", unread=3),
        "tenant": Sample(name="Acme", slug="acme"),
        "memberships": [Sample(name="Acme", slug="acme"), Sample(name=LONG, slug="other")],
    }


def _choices() -> dict[str, Any]:
    labels = ("Month", "Quarter", "Year")
    return {
        "tab_items": [
            Sample(label="Timeline", url="#tabs", current=True, count=None),
            Sample(label="Deals", url="#tabs", current=False, count=8800),
            Sample(label="Contacts", url="#tabs", current=False, count=0),
            Sample(label=CHINESE[:12], url="#tabs", current=False, count=2),
        ],
        "views": [Sample(label=one, url="#tabs", current=one == "Month", icon="") for one in labels],
        "shapes": [
            Sample(label="Board", url="#tabs", current=False, icon="layout-kanban"),
            Sample(label="Table", url="#tabs", current=True, icon="table"),
        ],
        "steps": ["Draft", "In review", "Approved", "Paid"],
        "terms": [
            Sample(label="Earned", minor=120_688, sign="", hint="3 plans", url="#"),
            Sample(label="Held", minor=19_138, sign="−", hint="until collected", url=""),
            Sample(label="Released", minor=0, sign="+", hint="", url=""),
            Sample(label="Payable", minor=101_550, sign="=", hint="on 15 Dec", url="#"),
        ],
        "one_term": [Sample(label="Payable", minor=74_125, sign="=", hint="", url="")],
    }


def sample() -> dict[str, Any]:
    """The whole context of the sheet."""
    forms_of = {"empty_form": _empty_form(), "form": _filled_form(), "disabled_form": _disabled_form()}
    words = {"long": LONG, "longest_word": LONGEST_WORD, "chinese": CHINESE, "colours": COLOURS}
    return {**_shell(), **_choices(), **_charts(), **forms_of, **words, "jobs": _jobs()}
