from django.urls import path

from pipeline.imports import api, views

urlpatterns = [
    path("imports/", views.import_list, name="import_list"),
    path("imports/new/", views.import_create, name="import_create"),
    path("imports/<int:run_id>/", views.import_detail, name="import_detail"),
    path("imports/<int:run_id>/start/", views.import_start, name="import_start"),
    path("imports/<int:run_id>/discard/", views.import_discard, name="import_discard"),
    path("api/v1/imports/", api.ImportListView.as_view(), name="api_import_list"),
    path("api/v1/imports/<int:run_id>/", api.ImportView.as_view(), name="api_import_detail"),
]
