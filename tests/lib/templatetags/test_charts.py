"""Geometry of the small charts."""

from __future__ import annotations

from fractions import Fraction

import pytest

from salesops.lib.pace import Bound, Landing, PaceChart, draw
from salesops.lib.templatetags.charts import Column, WaterfallStep, column_blocks, shade, waterfall_blocks


@pytest.mark.parametrize(
    ("value", "mean", "lower_is_better", "expected"),
    [
        (None, 10, False, None),
        (10, 10, False, "h3"),
        (10, 0, False, "h3"),
        (Fraction(109, 10), 10, False, "h4"),
        (13, 10, False, "h5"),
        (9, 10, False, "h2"),
        (0, 10, False, "h1"),
        (0, 10, True, "h5"),
        (13, 10, True, "h1"),
    ],
)
def test_a_cell_is_shaded_by_its_distance_from_the_mean(value, mean, lower_is_better, expected):
    assert shade(value, mean, lower_is_better=lower_is_better) == expected


def test_a_waterfall_begins_each_bar_where_the_last_one_ended():
    steps = [
        WaterfallStep("Closed", 60, "60", "closed"),
        WaterfallStep("Gap", 40, "40", "gap"),
        WaterfallStep("Target", 100, "100", "total"),
    ]

    closed, gap, target = waterfall_blocks(steps, 100)

    assert (closed.y, closed.height) == ("40", "60")
    assert (gap.y, gap.height) == ("0", "40")
    assert (target.y, target.height) == ("0", "100")
    assert closed.level == "40", "the line to the next bar"


def test_columns_are_as_high_as_their_share_of_the_highest():
    high, low, none = column_blocks([Column("a", 4, "4"), Column("b", 1, "1"), Column("c", None, "–")], 100)

    assert (high.height, low.height, none.height) == ("100", "25", "0")


def test_the_labels_of_target_and_landing_never_stand_on_each_other():
    chart = PaceChart(90, 45, "USD", [(10, 500)], bounds=[Bound(1000, "target")], landing=Landing(900, 1000, 1100))

    drawing = draw(chart)

    assert abs(float(drawing.landing_y) - float(drawing.lines[0].text_y)) >= 16
    assert drawing.fan.count(" ") == 2
