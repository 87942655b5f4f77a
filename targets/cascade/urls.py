from django.urls import URLPattern, path

from targets.cascade import actions, api, views

urlpatterns: list[URLPattern] = [
    path("targets/", views.target_list, name="target_list"),
    path("targets/set/", views.target_set, name="target_set"),
    path("targets/<int:plan_id>/", views.target_cascade, name="target_cascade"),
    path("targets/<int:plan_id>/edit/", actions.target_edit, name="target_edit"),
    path("targets/<int:plan_id>/split/", actions.target_split, name="target_split"),
    path("targets/<int:plan_id>/split-below/", actions.target_split_below, name="target_split_below"),
    path("targets/<int:plan_id>/place/", actions.target_place, name="target_place"),
    path("targets/<int:plan_id>/lock/", actions.target_lock, name="target_lock"),
    path("targets/<int:plan_id>/submit/", actions.target_submit, name="target_submit"),
    path("targets/<int:plan_id>/send-back/", actions.target_send_back, name="target_send_back"),
    path("targets/<int:plan_id>/approve/", actions.target_approve, name="target_approve"),
    path("targets/<int:plan_id>/new-version/", actions.target_new_version, name="target_new_version"),
    path("targets/<int:plan_id>/discard/", actions.target_discard, name="target_discard"),
    path("api/v1/targets/", api.TargetListView.as_view(), name="api_target_list"),
    path("api/v1/targets/<int:plan_id>/", api.TargetView.as_view(), name="api_target_detail"),
    path("api/v1/targets/<int:plan_id>/split/", api.TargetSplitView.as_view(), name="api_target_split"),
    path("api/v1/targets/<int:plan_id>/submit/", api.TargetSubmitView.as_view(), name="api_target_submit"),
    path("api/v1/targets/<int:plan_id>/approve/", api.TargetApproveView.as_view(), name="api_target_approve"),
]
