"""A stable fingerprint of everything that one participant's results depend on.

Equal digests mean equal results, so a participant whose digest has not changed is not calculated again; and a
statement stores it, so that running it again years later can be compared (commissions.md, "Locked periods").
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from fractions import Fraction

from incentives.engine.calculation import ENGINE_VERSION, IN_ORDER
from incentives.engine.facts import Inputs, Participant


def digest(participant: Participant, inputs: Inputs) -> str:
    """SHA-256 in hex. The order of credits does not matter, nor the day of `as_of` where only its month counts."""
    content = (
        ENGINE_VERSION,
        # Every term by its name, numbers as written; not cached, as 0.80 equals 0.8.
        ascii(participant.plan or inputs.plan),
        inputs.calendar.start_month,
        f"{inputs.start:%Y-%m}",
        f"{inputs.as_of:%Y-%m}",
        participant.key,
        participant.active_from,
        participant.active_to,
        participant.share_unit,
        participant.service_from,
        sorted((kpi, period, str(score)) for (kpi, period), score in participant.scores.items()),
        [str(factor) for factor in participant.ramp],
        sorted(participant.leave),
        str(participant.weight),
        None if participant.target_incentive is None else str(participant.target_incentive),
        [(one.team, one.starts_on, one.ends_on) for one in participant.teams],
        [(one.manager, one.starts_on, one.ends_on) for one in participant.managers],
        sorted((measure, period, str(quota)) for (measure, period), quota in participant.quotas.items()),
        [credit for credit in sorted(participant.credits, key=IN_ORDER) if credit.day <= inputs.as_of],
    )
    return hashlib.sha256(_encode(content).encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, (date, Fraction)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in the inputs of the engine")


_encode = json.JSONEncoder(default=_plain, sort_keys=True).encode  # escapes all but ASCII: the same bytes everywhere
