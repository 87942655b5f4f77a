"""What every API view begins with: who is asking, may they, one page of a list, one answer to a repeated request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from django.db import connection, models
from django.http import HttpRequest
from django.utils.cache import add_never_cache_headers
from drf_spectacular.utils import OpenApiParameter
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import APIException, MethodNotAllowed, ParseError, PermissionDenied
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from accounts.access.actor import Actor
from accounts.access.models import ApiToken, IdempotencyKey
from accounts.access.policy import has
from accounts.access.views import TenantRequest
from accounts.people.models import User
from salesops.lib.errors import DomainError, gettext_noop

P = ParamSpec("P")

# Headers as the API's document names them.
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag as read.")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Sent again, the request answers the same."
)


class TokenAuthentication(BaseAuthentication):
    """The middleware has already let the member in by their token; such a request has no cookie, hence needs no CSRF
    token."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        http: HttpRequest = request._request
        return (http.user, None) if hasattr(http, "api_token") else None  # type: ignore[return-value]

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class KeyPages(CursorPagination):
    """Lists by key: `?cursor=`, `?limit=` up to 200. The order is the view's and must end in a unique field."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200


class TokenThrottle(SimpleRateThrottle):
    """How often a token may ask. Counted in the cache, so that it costs no write; with the cache away nobody is kept
    out. Ten a second for a minute copies 120,000 rows, which is a program; more is a loop that has gone wrong."""

    scope = "token"
    rate = "600/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        token: ApiToken | None = getattr(request._request, "api_token", None)
        return f"throttle:token:{token.tenant_id}:{token.pk}" if token is not None else None


class OutsideScope(PermissionDenied):
    default_code = "insufficient_scope"
    default_detail = "The token does not open this; make one with the scope."


class TenantAPIView(APIView):
    """A view below `/t/<slug>/api/v1/`. `capabilities` names what each method needs; others do not exist."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    throttle_classes = [TokenThrottle]
    pagination_class: ClassVar[type[KeyPages] | None] = (
        KeyPages  # read by the OpenAPI description; None: the whole list
    )
    capabilities: ClassVar[Mapping[str, str]] = {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        kwargs.pop("tenant", None)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "OPTIONS":
            return
        self._refuse_what_the_token_does_not_open(request)
        capability = self.capabilities.get(request.method or "")
        if capability is None:
            raise MethodNotAllowed(request.method or "")
        if not has(self.actor, capability):
            raise PermissionDenied

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """What is said to one member, pay among it, is kept by nobody on the way and by no browser."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        add_never_cache_headers(answer)
        return answer

    def _refuse_what_the_token_does_not_open(self, request: Request) -> None:
        """A token may be confined to reading, and to the areas of some apps: that of the view is its module's."""
        token: ApiToken | None = getattr(request._request, "api_token", None)
        area = type(self).__module__.partition(".")[0]
        if token is not None and not token.opens(area, writing=request.method not in SAFE_METHODS):
            raise OutsideScope

    @property
    def http(self) -> TenantRequest:
        """Django's request, on which the middleware has put tenant and actor."""
        return self.request._request  # type: ignore[return-value]

    @property
    def actor(self) -> Actor:
        return self.http.actor

    def read(self, serializer: type[BaseSerializer[Any]], **options: Any) -> dict[str, Any]:
        """The request's body, checked; `options` are the serializer's (`partial=True`)."""
        typed = serializer(data=self.request.data, context={"tenant": self.actor.tenant}, **options)
        typed.is_valid(raise_exception=True)
        return dict(typed.validated_data)

    def page(
        self, queryset: models.QuerySet[Any], serializer: type[BaseSerializer[Any]], ordering: Sequence[str]
    ) -> Response:
        """One page of the list as `{"next", "previous", "results"}`."""
        pages = KeyPages()
        pages.ordering = tuple(ordering)
        rows = pages.paginate_queryset(queryset, self.request, view=self)
        return pages.get_paginated_response(serializer(rows, many=True, context={"tenant": self.actor.tenant}).data)


# --- Edits: nobody overwrites what they have not seen ----------------------------------------------------------------


class PreconditionRequired(APIException):
    status_code = 428
    default_code = "if_match_required"
    default_detail = "Send the ETag of what you read as If-Match."


class PreconditionFailed(APIException):
    status_code = 412
    default_code = "changed_meanwhile"
    default_detail = "It was changed meanwhile; nothing was written. Read it again."


def etag(shown: Mapping[str, Any]) -> str:
    """The version of a row as the API shows it: any change of what a client could have read changes it."""
    text = json.dumps(shown, sort_keys=True, default=str, ensure_ascii=False)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def tagged(shown: Mapping[str, Any], status_code: int = HTTPStatus.OK) -> Response:
    """What is shown, under the ETag that the next edit sends back."""
    return Response(shown, status=status_code, headers={"ETag": etag(shown)})


def require_match(request: Request, shown: Mapping[str, Any]) -> None:
    """Refuse an edit whose If-Match is missing (428) or is not the row's present version (412). Lock the row first."""
    sent = request.headers.get("If-Match")
    if sent is None:
        raise PreconditionRequired
    if etag(shown) not in {tag.strip() for tag in sent.split(",")}:
        raise PreconditionFailed


# --- Creates: sent twice, done once ----------------------------------------------------------------------------------

_V = TypeVar("_V", bound=TenantAPIView)
Create = Callable[Concatenate[_V, Request, P], Response]


def once(create: Create[_V, P]) -> Create[_V, P]:
    """For a view's `post`: a request with an `Idempotency-Key` is carried out once, and sent again answers the same.

    The answer is kept in the transaction of the create itself. Two at once wait for each other; the key with another
    address or body is refused with 422; a refusal is not kept, so that it can be put right under the same key.
    """

    @wraps(create)
    def guarded(self: _V, request: Request, *args: P.args, **kwargs: P.kwargs) -> Response:
        key = _key(request)
        if not key:
            return create(self, request, *args, **kwargs)
        digest = _digest(request)
        _wait_for(self.actor, key)
        used = IdempotencyKey.objects.filter(member=self.actor.member, key=key).first()
        if used is not None:
            return _replay(used, digest)
        response = create(self, request, *args, **kwargs)
        if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            body = JSONRenderer().render(response.data).decode()
            IdempotencyKey.objects.create(
                member=self.actor.member, key=key, digest=digest, status=response.status_code, body=body
            )
        return response

    return guarded  # type: ignore[return-value]  # a method: its self is passed by position


def _replay(used: IdempotencyKey, digest: str) -> Response:
    if used.digest != digest:
        message = gettext_noop("This Idempotency-Key was used with another request; nothing was written.")
        raise DomainError("key_reused", message, "Idempotency-Key")
    return Response(json.loads(used.body), status=used.status, headers={"Idempotent-Replay": "true"})


def _wait_for(actor: Actor, key: str) -> None:
    with connection.cursor() as cursor:
        name = f"idempotency:{actor.tenant.pk}:{actor.user_id}:{key}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > 80:
        raise DomainError("too_long", gettext_noop("At most 80 characters."), "Idempotency-Key")
    if not key.isprintable():
        raise ParseError
    return key


def _digest(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()
