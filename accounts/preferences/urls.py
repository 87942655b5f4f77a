from django.urls import path

from accounts.preferences import api, views

urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("preferences/notifications/", views.preferences_told, name="preferences_told"),
    path("preferences/sign-out/", views.preferences_sign_out, name="preferences_sign_out"),
    path("api/v1/preferences/", api.PreferencesView.as_view(), name="api_preferences"),
]
