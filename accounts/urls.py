from django.urls import URLPattern, URLResolver, include, path

from accounts.invitations.views import invitation
from accounts.people.sign_up import sign_up

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("accounts.people.allauth_urls")),
    path("sign-up/", sign_up, name="sign_up"),
    path("invitations/<str:token>/", invitation, name="invitation"),
    path("", include("accounts.home.urls")),
    path("t/<slug:tenant>/", include("accounts.home.company_urls")),
    path("t/<slug:tenant>/", include("accounts.people.urls")),
    path("t/<slug:tenant>/", include("accounts.invitations.urls")),
    path("t/<slug:tenant>/", include("accounts.notifications.urls")),
    path("t/<slug:tenant>/", include("accounts.preferences.urls")),
    path("t/<slug:tenant>/", include("accounts.access.urls")),
    path("t/<slug:tenant>/", include("accounts.audit.urls")),
    path("t/<slug:tenant>/", include("accounts.jobs.urls")),
]
