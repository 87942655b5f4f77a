"""Who is acting, in which tenant."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.people.models import Member, Role
from accounts.tenancy.models import Tenant

_MAIN = (Role.EXECUTIVE, Role.MANAGER, Role.REP, Role.HR, Role.ADMIN)


@dataclass(slots=True, eq=False)
class Actor:
    """A member at work, or (member None) the operator at the command line and the night, who may do everything."""

    tenant: Tenant
    member: Member | None = None
    _visible: dict[object, object] = field(default_factory=dict, repr=False)  # filled by access.policy, per request

    @classmethod
    def operator(cls, tenant: Tenant) -> Actor:
        return cls(tenant)

    @property
    def is_operator(self) -> bool:
        return self.member is None

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(role) for role in self.member.roles) if self.member else frozenset(Role)

    @property
    def main_role(self) -> Role | None:
        """Of several roles the one whose day the home page and the phone's bar are made for."""
        return next((role for role in _MAIN if role in self.roles), None) if self.member else None

    @property
    def user_id(self) -> int | None:
        return self.member.user_id if self.member else None
