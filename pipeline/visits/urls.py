from django.urls import path

from pipeline.visits import api, views, worker

urlpatterns = [
    path("visits/", views.visit_list, name="visit_list"),
    path("visits/today/", views.visit_today, name="visit_today"),
    path("visits/today/panel/", views.visits_today_panel, name="visits_today_panel"),
    path("visits/log/", views.visit_log, name="visit_log"),
    path("visits/plan/", views.visit_plan, name="visit_plan"),
    path("visits/worker.js", worker.visit_worker, name="visit_worker"),
    path("visits/<int:visit_id>/", views.visit_detail, name="visit_detail"),
    path("visits/<int:visit_id>/change/", views.visit_change, name="visit_change"),
    path("visits/<int:visit_id>/cancel/", views.visit_cancel, name="visit_cancel"),
    path("customers/<int:customer_id>/visits/", views.customer_visits_panel, name="customer_visits_panel"),
    path("deals/<int:deal_id>/visits/", views.deal_visits_panel, name="deal_visits_panel"),
    path("api/v1/visits/", api.VisitListView.as_view(), name="api_visit_list"),
    path("api/v1/visits/kept/<uuid:client_key>/", api.KeptVisitView.as_view(), name="api_visit_kept"),
    path("api/v1/visits/<int:visit_id>/", api.VisitView.as_view(), name="api_visit_detail"),
    path("api/v1/visits/<int:visit_id>/check-in/", api.VisitCheckInView.as_view(), name="api_visit_check_in"),
    path("api/v1/visits/<int:visit_id>/finish/", api.VisitFinishView.as_view(), name="api_visit_finish"),
    path("api/v1/visits/<int:visit_id>/cancel/", api.VisitCancelView.as_view(), name="api_visit_cancel"),
]
