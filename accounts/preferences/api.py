"""One's own preferences over REST."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, require_match, tagged
from accounts.notifications.registry import find_kind
from accounts.notifications.selectors import KindChoice, choices_of
from accounts.notifications.services import choose
from accounts.people.api import IF_MATCH
from accounts.people.models import Theme, User
from accounts.preferences.services import choose_look
from salesops.lib.errors import DomainError, gettext_noop


class ToldOut(serializers.Serializer[KindChoice]):
    kind = serializers.CharField(source="kind.name", max_length=60)
    in_app = serializers.BooleanField()
    by_mail = serializers.BooleanField()


class PreferencesOut(serializers.Serializer[Any]):
    """`language` and `theme` are empty where one has not chosen; `notifications` lists every kind."""

    language = serializers.ChoiceField(settings.LANGUAGES, allow_blank=True)
    theme = serializers.ChoiceField(Theme.choices, allow_blank=True)
    notifications = ToldOut(many=True)


class ToldIn(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=60)
    in_app = serializers.BooleanField()
    by_mail = serializers.BooleanField()


class PreferencesIn(serializers.Serializer[Any]):
    language = serializers.ChoiceField(settings.LANGUAGES, allow_blank=True)
    theme = serializers.ChoiceField(Theme.choices, allow_blank=True)
    notifications = ToldIn(many=True, required=False)


class PreferencesView(TenantAPIView):
    """The preferences of the member whose session or token it is."""

    capabilities = {"GET": "people.view", "PUT": "people.view"}

    @extend_schema(responses=PreferencesOut)
    def get(self, request: Request) -> Response:
        shown = self._shown()
        return tagged(shown)

    @extend_schema(request=PreferencesIn, responses=PreferencesOut, parameters=[IF_MATCH])
    @transaction.atomic
    def put(self, request: Request) -> Response:
        """Replace language and theme, and where to be told of the kinds that are named."""
        self._user(locked=True)
        require_match(request, self._shown())
        typed = PreferencesIn(data=request.data)
        typed.is_valid(raise_exception=True)
        wanted = typed.validated_data
        choose_look(actor=self.actor, language=wanted["language"], theme=wanted["theme"])
        for place, told in enumerate(wanted.get("notifications", [])):
            if find_kind(told["kind"]) is None:
                message = gettext_noop("There is no kind of notification named “%(kind)s”.")
                raise DomainError("unknown_kind", message, f"notifications[{place}].kind", kind=told["kind"])
            choose(actor=self.actor, **told)
        shown = self._shown()
        return tagged(shown)

    def _shown(self) -> dict[str, Any]:
        user = self._user()
        now = {"language": user.language, "theme": user.theme, "notifications": choices_of(self.actor)}
        return PreferencesOut(now).data

    def _user(self, *, locked: bool = False) -> User:
        users = User.objects.select_for_update() if locked else User.objects
        return users.get(pk=self.actor.member.user_id)  # type: ignore[union-attr, misc]  # members only
