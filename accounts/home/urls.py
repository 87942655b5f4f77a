"""Outside any company, and the home page inside one."""

from django.urls import path

from accounts.home import views
from accounts.preferences import looks

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", looks.set_language, name="set_language"),
    path("theme/", looks.set_theme, name="set_theme"),
    path("t/<slug:tenant>/", views.tenant_home, name="tenant_home"),
]
