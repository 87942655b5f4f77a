"""The home page's slot: a panel's address takes the tenant's slug only. What matters most today comes first."""

from accounts.access.panels import PanelSlot

home_panels = PanelSlot()
