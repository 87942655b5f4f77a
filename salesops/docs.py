"""The API's reference: the document itself, and a page to read and try it."""

from __future__ import annotations

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny


class MemberToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped library
    """How the document says that a member's token signs in."""

    target_class = "accounts.access.rest.TokenAuthentication"
    name = "memberToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


# Swagger's own page writes its styles as it runs; its script stays a file, and no other page is loosened.
_page = csp_update({"style-src": [UNSAFE_INLINE]})(
    SpectacularSwaggerSplitView.as_view(url_name="api_schema", permission_classes=[AllowAny], authentication_classes=[])
)

urlpatterns = [
    path(
        "api/schema/",
        SpectacularAPIView.as_view(permission_classes=[AllowAny], authentication_classes=[]),
        name="api_schema",
    ),
    path("api/docs/", _page, name="api_docs"),
]
