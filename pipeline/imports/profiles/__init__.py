"""The profiles an import can have, by name."""

from __future__ import annotations

from pipeline.imports.profiles import crm_opportunities
from pipeline.imports.profiles.profile import Profile
from salesops.lib.errors import DomainError, gettext_noop

PROFILES: dict[str, Profile] = {profile.name: profile for profile in (crm_opportunities.PROFILE,)}


def get_profile(name: str) -> Profile:
    profile = PROFILES.get(name)
    if profile is None:
        message = gettext_noop("There is no import profile “%(name)s”; known are %(known)s.")
        raise DomainError("unknown_profile", message, "profile", name=name, known=", ".join(PROFILES))
    return profile


__all__ = ["PROFILES", "Profile", "get_profile"]
