"""Tasks over REST."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from accounts.access.views import today
from pipeline.rest import IDEMPOTENCY_KEY, IF_MATCH
from pipeline.tasks import selectors, services
from pipeline.tasks.models import Task
from pipeline.tasks.services import LONGEST, TaskValues
from salesops.lib import clock


class TaskOut(serializers.Serializer[Task]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    owner = serializers.IntegerField(source="owner_id")
    customer = serializers.IntegerField(source="customer_id", allow_null=True)
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class TaskIn(serializers.Serializer[Any]):
    """What may be written; in a PATCH, fields that are left out stay as they are. `owner` left out is oneself."""

    title = serializers.CharField(max_length=LONGEST)
    due_on = serializers.DateField()
    owner = serializers.IntegerField(source="owner_id", min_value=1, required=False)
    customer = serializers.IntegerField(source="customer_id", min_value=1, required=False, allow_null=True)
    deal = serializers.IntegerField(source="deal_id", min_value=1, required=False, allow_null=True)


class _TaskAPIView(TenantAPIView):
    def answer(self, task: Task, status_code: int = status.HTTP_200_OK) -> Response:
        shown = TaskOut(task).data
        return tagged(shown, status_code)


class TaskListView(_TaskAPIView):
    capabilities = {"GET": "tasks.view", "POST": "tasks.edit"}

    @extend_schema(
        responses=TaskOut(many=True), parameters=[OpenApiParameter("state", str, enum=["open", "done", "all"])]
    )
    def get(self, request: Request) -> Response:
        """Tasks in one's scope by due day; the open ones unless `state` asks for others."""
        found = selectors.visible_tasks(self.actor, today(self.http))
        state = request.query_params.get("state", "open")
        if state != "all":
            found = found.filter(done_at__isnull=state != "done")
        return self.page(found, TaskOut, selectors.BY_DAY)

    @extend_schema(request=TaskIn, responses={201: TaskOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        own = {"owner_id": self.actor.member.pk} if self.actor.member else {}
        values = TaskValues(**own | self.read(TaskIn))
        task = services.create_task(actor=self.actor, values=values, now=clock.now())
        return self.answer(task, status.HTTP_201_CREATED)


class TaskView(_TaskAPIView):
    capabilities = {"GET": "tasks.view", "PATCH": "tasks.edit"}

    @extend_schema(responses=TaskOut)
    def get(self, request: Request, task_id: int) -> Response:
        return self.answer(selectors.get_task(self.actor, today(self.http), task_id))

    @extend_schema(request=TaskIn(partial=True), responses=TaskOut, parameters=[IF_MATCH])
    @transaction.atomic
    def patch(self, request: Request, task_id: int) -> Response:
        Task.objects.select_for_update().filter(pk=task_id).first()
        task = selectors.get_task(self.actor, today(self.http), task_id, "tasks.edit")
        require_match(request, TaskOut(task).data)
        values = replace(TaskValues.of(task), **self.read(TaskIn, partial=True))
        changed = services.edit_task(
            actor=self.actor, task_id=task_id, version=task.version, values=values, now=clock.now()
        )
        return self.answer(changed)


class TaskDoneView(_TaskAPIView):
    capabilities = {"POST": "tasks.edit"}

    @extend_schema(request=None, responses=TaskOut)
    def post(self, request: Request, task_id: int) -> Response:
        """It is done. Sent again, it changes nothing."""
        return self.answer(services.finish_task(actor=self.actor, task_id=task_id, now=clock.now()))


class TaskReopenView(_TaskAPIView):
    capabilities = {"POST": "tasks.edit"}

    @extend_schema(request=None, responses=TaskOut)
    def post(self, request: Request, task_id: int) -> Response:
        """It is to be done after all. Sent again, it changes nothing."""
        return self.answer(services.reopen_task(actor=self.actor, task_id=task_id, now=clock.now()))
