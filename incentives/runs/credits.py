"""The ledger's lines as the engine reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from math import gcd

from incentives.engine import Basis, Credit
from pipeline import facts

ENGINE_BASES: dict[facts.Basis, Basis] = {"booked": "booking", "invoiced": "invoice", "collected": "collection"}


def read_credits(
    bases: Iterable[facts.Basis], needed: Mapping[int, date], up_to: date, position: int | None = None
) -> tuple[dict[int, list[Credit]], dict[int, int]]:
    """Each participant's credits from the day they are needed from, and what a whole share is in the parts that they
    count. One query for each basis; `position` as in `facts.Slice.up_to`."""
    credits: dict[int, list[Credit]] = {person: [] for person in needed}
    shares: defaultdict[int, set[int]] = defaultdict(set)
    counted: set[tuple[int, str, str]] = set()  # a new customer's deal is one, however many line items it has
    first = min(needed.values())
    for basis in sorted(bases):
        kind = ENGINE_BASES[basis]
        for row in facts.credit_columns(facts.Slice(first, up_to, basis, participants=list(needed), up_to=position)):
            person, day, id_, reference, amount, share, units, margin, category, region, segment, product, new, how = (
                row
            )
            if day < needed[person]:
                continue
            shares[person].add(share)
            first_line = new and (person, reference, how) not in counted
            if first_line:
                counted.add((person, reference, how))
            credits[person].append(
                Credit(
                    day,
                    f"{reference}#{id_}",
                    kind,
                    amount,
                    share,
                    units,
                    amount if margin is None else margin,
                    1 if first_line else 0,
                    category,
                    region,
                    segment,
                    product,
                    new,
                    how,
                    None,
                    id_,
                )
            )
    parts = {person: gcd(facts.SHARE_UNIT, *found) for person, found in shares.items()}
    for person, part in parts.items():
        credits[person] = [credit._replace(share=credit.share // part) for credit in credits[person]]
    return credits, {person: facts.SHARE_UNIT // part for person, part in parts.items()}
