from django.urls import path

from pipeline.activities import api, panels, views

urlpatterns = [
    path("activities/", views.activity_list, name="activity_list"),
    path("activities/<int:activity_id>/edit/", views.activity_edit, name="activity_edit"),
    path("activities/<int:activity_id>/delete/", views.activity_delete, name="activity_delete"),
    path("customers/<int:customer_id>/log/", views.customer_log, name="customer_log"),
    path("customers/<int:customer_id>/next-step/", views.customer_next_step, name="customer_next_step"),
    path(
        "customers/<int:customer_id>/next-step/banner/",
        views.customer_next_step_banner,
        name="customer_next_step_banner",
    ),
    path("customers/<int:customer_id>/next-step/done/", views.customer_next_step_done, name="customer_next_step_done"),
    path("deals/<int:deal_id>/log/", views.deal_log, name="deal_log"),
    path("deals/<int:deal_id>/activities/", panels.deal_activities, name="deal_activities"),
    path("api/v1/activities/", api.ActivityListView.as_view(), name="api_activity_list"),
    path("api/v1/activities/<int:activity_id>/", api.ActivityView.as_view(), name="api_activity_detail"),
    path("api/v1/customers/<int:customer_id>/next-step/", api.NextStepView.as_view(), name="api_customer_next_step"),
]
