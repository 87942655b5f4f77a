from django.urls import path

from pipeline.contacts import api, views

urlpatterns = [
    path("customers/<int:customer_id>/contacts/new/", views.contact_add, name="contact_add"),
    path("contacts/<int:contact_id>/edit/", views.contact_edit, name="contact_edit"),
    path("deals/<int:deal_id>/contacts/", views.deal_contacts, name="deal_contacts"),
    path("deals/<int:deal_id>/contacts/name/", views.deal_contact_name, name="deal_contact_name"),
    path("deals/contacts/<int:deal_contact_id>/remove/", views.deal_contact_remove, name="deal_contact_remove"),
    path("api/v1/contacts/", api.ContactListView.as_view(), name="api_contact_list"),
    path("api/v1/contacts/<int:contact_id>/", api.ContactView.as_view(), name="api_contact_detail"),
    path(
        "api/v1/customers/<int:customer_id>/contacts/",
        api.CustomerContactListView.as_view(),
        name="api_customer_contact_list",
    ),
]
