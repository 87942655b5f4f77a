from __future__ import annotations

from fractions import Fraction

from salesops.lib.pace import Bound, PaceChart, draw

QUARTER = PaceChart(
    days=92,
    today=46,
    currency="USD",
    actual=[(23, 4000), (46, 8000)],
    pace=[(0, 0), (92, Fraction(10000))],
    bounds=[Bound(8000, "80 %"), Bound(10000, "100 %")],
    bands=["earns 4 %", "earns 6 %", "earns 10 %"],
    ticks=[(0, "1 Oct"), (46, "16 Nov"), (92, "31 Dec")],
)


def test_credits_are_a_staircase_up_to_today() -> None:
    assert draw(QUARTER).actual == "0,346 176,346 176,233.3 352,233.3 352,120.7 352,120.7"


def test_the_dot_is_what_was_reached_today() -> None:
    assert draw(QUARTER).dot == ("352", "120.7")


def test_a_bound_lies_where_its_value_does() -> None:
    assert [line.y for line in draw(QUARTER).lines] == ["120.7", "64.3"]


def test_bands_fill_the_chart_from_bottom_to_top() -> None:
    bands = draw(QUARTER).bands
    assert [(band.hint, band.y) for band in bands] == [
        ("earns 4 %", "120.7"),
        ("earns 6 %", "64.3"),
        ("earns 10 %", "8"),
    ]
    assert round(sum(float(band.height) for band in bands)) == 338


def test_ticks_at_the_edges_stay_inside() -> None:
    assert [anchor for _, _, anchor in draw(QUARTER).ticks] == ["start", "middle", "end"]


def test_an_empty_period_is_a_flat_line() -> None:
    drawing = draw(PaceChart(days=92, today=10, currency="USD", actual=[]))
    assert drawing.actual == "0,346 76.5,346"


def test_more_than_the_target_is_still_inside() -> None:
    drawing = draw(PaceChart(days=31, today=31, currency="USD", actual=[(5, 50000)], bounds=[Bound(10000, "100 %")]))
    assert float(drawing.dot[1]) > 8
