from django.urls import path

from pipeline.products import api, views

urlpatterns = [
    path("products/", views.product_list, name="product_list"),
    path("products/new/", views.product_create, name="product_create"),
    path("products/<int:product_id>/", views.product_edit, name="product_edit"),
    path("api/v1/products/", api.ProductListView.as_view(), name="api_product_list"),
    path("api/v1/products/<int:product_id>/", api.ProductView.as_view(), name="api_product_detail"),
]
