"""The parts of the pipeline's pages that apps above fill. A deal's panel is addressed with `deal_id`, a customer's with
`customer_id`."""

from accounts.access.panels import PanelSlot

deal_panels = PanelSlot()
customer_panels = PanelSlot()
