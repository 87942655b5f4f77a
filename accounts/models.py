"""The models of the rooms, gathered for Django."""

from accounts.access.models import ApiToken, Attempt, IdempotencyKey
from accounts.audit.models import AuditEntry
from accounts.invitations.models import Invitation
from accounts.jobs.models import JobRun
from accounts.notifications.models import Notification, NotificationChoice, OutboxMail
from accounts.people.models import Access, Member, Region, Role, Team, TeamLead, TeamMembership, User
from accounts.tenancy.models import Tenant

__all__ = [
    "Access",
    "ApiToken",
    "Attempt",
    "AuditEntry",
    "IdempotencyKey",
    "Invitation",
    "JobRun",
    "Member",
    "Notification",
    "NotificationChoice",
    "OutboxMail",
    "Region",
    "Role",
    "Team",
    "TeamLead",
    "TeamMembership",
    "Tenant",
    "User",
]
