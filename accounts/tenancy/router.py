from __future__ import annotations

from typing import Any


class OwnerMigrates:
    """Tables are made and changed over the owner's connection only; reading and writing stay on the default one."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
