"""Tags and filters for every page; `templates/components/README.md` lists them with examples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, RadioSelect, Select
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from salesops.lib.pace import PaceChart, draw, px
from salesops.lib.templatetags import charts, numbers

register = template.Library()

for _filter in (
    numbers.money,
    numbers.money_with_symbol,
    numbers.signed_money,
    numbers.whole_amount,
    numbers.amount,
    numbers.percent,
    numbers.signed_percent,
    numbers.rate,
    numbers.points,
    numbers.times,
    numbers.score,
    numbers.count,
):
    register.filter(_filter.__name__, _filter)

_SHAPES = {
    "good": SafeString('<circle cx="5" cy="5" r="4.5"/>'),
    "warn": SafeString('<path d="M5 .6 9.8 9.4H.2z"/>'),
    "risk": SafeString('<path d="M5 0 10 5 5 10 0 5z"/>'),
    "none": SafeString('<circle cx="5" cy="5" r="4"/>'),
}
_MEANINGS = {
    "good": gettext_lazy("on pace"),
    "warn": gettext_lazy("behind"),
    "risk": gettext_lazy("at risk"),
    "none": gettext_lazy("no data"),
}
_DRAWN = 120  # height of a drawing of columns, in its own units
_BAR = 168  # width of the bar between two tiers
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


# Marks


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """An icon of the sprite; decoration unless it has a `label`. Sizes: 14, 16, 20, 24."""
    classes = "i" if size == 16 else f"i i-{size}"
    href = f"{static('app/sprite.svg')}#{name}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', classes, label, href)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, href)


@register.simple_tag
def light(tone: str, label: str = "") -> SafeString:
    """Circle, triangle, diamond or ring, with its meaning in words for those who do not see it."""
    return format_html(
        '<svg class="light {}" viewBox="0 0 10 10" role="img" aria-label="{}">{}</svg>',
        tone,
        label or _MEANINGS[tone],
        _SHAPES[tone],
    )


@register.simple_tag
def badge(text: str, tone: str = "") -> SafeString:
    """A state in one or two words; `good`, `warn` and `risk` carry their shape, so that colour is never alone."""
    if tone in _SHAPES:
        shape = format_html(
            '<svg class="light {}" viewBox="0 0 10 10" aria-hidden="true">{}</svg>', tone, _SHAPES[tone]
        )
        return format_html('<span class="badge {}">{}{}</span>', tone, shape, text)
    return format_html('<span class="{}">{}</span>', f"badge {tone}".strip(), text)


@register.filter
def initials(name: str) -> str:
    """`Melvin Marxen` → `MM`; `王小明` → `小明`, as Chinese colleagues call each other."""
    if _HAN.search(name):
        return "".join(name.split())[-2:]
    words = name.split()
    return (words[0][0] + words[-1][0] if len(words) > 1 else name[:2]).upper()


@register.filter
def called(name: str) -> str:
    """`Melvin Marxen` → `Melvin`; `王小明` stays whole, as one addresses colleagues in Chinese."""
    return name if _HAN.search(name) else name.partition(" ")[0]


@register.simple_tag
def avatar(name: str, classes: str = "") -> SafeString:
    """A person's initials beside the written name, hence hidden from screen readers. `classes`: sm, lg, me, sq."""
    return format_html('<span class="{}" aria-hidden="true">{}</span>', f"avatar {classes}".strip(), initials(name))


# Small charts


@register.inclusion_tag("components/bullet.html")
def bullet(
    value: charts.Number | None,
    pace: charts.Number | None = None,
    tone: str = "",
    width: int = 150,
    label: str = "",
) -> dict[str, Any]:
    """A share of its target as a bar, with a tick where it should be by now. Ratios: 1 = 100 %."""
    return {
        "width": width,
        "bar": px(charts.clamp(value) * width),
        "tick": None if pace is None else px(charts.clamp(pace) * (width - 2)),
        "tone": tone,
        "label": label or attainment_words(value, pace),
    }


