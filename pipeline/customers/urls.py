from django.urls import path

from pipeline.customers import api, views

urlpatterns = [
    path("customers/", views.customer_list, name="customer_list"),
    path("customers/new/", views.customer_create, name="customer_create"),
    path("customers/options/", views.customer_options, name="customer_options"),
    path("customers/<int:customer_id>/", views.customer_detail, name="customer_detail"),
    path("customers/<int:customer_id>/edit/", views.customer_edit, name="customer_edit"),
    path("api/v1/customers/", api.CustomerListView.as_view(), name="api_customer_list"),
    path(
        "api/v1/customers/<int:customer_id>/owners/", api.CustomerOwnersView.as_view(), name="api_customer_owner_list"
    ),
    path("api/v1/customers/<int:customer_id>/", api.CustomerView.as_view(), name="api_customer_detail"),
]
