"""Two versions of a plan side by side: what was added, taken away or changed, by its path in the document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from incentives.plans.models import PlanVersion


@dataclass(frozen=True, slots=True)
class Difference:
    """`before` or `after` is empty where the path is not in that version."""

    path: str
    before: str
    after: str


def differences(old: PlanVersion, new: PlanVersion) -> list[Difference]:
    before, after = dict(_leaves(old.document, "")), dict(_leaves(new.document, ""))
    paths = list(dict.fromkeys([*before, *after]))
    return [
        Difference(path, before.get(path, ""), after.get(path, ""))
        for path in paths
        if before.get(path) != after.get(path)
    ]


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Components go by their code, so that a new one does not make all after it differ."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _leaves(child, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, child in enumerate(value):
            name = child.get("code", place) if isinstance(child, dict) else place
            yield from _leaves(child, f"{path}[{name}]")
    else:
        yield path, value if isinstance(value, str) else json.dumps(value)
