from django.urls import path

from accounts.invitations import api, views

urlpatterns = [
    path("invitations/", views.invitation_list, name="invitation_list"),
    path("invitations/many/", views.invitation_create_many, name="invitation_create_many"),
    path("invitations/<int:invitation_id>/resend/", views.invitation_resend, name="invitation_resend"),
    path("invitations/<int:invitation_id>/revoke/", views.invitation_revoke, name="invitation_revoke"),
    path("api/v1/invitations/", api.InvitationListView.as_view(), name="api_invitation_list"),
    path("api/v1/invitations/<int:invitation_id>/", api.InvitationView.as_view(), name="api_invitation_detail"),
    path(
        "api/v1/invitations/<int:invitation_id>/resend/",
        api.InvitationResendView.as_view(),
        name="api_invitation_resend",
    ),
    path(
        "api/v1/invitations/<int:invitation_id>/revoke/",
        api.InvitationRevokeView.as_view(),
        name="api_invitation_revoke",
    ),
]
