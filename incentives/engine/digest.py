"""A stable fingerprint of everything that one participant's results depend on.

Equal digests mean equal results, so a participant whose digest has not changed is not calculated again; and a
statement stores it, so that running it again years later can be compared (commissions.md, "Locked periods").
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from incentives.engine.calculation import ENGINE_VERSION
from incentives.engine.facts import Inputs, Participant
from incentives.engine.terms import Plan


def digest(participant: Participant, inputs: Inputs) -> str:
    """SHA-256 in hex. The order of credits does not matter, nor the day of `as_of` where only its month counts."""
    credits = [credit for credit in participant.credits if credit.day <= inputs.as_of]
    content = (
        ENGINE_VERSION,
        _plan_text(inputs.plan),
        inputs.calendar.start_month,
        f"{inputs.start:%Y-%m}",
        f"{inputs.as_of:%Y-%m}",
        participant.key,
        participant.active_from,
        participant.active_to,
        participant.share_unit,
        sorted((measure, period, str(quota)) for (measure, period), quota in participant.quotas.items()),
        sorted(json.dumps(credit, default=_plain) for credit in credits),
    )
    return hashlib.sha256(json.dumps(content, default=_plain).encode()).hexdigest()


@lru_cache(maxsize=64)
def _plan_text(plan: Plan) -> str:
    return json.dumps(asdict(plan), sort_keys=True, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, (date, Decimal, Fraction)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in the inputs of the engine")
