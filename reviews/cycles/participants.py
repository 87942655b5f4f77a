"""Who takes part in a cycle: by which scorecard, and who reviews whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.facts import Organisation
from accounts.people.models import Member, Role
from reviews.scorecards.models import ScorecardVersion

# Where a member has several roles, the scorecard of the first of these that has one.
_ROLE_ORDER = (Role.MANAGER, Role.REP, Role.EXECUTIVE, Role.HR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Participant:
    """`reviewer_id` None: nobody answers for them on that day."""

    member_id: int
    sort_name: str
    reviewer_id: int | None
    card: ScorecardVersion


class Participants:
    """The company on one day, loaded once (seven queries); answers from memory for every member.

    The scorecard of the nearest team comes before that of a team above it, a team's before a role's. The reviewer is
    the line manager, else whoever leads the member's team, or the nearest team above it that somebody else leads.
    """

    def __init__(self, cards: Sequence[ScorecardVersion], on: date, today: date) -> None:
        self._on = on
        self._today = today
        self._organisation = Organisation()
        rows = Member.objects.order_by("id").values_list("id", "sort_name", "line_manager_id")
        self._members = {row[0]: (row[1], row[2]) for row in rows}
        self._of_team = {card.scorecard.team_id: card for card in cards if card.scorecard.team_id}
        self._of_role = {card.scorecard.role: card for card in cards if card.scorecard.role}

    def found(self) -> list[Participant]:
        """Everybody who was here on the day, still is, and has one of the scorecards; in the order of their ids."""
        return [one for member_id in self._members if (one := self._participant(member_id)) is not None]

    def reviewer_of(self, member_id: int) -> int | None:
        line_manager: int | None = self._members[member_id][1]
        if line_manager is not None and line_manager != member_id and self._is_here(line_manager):
            return line_manager
        for team_id in self._teams_above(member_id):
            lead = self._organisation.lead_on(team_id, self._on)
            if lead is not None and lead.id != member_id and self._is_here(lead.id):
                return lead.id
        return None

    def _participant(self, member_id: int) -> Participant | None:
        card = self._card(member_id)
        if card is None or not self._is_here(member_id):
            return None
        return Participant(member_id, self._members[member_id][0], self.reviewer_of(member_id), card)

    def _card(self, member_id: int) -> ScorecardVersion | None:
        for team_id in self._teams_above(member_id):
            if team_id in self._of_team:
                return self._of_team[team_id]
        roles = self._organisation.people[member_id].roles
        return next((self._of_role[role] for role in _ROLE_ORDER if role in roles and role in self._of_role), None)

    def _teams_above(self, member_id: int) -> Iterator[int]:
        """The member's team on the day and those above it; a cycle in the data ends."""
        team = self._organisation.team_on(member_id, self._on)
        seen: set[int] = set()
        while team is not None and team.id not in seen:
            seen.add(team.id)
            yield team.id
            team = self._organisation.teams[team.parent_id] if team.parent_id else None

    def _is_here(self, member_id: int) -> bool:
        person = self._organisation.people[member_id]
        hired, left = person.hired_on or date.min, person.left_on or date.max
        return hired <= self._on and left >= max(self._on, self._today)
