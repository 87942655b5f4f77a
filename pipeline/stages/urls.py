from django.urls import path

from pipeline.stages import api, views

urlpatterns = [
    path("stages/", views.stage_list, name="stage_list"),
    path("stages/new/", views.stage_create, name="stage_create"),
    path("stages/<int:stage_id>/edit/", views.stage_edit, name="stage_edit"),
    path("stages/<int:stage_id>/move/", views.stage_move, name="stage_move"),
    path("stages/<int:stage_id>/remove/", views.stage_remove, name="stage_remove"),
    path("api/v1/stages/", api.StageListView.as_view(), name="api_stage_list"),
    path("api/v1/stages/order/", api.StageOrderView.as_view(), name="api_stage_order"),
    path("api/v1/stages/<int:stage_id>/", api.StageView.as_view(), name="api_stage_detail"),
]
