from django.urls import URLPattern, path

from reviews.scorecards import api, views

urlpatterns: list[URLPattern] = [
    path("kpis/", views.kpi_list, name="kpi_list"),
    path("kpis/new/", views.kpi_create, name="kpi_create"),
    path("kpis/<int:kpi_id>/", views.kpi_edit, name="kpi_edit"),
    path("scorecards/", views.scorecard_list, name="scorecard_list"),
    path("scorecards/new/", views.scorecard_create, name="scorecard_create"),
    path("scorecards/<int:scorecard_id>/", views.scorecard_detail, name="scorecard_detail"),
    path("scorecards/<int:scorecard_id>/edit/", views.scorecard_edit, name="scorecard_edit"),
    path("api/v1/kpis/", api.KpiListView.as_view(), name="api_kpi_list"),
    path("api/v1/kpis/<int:kpi_id>/", api.KpiView.as_view(), name="api_kpi_detail"),
    path("api/v1/scorecards/", api.ScorecardListView.as_view(), name="api_scorecard_list"),
    path("api/v1/scorecards/<int:scorecard_id>/", api.ScorecardView.as_view(), name="api_scorecard_detail"),
]
