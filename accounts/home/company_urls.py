"""Parts of the home page and of the frame around every page, below `/t/<tenant>/`."""

from django.urls import path

from accounts.home import views

urlpatterns = [
    path("home/waiting/", views.waiting_panel, name="home_waiting"),
    path("home/night/", views.night_panel, name="home_night"),
    path("navigation/counts/", views.navigation_counts, name="navigation_counts"),
]
