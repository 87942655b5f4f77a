from django.urls import path

from pipeline.handover import api, views

urlpatterns = [
    path("handovers/", views.handover_list, name="handover_list"),
    path("handovers/new/", views.handover_create, name="handover_create"),
    path("handovers/<int:handover_id>/", views.handover_detail, name="handover_detail"),
    path("handovers/<int:handover_id>/approve/", views.handover_approve, name="handover_approve"),
    path("handovers/<int:handover_id>/cancel/", views.handover_cancel, name="handover_cancel"),
    path("members/<int:member_id>/handovers/", views.member_handovers, name="member_handovers"),
    path("api/v1/handovers/", api.HandoverListView.as_view(), name="api_handover_list"),
    path("api/v1/handovers/<int:handover_id>/", api.HandoverView.as_view(), name="api_handover_detail"),
    path("api/v1/handovers/<int:handover_id>/approve/", api.HandoverApproveView.as_view(), name="api_handover_approve"),
    path("api/v1/handovers/<int:handover_id>/cancel/", api.HandoverCancelView.as_view(), name="api_handover_cancel"),
]
