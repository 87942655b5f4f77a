"""What a load balancer asks: is the process alive, and should it get requests."""

from __future__ import annotations

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

_UNAVAILABLE = 503


@never_cache
@require_GET
@transaction.non_atomic_requests
def alive(request: HttpRequest) -> JsonResponse:
    """`/healthz`: the process answers. It asks no other server, so that a database's fault restarts no web process."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_GET
@transaction.non_atomic_requests
def ready(request: HttpRequest) -> JsonResponse:
    """`/readyz`: the database answers and has every migration. Redis is not asked: pages work without it."""
    try:
        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "reason": "database"}, status=_UNAVAILABLE)
    if is_behind:
        return JsonResponse({"status": "unavailable", "reason": "migrations"}, status=_UNAVAILABLE)
    return JsonResponse({"status": "ok"})
