from __future__ import annotations

from unittest import mock

import pytest
from django.db import OperationalError


def test_a_living_process_says_so_without_asking_the_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_it_is_ready_when_the_database_has_every_migration(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_it_is_not_ready_while_the_database_is_down(client):
    with mock.patch("salesops.health.MigrationExecutor", side_effect=OperationalError):
        response = client.get("/readyz")
    assert (response.status_code, response.json()["reason"]) == (503, "database")


@pytest.mark.django_db
def test_it_is_not_ready_before_the_last_migration(client):
    with mock.patch("salesops.health.MigrationExecutor.migration_plan", return_value=[("a migration", False)]):
        response = client.get("/readyz")
    assert (response.status_code, response.json()["reason"]) == (503, "migrations")