@register.inclusion_tag("components/ring.html")
def ring(
    value: charts.Number | None, pace: charts.Number | None = None, tone: str = "", size: int = 112
) -> dict[str, Any]:
    """Attainment as a ring with the percentage inside."""
    stroke = max(size // 10, 9)
    radius = (size - stroke - 4) / 2
    around = 2 * 3.14159265 * radius
    return {
        "size": size,
        "centre": px(size / 2),
        "radius": px(radius),
        "stroke": stroke,
        "around": px(around),
        "arc": px(around * float(charts.clamp(value))),
        "tick": None if pace is None else charts.ring_tick(charts.clamp(pace), size, stroke),
        "tone": tone,
        "value": value,
        "pace": pace,
        "label": attainment_words(value, pace),
    }


def attainment_words(value: charts.Number | None, pace: charts.Number | None) -> str:
    """What the bar and the ring say to those who do not see them."""
    if value is None:
        return gettext("no data")
    if pace is None:
        return gettext("%(value)s of target") % {"value": numbers.percent(value)}
    return gettext("%(value)s of target, pace %(pace)s") % {
        "value": numbers.percent(value),
        "pace": numbers.percent(pace),
    }


@register.simple_tag
def bars(
    values: Sequence[charts.Number | None],
    now: charts.Number | None = None,
    label: str = "",
    width: int = 88,
    height: int = 20,
) -> SafeString:
    """Earlier periods as grey columns and the present one in the accent colour. Written here and not in a template,
    because a tree grid has one in every row."""
    drawn = format_html_join(
        "",
        '<rect class="b{}" x="{}" y="{}" width="{}" height="{}" rx="1"/>',
        (
            (" now" if bar.now else "", bar.x, bar.y, bar.width, bar.height)
            for bar in charts.column_bars(values, now, width, height)
        ),
    )
    return format_html(
        '<svg class="spark" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">{3}</svg>',
        width,
        height,
        label or gettext("earlier periods and this one"),
        drawn,
    )


@register.inclusion_tag("components/sparkline.html")
def sparkline(values: Sequence[charts.Number], label: str, width: int = 90, height: int = 24) -> dict[str, Any]:
    """A trend as a line with a dot at its end; `label` says the trend in words."""
    points = charts.line_points(values, width, height) if values else []
    return {"points": points, "last": points[-1] if points else None, "width": width, "height": height, "label": label}


@register.inclusion_tag("components/stack_bar.html")
def stack_bar(
    parts: Sequence[charts.Number], label: str, width: int = 640, height: int = 12, total: charts.Number | None = None
) -> dict[str, Any]:
    """One bar cut into parts, in the colours f1 … f6 of the legend; `total` leaves the rest of the track empty."""
    whole = Fraction(total) if total else sum((Fraction(part) for part in parts), Fraction(0)) or Fraction(1)
    edge, slices = Fraction(0), []
    for index, part in enumerate(parts):
        long = charts.clamp(Fraction(part) / whole) * width
        slices.append({"x": px(edge), "width": px(max(long - 2, Fraction(0))), "fill": f"f{index % 6 + 1}"})
        edge += long
    return {"slices": slices, "width": width, "height": height, "label": label}


@register.inclusion_tag("components/pace_chart.html")
def pace_chart(chart: PaceChart, label: str) -> dict[str, Any]:
    """What was credited day by day against pace and bounds, with its figures in a table behind a toggle."""
    return {"chart": chart, "drawing": draw(chart), "label": label}


@register.inclusion_tag("components/waterfall.html")
def waterfall(steps: Sequence[charts.WaterfallStep], label: str) -> dict[str, Any]:
    """From what is closed over what is likely to a total, step by step; values and names stand below the bars."""
    return {"blocks": charts.waterfall_blocks(steps, _DRAWN), "height": _DRAWN, "label": label}


@register.inclusion_tag("components/columns.html")
def columns(items: Sequence[charts.Column], label: str) -> dict[str, Any]:
    """One column for each month or person, with its value above and its name below."""
    return {"blocks": charts.column_blocks(items, _DRAWN), "height": _DRAWN, "label": label}


@register.inclusion_tag("components/tier_bar.html")
def tier_bar(before: charts.Number, after: charts.Number, start: charts.Number, end: charts.Number) -> dict[str, Any]:
    """From one tier's bound to the next: where one stands, and where a deal brings one. All four on one scale."""
    span = Fraction(end) - Fraction(start) or Fraction(1)
    reached, brought = (charts.clamp((Fraction(value) - Fraction(start)) / span) * _BAR for value in (before, after))
    return {"width": _BAR, "reached": px(reached), "brought": px(brought), "tick": px(min(brought, Fraction(_BAR - 2)))}


# Figures


@register.inclusion_tag("components/stat.html")
def stat(label: str, value: str, hint: str = "", url: str = "", unit: str = "") -> dict[str, Any]:
    """One figure in a row of `.stats`; with a `url` the figure opens its explanation."""
    return {"label": label, "value": value, "hint": hint, "url": url, "unit": unit}


@register.inclusion_tag("components/equation.html")
def equation(terms: Iterable[Any], currency: str, label: str = "") -> dict[str, Any]:
    """A total as a sum one can read. Each term has `label`, `minor`, `sign` (`+`, `−`, `=` or empty for the first) and
    optionally `hint` and `url`; amounts are written as they are, the sign in front does the arithmetic."""
    return {"terms": list(terms), "currency": currency, "label": label or gettext("How the total is made up")}


# Forms


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """Label, control, hint and errors, tied together for assistive technology."""
    widget = bound.field.widget
    described = [f"{bound.auto_id}_helptext"] if hint or bound.help_text else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    attrs: dict[str, Any] = {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    boxed = not isinstance(widget, CheckboxInput | RadioSelect)
    if boxed:
        attrs["class"] = f"{widget.attrs.get('class', '')} input".strip()
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "hint": hint or bound.help_text,
        "inline": isinstance(widget, CheckboxInput),
        "group": isinstance(widget, RadioSelect) and not isinstance(widget, Select),
    }


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: Any) -> dict[str, Any]:
    """Every field of a form, with what is wrong with the whole of it first."""
    return {"form": form}


