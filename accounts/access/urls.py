from django.urls import path

from accounts.access import search_views, token_api, token_views

urlpatterns = [
    path("search/", search_views.find, name="search"),
    path("api-tokens/", token_views.api_tokens, name="api_token_list"),
    path("api-tokens/<int:token_id>/revoke/", token_views.api_token_revoke, name="api_token_revoke"),
    path("api/v1/tokens/", token_api.TokenListView.as_view(), name="api_tokens"),
    path("api/v1/tokens/<int:token_id>/revoke/", token_api.TokenRevokeView.as_view(), name="api_tokens_revoke"),
]
