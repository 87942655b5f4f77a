from django.urls import path

from pipeline.timeline import api, views

urlpatterns = [
    path("customers/<int:customer_id>/timeline/", views.customer_timeline, name="customer_timeline"),
    path("api/v1/customers/<int:customer_id>/timeline/", api.TimelineView.as_view(), name="api_customer_timeline"),
]
