"""What contacts give to the pages of others."""

from django.utils.translation import gettext_lazy as _

from accounts.access.panels import Panel

CONTACTS = Panel("contacts", _("People in this deal"), "deal_contacts", "deals.view", order=25)
