"""Writing a case's results as the JSON of commissions.md, "Case file": decimal strings, periods by their keys."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from fractions import Fraction

from incentives.engine.facts import Exact, Inputs
from incentives.engine.results import ComponentResult, Line, ParticipantResult, Payout, Problem, Results
from incentives.engine.terms import Component, Plan
from salesops.lib.money import plain, round_half_up

_DECIMALS = 4  # of measures, bases and attainments (commissions.md, detail 7)
_PAYOUT_AMOUNTS = [item.name for item in fields(Payout) if item.name != "month"]


def case_result(inputs: Inputs, results: Results) -> dict[str, object]:
    """Participants with a problem are left out; the problems say why."""
    plan = inputs.plan
    return {
        "participants": [_participant(result, plan) for result in results.participants if not result.problems],
        "errors": [_problem(problem) for problem in results.problems],
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "participant": problem.participant,
        "component": problem.component,
        "period": problem.period.key,
        "problem": problem.message,
    }


def _participant(result: ParticipantResult, plan: Plan) -> dict[str, object]:
    return {
        "id": result.key,
        "components": [_component(component, plan) for component in result.components],
        "payouts": [_payout(payout, plan) for payout in result.payouts],
    }


def _component(result: ComponentResult, plan: Plan) -> dict[str, object]:
    return {
        "code": result.component.code,
        "period": result.period.key,
        "measure": _quantity(result.measure, result.component, plan),
        "quota": None if result.quota is None else _quantity(result.quota, result.component, plan),
        "attainment": None if result.attainment is None else _rounded(result.attainment, _DECIMALS),
        "earned": plain(result.earned, plan.currency),
        "lines": [_line(line, result, plan) for line in result.lines],
    }


def _line(line: Line, result: ComponentResult, plan: Plan) -> dict[str, object]:
    shown: dict[str, object] = {
        "event": line.credit.event if line.credit else None,
        "date": line.day.isoformat(),
        "base": _base(result.base_of(line), result.component, plan),
        "amount": plain(line.amount, plan.currency),
        "slices": [
            {
                "tier_from": f"{piece.tier.start:f}",
                "base": _base(piece.base, result.component, plan),
                "rate": f"{piece.tier.rate:f}",
            }
            for piece in result.slices_of(line)
        ],
    }
    return {**shown, "note": line.note} if line.note else shown


def _payout(payout: Payout, plan: Plan) -> dict[str, object]:
    amounts = {name: plain(getattr(payout, name), plan.currency) for name in _PAYOUT_AMOUNTS}
    return {"period": payout.month.key, **amounts}


def _quantity(value: Exact, component: Component, plan: Plan) -> str:
    """What is measured: money with at least the currency's decimals, counts with none; rounded to four decimals."""
    digits = plan.digits if component.counts_money else 0
    return _rounded(Fraction(value) / 10**digits, digits)


def _base(value: Exact, component: Component, plan: Plan) -> str:
    """What is paid on, written the same way."""
    digits = plan.digits if component.pays_on_money else 0
    return _rounded(Fraction(value) / 10**digits, digits)


def _rounded(value: Fraction, least: int) -> str:
    """Half up to four decimals, without trailing zeros beyond the `least` decimals."""
    text = f"{Decimal(round_half_up(value * 10**_DECIMALS)).scaleb(-_DECIMALS):f}"
    whole, decimals = text.split(".")
    kept = decimals[:least] + decimals[least:].rstrip("0")
    return f"{whole}.{kept}" if kept else whole
