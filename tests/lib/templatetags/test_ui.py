from __future__ import annotations

import re
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from salesops.lib.templatetags import charts
from salesops.lib.templatetags.ui import initials


def drawn(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Melvin Marxen", "MM"),
        ("Mei-Mei von Johns", "MJ"),
        ("Prince", "PR"),
        ("王小明", "小明"),
        ("李 伟", "李伟"),
        ("", ""),
    ],
)
def test_initials(name: str, shown: str) -> None:
    assert initials(name) == shown


def test_a_light_has_its_own_shape_and_a_word() -> None:
    lights = [drawn("{% light tone %}", tone=tone) for tone in ("good", "warn", "risk", "none")]
    assert len({re.sub(r".*?>(<.*/>)</svg>", r"\1", light) for light in lights}) == 4
    assert 'aria-label="behind"' in lights[1]


def test_names_are_escaped() -> None:
    assert "<script>" not in drawn("{% badge text 'good' %}{% avatar text %}{% icon 'x' 16 text %}", text="<script> x")


def test_a_bullet_says_what_it_shows_and_never_leaves_its_track() -> None:
    svg = drawn("{% bullet value pace 'good' %}", value=Fraction(3, 2), pace=Fraction(436, 1000))
    assert 'aria-label="150.0\u00a0% of target, pace 43.6\u00a0%"' in svg
    assert 'class="bar good" y="3" width="150"' in svg


def test_a_ring_without_data_says_so() -> None:
    svg = drawn("{% ring None %}")
    assert 'aria-label="no data"' in svg
    assert "arc" not in svg


def test_coordinates_keep_their_point_in_every_language() -> None:
    with translation.override("de"):
        assert 'x="65.4"' in drawn("{% bullet 1 pace %}", pace=Fraction(442, 1000))


def test_bars_are_as_tall_as_their_share_of_the_highest() -> None:
    bars = charts.column_bars([5, None], 10, 90, 22)
    assert [(bar.height, bar.now) for bar in bars] == [("10", False), ("0.5", False), ("20", True)]


def test_no_bars_without_periods() -> None:
    assert charts.column_bars([], None, 90, 22) == []


def test_an_equation_reads_as_a_sum() -> None:
    terms = [
        SimpleNamespace(label="Earned", minor=120688, sign="", hint="10 lines", url="#earned"),
        SimpleNamespace(label="Held", minor=19138, sign="−", hint="", url=""),
        SimpleNamespace(label="Payable", minor=101550, sign="=", hint="", url=""),
    ]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", drawn("{% equation terms 'USD' %}", terms=terms))).strip()
    assert text == "Earned 1,206.88 10 lines − Held 191.38 = Payable $1,015.50"


class DealForm(forms.Form):
    amount = forms.CharField(help_text="Without tax.")
    urgent = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("a", "New"), ("b", "Renewal")], widget=forms.RadioSelect)


def test_a_field_ties_label_hint_and_error_to_its_control() -> None:
    html = drawn("{% field form.amount %}", form=DealForm({}))
    assert '<label for="id_amount">' in html
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_amount_error"' in html


def test_radio_buttons_are_a_group_with_a_legend() -> None:
    html = drawn("{% field form.kind %}", form=DealForm())
    assert html.startswith('<fieldset class="field"><legend')


def test_a_form_shows_what_is_wrong_with_the_whole_of_it_first() -> None:
    form = DealForm({"amount": "1", "kind": "a"})
    form.add_error(None, "The period is locked.")
    html = drawn("{% form_fields form %}", form=form)
    assert html.index("The period is locked.") < html.index("id_amount")


def test_a_dialog_is_named_by_its_heading() -> None:
    html = drawn("{% dialog 'approve' title %}<p>Locked for good.</p>{% enddialog %}", title="Approve <October>?")
    assert 'aria-labelledby="approve-title"' in html
    assert "Approve &lt;October&gt;?" in html
    assert "<p>Locked for good.</p>" in html


def job(state: str) -> SimpleNamespace:
    return SimpleNamespace(
        id=7,
        kind_label="Import",
        state=state,
        has_ended=state in {"done", "dead"},
        progress_done=1200,
        progress_total=8800,
        url="/t/acme/jobs/7/",
    )


@pytest.mark.parametrize(
    ("state", "polls"), [("queued", True), ("running", True), ("failed", True), ("done", False), ("dead", False)]
)
def test_progress_asks_again_until_the_job_has_ended(state: str, polls: bool) -> None:
    html = drawn("{% include 'components/_job_progress.html' %}", job=job(state))
    assert ("hx-get" in html) is polls
    assert ("<progress" in html) is polls
    assert "1,200 of 8,800" in html


def test_progress_numbers_are_machine_readable_in_every_language() -> None:
    with translation.override("de"):
        html = drawn("{% include 'components/_job_progress.html' %}", job=job("running"))
    assert 'value="1200" max="8800"' in html