# Blocks around content


@register.simple_block_tag
def dialog(content: str, id: str, title: str, url: str = "") -> SafeString:
    """A native dialog. `{% dialog "approve" title %}…{% enddialog %}`, opened by any `data-dialog="approve"`."""
    return SafeString(
        render_to_string("components/dialog.html", {"content": content, "id": id, "title": title, "url": url})
    )


@register.simple_block_tag
def banner(content: str, tone: str = "accent", icon_name: str = "") -> SafeString:
    """One line above the content that must not be missed. Tones: accent, good, warn, risk, or empty for grey."""
    icons = {"warn": "alert-triangle", "risk": "alert-circle", "good": "circle-check"}
    mark = icon_name or icons.get(tone, "info-circle")
    return SafeString(render_to_string("components/banner.html", {"content": content, "tone": tone, "mark": mark}))


@register.simple_block_tag
def table_scroll(content: str, label: str) -> SafeString:
    """A wide table that scrolls inside its own frame, never the page; reachable by keyboard."""
    return SafeString(render_to_string("components/table_scroll.html", {"content": content, "label": label}))


@register.simple_block_tag
def menu(content: str, label: str, icon_name: str = "", classes: str = "btn") -> SafeString:
    """A button that opens a short list of links or buttons below it; works without script."""
    context = {"content": content, "label": label, "mark": icon_name, "classes": classes}
    return SafeString(render_to_string("components/menu.html", context))


# Navigation


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Any], label: str) -> dict[str, Any]:
    """Parts of one page: items with `label`, `url`, `current` and optionally `count`."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("components/segmented.html")
def segmented(items: Iterable[Any], label: str) -> dict[str, Any]:
    """Two to four views of the same thing: items with `label`, `url`, `current` and optionally `icon`."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("components/steps.html")
def steps(labels: Sequence[str], current: int) -> dict[str, Any]:
    """Where something stands: every state by name, those before `current` (0-based) done."""
    states = ["done" if index < current else "now" if index == current else "" for index in range(len(labels))]
    return {"steps": list(zip(labels, states, strict=True))}


@register.inclusion_tag("components/pager.html")
def pager(previous_url: str = "", next_url: str = "", summary: str = "", target: str = "") -> dict[str, Any]:
    """Back and forward through a list by key. With `target` (`#deal-table`) only that part is swapped."""
    return {"previous_url": previous_url, "next_url": next_url, "summary": summary, "target": target}


@register.inclusion_tag("components/empty.html")
def empty_state(icon_name: str, title: str, text: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """What belongs here and the first step towards it."""
    return {"mark": icon_name, "title": title, "text": text, "url": url, "action": action}
