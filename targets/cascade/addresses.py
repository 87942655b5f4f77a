"""What of the cascade is open, chosen and being edited: kept in the address, so a view can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict


@dataclass(frozen=True, slots=True)
class View:
    """`opened` None: as the tree first opens. `node` is the chosen one. `editing` is a node's cell: its quarter, or
    with `month` that month."""

    opened: frozenset[int] | None = None
    node: int | None = None
    editing: int | None = None
    month: date | None = None

    @classmethod
    def read(cls, query: QueryDict) -> View:
        """From the query string; what is not understood is left out."""
        text = query.get("open")
        opened = None if text is None else frozenset(int(part) for part in text.split(".") if _is_id(part))
        return cls(opened, _id(query.get("node")), _id(query.get("edit")), _month(query.get("month", "")))

    def query(self) -> str:
        """`?open=1.2&node=5`, empty for the view as it first opens."""
        asked: dict[str, object] = {}
        if self.opened is not None:
            asked["open"] = ".".join(map(str, sorted(self.opened)))
        if self.node is not None:
            asked["node"] = self.node
        if self.editing is not None:
            asked["edit"] = self.editing
            if self.month is not None:
                asked["month"] = f"{self.month:%Y-%m}"
        return f"?{urlencode(asked)}" if asked else ""

    def choosing(self, node_id: int) -> View:
        return replace(self, node=node_id, editing=None, month=None)

    def editing_cell(self, node_id: int, month: date | None) -> View:
        return replace(self, node=node_id, editing=node_id, month=month)

    def at_rest(self) -> View:
        return replace(self, editing=None, month=None)

    def toggling(self, node_id: int, opened: frozenset[int]) -> View:
        return replace(self.at_rest(), opened=opened ^ {node_id})

    def opening(self, node_ids: Iterable[int]) -> View:
        return replace(self.at_rest(), opened=frozenset(node_ids))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _id(text: str | None) -> int | None:
    return int(text) if text and _is_id(text) else None


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        return None
