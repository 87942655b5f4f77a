"""What stands at the door: keys of members for programs, and a count of those who tried it too often."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel


class Area(models.TextChoices):
    """A part of the API that a token may be confined to: everything that one app answers."""

    ACCOUNTS = "accounts", _("People and company")
    PIPELINE = "pipeline", _("Pipeline")
    TARGETS = "targets", _("Targets")
    INCENTIVES = "incentives", _("Incentives")
    REVIEWS = "reviews", _("Reviews")


class ApiToken(TenantModel):
    """A key with which a program works as its member. Only its SHA-256 is stored; `prefix` tells tokens apart.

    It opens `areas` (empty: all of them), to read or also to write, through the end of `expires_on`.

    Row-level security holds for it as for any tenant's table, since the address names the tenant before the token is
    looked up: the same token is worth nothing at another tenant's address.
    """

    member = TenantForeignKey(Member, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    may_write = models.BooleanField(_("may also write"), default=True)
    areas = ArrayField(
        models.CharField(max_length=20, choices=Area.choices), default=list, verbose_name=_("limited to areas")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField(_("expires"))
    last_used_on = models.DateField(_("last used"), null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "digest"], name="api_token_tenant_digest"),
            models.CheckConstraint(condition=Q(areas__contained_by=Area.values), name="api_token_areas"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def area_labels(self) -> list[str]:
        return [str(Area(area).label) for area in self.areas]

    def opens(self, area: str, *, writing: bool) -> bool:
        """Whether its scopes reach that far; the member's own rights are asked besides."""
        return (self.may_write or not writing) and (not self.areas or area in self.areas)


class Attempt(models.Model):
    """One try at the door that counts towards a limit. Kept in the database, so that the limits hold without Redis.

    Made before anybody is known, so it belongs to no tenant; `key` is a digest of an e-mail or an internet address.
    """

    limit = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["limit", "key", "at"], name="attempt_limit_key_at"),
            models.Index(fields=["at"], name="attempt_at"),
        ]


class IdempotencyKey(TenantModel):
    """The answer once given to a create, so that the same request sent again answers the same and creates nothing."""

    member = TenantForeignKey(Member, related_name="+")
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)  # of the address and the body it came with
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()  # the JSON as text: as an object its keys would come back in another order
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "member", "key"], name="idempotency_tenant_member_key")
        ]
