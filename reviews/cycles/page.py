"""A review as its page shows it: every row with what was reached and earned, and the steps from there to the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from accounts.access.actor import Actor
from reviews.cycles import selectors
from reviews.cycles.actuals import Evidence, frozen, measured, overall
from reviews.cycles.models import Review, ReviewScore
from reviews.cycles.scoring import ItemResult, Overall
from reviews.scorecards.models import ScorecardItem, Unit
from reviews.scorecards.words import in_unit, number, source_words, target_words
from salesops.lib.money import round_half_up
from salesops.lib.templatetags.numbers import NONE, amount

_EXACT = 6  # decimals of what the steps show; more would not help anybody redo them


@dataclass(frozen=True, slots=True)
class Row:
    """One item. Texts are in the item's unit; `url` opens the records behind what was measured.

    Of the manager's side nothing is here as long as the reader may not see it.
    """

    item: ScorecardItem
    source: str
    target: str
    weight: str
    actual: str
    detail: str
    url: str
    own: str
    own_note: str
    given: str
    note: str
    points: str
    product: str

    @property
    def measured(self) -> bool:
        return bool(self.item.kpi.measure)


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """`provisional`: the numbers still move. `explanation` is the score's arithmetic in words, step by step."""

    review: Review
    rows: list[Row]
    items: list[ScorecardItem]
    scores: dict[int, ReviewScore]
    sees_manager_part: bool
    provisional: bool
    score: str
    explanation: list[str]
    as_of: date


def review_page(actor: Actor, review: Review, today: date) -> ReviewPage:
    """Open reviews are measured as the page is read, shared ones as they were frozen."""
    items, scores = selectors.items_of(review), selectors.scores_of(review)
    evidence = frozen(scores) if review.is_shared else measured(actor.tenant, review, items, today)
    sees = selectors.sees_manager_part(actor, review)
    shown = scores if sees else {}
    found = overall(actor.tenant, items, evidence, shown)
    return ReviewPage(
        review=review,
        rows=[_row(actor, one, evidence, scores, sees) for one in found.results],
        items=items,
        scores=scores,
        sees_manager_part=sees,
        provisional=not review.is_shared,
        score=number(Fraction(found.score)) if found.score is not None else NONE,
        explanation=_explanation(found),
        as_of=min(today, review.cycle.ends_on),
    )


def _row(
    actor: Actor,
    result: ItemResult,
    evidence: Mapping[int, Evidence],
    scores: Mapping[int, ReviewScore],
    sees: bool,  # noqa: FBT001 (what the reader may see)
) -> Row:
    item, currency = result.item, actor.tenant.currency
    score, known = scores.get(item.pk), evidence.get(item.pk)
    own = Fraction(score.self_value) if score and score.self_value is not None else None
    given = Fraction(score.manager_value) if sees and score and score.manager_value is not None else None
    return Row(
        item=item,
        source=source_words(item),
        target=target_words(item, currency),
        weight=number(Fraction(item.weight)),
        actual=in_unit(result.value, item, currency) if item.kpi.measure else "",
        detail=_detail(item, known, currency),
        url=known.url if known else "",
        own=in_unit(own, item, currency),
        own_note=score.self_note if score else "",
        given=in_unit(given, item, currency),
        note=score.manager_note if sees and score else "",
        points=number(result.points),
        product=number(result.product),
    )


def _detail(item: ScorecardItem, known: Evidence | None, currency: str) -> str:
    """The numerator and the denominator of what was measured, where there are two."""
    if known is None or (known.of == 1 and known.quota is None):
        return ""
    if known.quota is not None:
        parts = {"amount": amount(round_half_up(known.amount), currency), "quota": amount(known.quota, currency)}
        return _("%(amount)s of %(quota)s") % parts
    is_money = item.kpi.unit == Unit.MONEY
    top = amount(round_half_up(known.amount), currency) if is_money else number(known.amount)
    return f"{top} ÷ {number(known.of)}"


def _explanation(found: Overall) -> list[str]:
    """Weight × points for every row, their sum, what stands for the rows that were not measured, one rounding."""
    if found.exact is None:
        return []
    known = [one for one in found.results if one.product is not None]
    steps = [
        f"{one.item.kpi.name}: {number(Fraction(one.item.weight))} × {number(one.points, _EXACT)} ÷ 100"
        f" = {number(one.product, _EXACT)}"
        for one in known
    ]
    parts = " + ".join(number(one.product, _EXACT) for one in known)
    steps.append(_("Together: %(parts)s = %(sum)s") % {"parts": parts, "sum": number(found.total, _EXACT)})
    if not found.is_whole:
        shown = {
            "weight": number(found.weight),
            "sum": number(found.total, _EXACT),
            "exact": number(found.exact, _EXACT),
        }
        message = _(
            "Only a weight of %(weight)s could be measured, and stands for all: %(sum)s × 100 ÷ %(weight)s = %(exact)s"
        )
        steps.append(message % shown)
    steps.append(_("Rounded once, half up: %(score)s") % {"score": number(Fraction(found.score or 0))})
    return steps
