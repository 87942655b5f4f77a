from django.urls import path

from pipeline.ledger import views

urlpatterns = [path("credits/", views.credit_list, name="credit_list")]
