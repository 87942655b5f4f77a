from django.urls import URLPattern, path

from reviews.feedback import api, panels, views

urlpatterns: list[URLPattern] = [
    path("feedback/", views.feedback_list, name="feedback_list"),
    path("feedback/new/", views.feedback_create, name="feedback_create"),
    path("feedback/trends/", views.feedback_trends, name="feedback_trends"),
    path("feedback/response-times/", views.feedback_response_times, name="feedback_response_times"),
    path("feedback/panel/", panels.feedback_panel, name="feedback_panel"),
    path("feedback/<int:case_id>/", views.feedback_detail, name="feedback_detail"),
    path("feedback/<int:case_id>/edit/", views.feedback_edit, name="feedback_edit"),
    path("feedback/<int:case_id>/answer/", views.feedback_answer, name="feedback_answer"),
    path("feedback/<int:case_id>/resolve/", views.feedback_resolve, name="feedback_resolve"),
    path("feedback/<int:case_id>/reopen/", views.feedback_reopen, name="feedback_reopen"),
    path("feedback/<int:case_id>/rate/", views.feedback_rate, name="feedback_rate"),
    path("feedback/<int:case_id>/severity/", views.feedback_severity, name="feedback_severity"),
    path("feedback/<int:case_id>/assign/", views.feedback_assign, name="feedback_assign"),
    path("customers/<int:customer_id>/feedback/", panels.feedback_customer_panel, name="feedback_customer_panel"),
    path("deals/<int:deal_id>/feedback/", panels.feedback_deal_panel, name="feedback_deal_panel"),
    path("api/v1/feedback/", api.FeedbackListView.as_view(), name="api_feedback_list"),
    path("api/v1/feedback/<int:case_id>/", api.FeedbackView.as_view(), name="api_feedback_detail"),
    path("api/v1/feedback/<int:case_id>/answer/", api.FeedbackAnswerView.as_view(), name="api_feedback_answer"),
    path("api/v1/feedback/<int:case_id>/resolve/", api.FeedbackResolveView.as_view(), name="api_feedback_resolve"),
    path("api/v1/feedback/<int:case_id>/reopen/", api.FeedbackReopenView.as_view(), name="api_feedback_reopen"),
    path("api/v1/feedback/<int:case_id>/rate/", api.FeedbackRateView.as_view(), name="api_feedback_rate"),
    path("api/v1/feedback/<int:case_id>/severity/", api.FeedbackSeverityView.as_view(), name="api_feedback_severity"),
    path("api/v1/feedback/<int:case_id>/assign/", api.FeedbackAssignView.as_view(), name="api_feedback_assign"),
]
