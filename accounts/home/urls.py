"""Outside any company, and the home page inside one."""

from django.urls import path

from accounts.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.set_language, name="set_language"),
    path("t/<slug:tenant>/", views.tenant_home, name="tenant_home"),
]
