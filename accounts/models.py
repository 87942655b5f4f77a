"""The models of the rooms, gathered for Django."""

from accounts.audit.models import AuditEntry
from accounts.people.models import Access, Member, Region, Role, Team, TeamLead, TeamMembership, User
from accounts.tenancy.models import Tenant

__all__ = ["Access", "AuditEntry", "Member", "Region", "Role", "Team", "TeamLead", "TeamMembership", "Tenant", "User"]
