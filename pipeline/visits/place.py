"""Where the phone was, and whether that is at the customer's door."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

from pipeline.customers.models import Customer
from pipeline.visits.models import Visit
from salesops.lib.errors import DomainError, gettext_noop

RADIUS_M = 150  # a company's yard and car park
ROUGHEST_M = 250  # a position less exact than this (a cell tower's) proves nothing
_EARTH_M = 6_371_000
_FARTHEST_M = 50_000  # an accuracy beyond this is not a position at all
_LONGEST_PLACE = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A position of the phone with its accuracy in metres, or (no coordinates) what was typed by hand."""

    latitude: Decimal | None = None
    longitude: Decimal | None = None
    accuracy_m: int | None = None
    text: str = ""

    @property
    def source(self) -> str:
        return Visit.PlaceSource.BY_HAND if self.latitude is None else Visit.PlaceSource.GEOLOCATION

    def check(self) -> None:
        """Refuse coordinates that are nowhere on earth, or half a pair."""
        given = [self.latitude, self.longitude, self.accuracy_m]
        if any(value is None for value in given) and any(value is not None for value in given):
            message = gettext_noop("A position has a latitude, a longitude and an accuracy; send all three or none.")
            raise DomainError("bad_position", message, "latitude")
        for name, value, most in (("latitude", self.latitude, 90), ("longitude", self.longitude, 180)):
            if value is not None and not (value.is_finite() and -most <= value <= most):
                message = gettext_noop("This is no place on earth: at most %(most)s degrees either way.")
                raise DomainError("out_of_range", message, name, most=most)
        if self.accuracy_m is not None and not 0 <= self.accuracy_m <= _FARTHEST_M:
            message = gettext_noop("An accuracy lies between 0 and %(most)s metres.")
            raise DomainError("out_of_range", message, "accuracy_m", most=_FARTHEST_M)
        if len(self.text) > _LONGEST_PLACE:
            message = gettext_noop("A place has at most %(most)s characters.")
            raise DomainError("too_long", message, "place", most=_LONGEST_PLACE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far from the door in metres (None: nobody knows), and what that says."""

    distance_m: int | None
    verification: str


def judge(place: Place, customer: Customer) -> Verdict:
    """Verified inside the radius; out of it only where the accuracy leaves no doubt; else unverified."""
    known = (place.latitude, place.longitude, customer.latitude, customer.longitude)
    if place.accuracy_m is None or any(value is None for value in known):
        return Verdict(None, Visit.Verification.UNVERIFIED)
    distance = distance_m(*(float(value) for value in known))  # type: ignore[arg-type]  # none of them is None
    if place.accuracy_m > ROUGHEST_M:
        return Verdict(distance, Visit.Verification.UNVERIFIED)
    if distance <= RADIUS_M:
        return Verdict(distance, Visit.Verification.VERIFIED)
    if distance - place.accuracy_m > RADIUS_M:
        return Verdict(distance, Visit.Verification.OUT_OF_RADIUS)
    return Verdict(distance, Visit.Verification.UNVERIFIED)


def distance_m(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> int:
    """Metres along the globe between two positions in degrees (haversine; half a percent off at most)."""
    first, second = radians(latitude), radians(to_latitude)
    across = sin((second - first) / 2) ** 2
    around = cos(first) * cos(second) * sin(radians(to_longitude - longitude) / 2) ** 2
    return round(2 * _EARTH_M * asin(sqrt(min(1.0, across + around))))
