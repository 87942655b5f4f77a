"""What a target had reached on a day, kept by the night."""

from __future__ import annotations

from django.db import models

from accounts.tenancy.models import TenantForeignKey, TenantModel
from targets.cascade.models import TargetNode


class TargetSnapshot(TenantModel):
    """The node's actual at the end of `date`, in minor units, as the ledger showed it at `position`.

    Only differences are kept: a day without a row had the value of the last row before it.
    """

    node = TenantForeignKey(TargetNode, related_name="snapshots", looked_up=False)
    date = models.DateField()
    actual = models.BigIntegerField()
    position = models.BigIntegerField()
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "node", "date"], name="target_snapshot_node_date")]
