"""The slot for what apps above have to say of a member, on the member's page: what is theirs, and handing it over."""

from __future__ import annotations

from accounts.access.panels import PanelSlot

member_panels = PanelSlot()  # its panels' addresses take `member_id`
