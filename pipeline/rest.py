"""Fields of the pipeline's API. The serializer's context has the `tenant`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

from salesops.lib.errors import DomainError
from salesops.lib.forms import translated
from salesops.lib.money import plain, to_minor

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag as read.")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Sent again, the request answers the same."
)


@extend_schema_field({"type": "string", "format": "decimal", "nullable": True})
class MoneyString(serializers.Field[Any, Any, Any, Any]):
    """Minor units inside, a decimal string outside (`"1206.88"`), never a JSON number, which would be a float."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str):
            raise serializers.ValidationError("Send the amount as a string.")
        try:
            return to_minor(data, self.context["tenant"].currency)
        except DomainError as error:
            raise serializers.ValidationError(translated(error)) from None

    def to_representation(self, value: int) -> str:
        return plain(value, self.context["tenant"].currency)
