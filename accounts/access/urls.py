from django.urls import path

from accounts.access import token_views

urlpatterns = [
    path("api-tokens/", token_views.api_tokens, name="api_token_list"),
    path("api-tokens/<int:token_id>/revoke/", token_views.api_token_revoke, name="api_token_revoke"),
]
