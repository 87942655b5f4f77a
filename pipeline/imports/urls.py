from django.urls import path

from pipeline.imports import views

urlpatterns = [
    path("imports/", views.import_list, name="import_list"),
    path("imports/new/", views.import_create, name="import_create"),
    path("imports/<int:run_id>/", views.import_detail, name="import_detail"),
    path("imports/<int:run_id>/start/", views.import_start, name="import_start"),
    path("imports/<int:run_id>/discard/", views.import_discard, name="import_discard"),
]
