from django.urls import URLPattern, path

from targets.standing import views

urlpatterns: list[URLPattern] = [
    path("home/standing/", views.strip_panel, name="home_standing"),
    path("home/pace/", views.pace_panel, name="home_pace"),
    path("home/team/", views.team_panel, name="home_team"),
    path("home/regions/", views.region_panel, name="home_regions"),
    path("home/forecast/", views.forecast_panel, name="home_forecast"),
]
