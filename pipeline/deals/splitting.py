"""Who gets which part of a deal's credit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from accounts.people.models import Member
from pipeline.deals.models import Split
from pipeline.ledger.models import WHOLE
from salesops.lib.errors import DomainError, gettext_noop

MOST = 20


@dataclass(frozen=True, slots=True)
class SplitValues:
    """One participant's part, in millionths."""

    member_id: int
    share: int
    kind: str = Split.Kind.DIRECT


def check_splits(splits: Sequence[SplitValues]) -> None:
    """Refuse parts that cannot be credited: strangers, somebody twice, direct shares that are not the whole."""
    if len(splits) > MOST:
        raise DomainError("too_many", gettext_noop("A deal has at most %(most)s participants."), None, most=MOST)
    if any(not 0 < one.share <= WHOLE or one.kind not in Split.Kind.values for one in splits):
        raise DomainError("out_of_range", gettext_noop("A share is more than 0 % and at most 100 %."), "share")
    if len({one.member_id for one in splits}) < len(splits):
        raise DomainError("twice", gettext_noop("Somebody is named twice; add the shares up to one."), "member")
    wanted = {one.member_id for one in splits}
    if Member.objects.filter(pk__in=wanted).count() < len(wanted):
        raise DomainError("unknown_member", gettext_noop("There is no such member."), "member")
    _check_whole(sum(one.share for one in splits if one.kind == Split.Kind.DIRECT))


def _check_whole(direct: int) -> None:
    if 0 < direct < WHOLE:
        message = gettext_noop("The shares add up to %(sum)s; %(left)s are left.")
        raise DomainError("not_whole", message, "share", sum=as_percent(direct), left=as_percent(WHOLE - direct))
    if direct > WHOLE:
        message = gettext_noop("The shares add up to %(sum)s; that is %(over)s too much.")
        raise DomainError("not_whole", message, "share", sum=as_percent(direct), over=as_percent(direct - WHOLE))


def as_percent(share: int) -> str:
    """Millionths as a person writes them, exactly: 333333 is 33.3333 %."""
    return f"{Decimal(share).scaleb(-4).normalize():f} %"


def follow_owner(owners: Mapping[int, tuple[int, int]]) -> None:
    """The direct share of a deal's former owner passes to the new one. `owners`: deal → former, new."""
    former = {deal_id: before for deal_id, (before, _) in owners.items()}
    for split in Split.objects.filter(deal_id__in=owners, kind=Split.Kind.DIRECT, member_id__in=former.values()):
        if split.member_id == former[split.deal_id]:
            _pass_on(split, owners[split.deal_id][1])


def _pass_on(split: Split, member_id: int) -> None:
    held = Split.objects.filter(deal_id=split.deal_id, kind=split.kind, member_id=member_id)
    if held.update(share=F("share") + split.share):
        split.delete()
    else:
        Split.objects.filter(pk=split.pk).update(member_id=member_id)
