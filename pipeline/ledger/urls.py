from django.urls import path

from pipeline.ledger import api, views

urlpatterns = [
    path("credits/", views.credit_list, name="credit_list"),
    path("api/v1/credits/", api.CreditListView.as_view(), name="api_credit_list"),
]
