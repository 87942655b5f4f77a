from django.urls import path

from accounts.notifications import api, views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.inbox_read, name="inbox_read"),
    path("inbox/<int:notification_id>/open/", views.notification_open, name="notification_open"),
    path("mails/", views.mail_list, name="mail_list"),
    path("mails/<int:mail_id>/send-again/", views.mail_send_again, name="mail_send_again"),
    path("api/v1/notifications/", api.NotificationListView.as_view(), name="api_notification_list"),
    path("api/v1/notifications/read/", api.InboxReadView.as_view(), name="api_notification_read_all"),
    path(
        "api/v1/notifications/<int:notification_id>/read/",
        api.NotificationReadView.as_view(),
        name="api_notification_read",
    ),
]
