from django.urls import path

from pipeline.deals import api, composing, composition_api, moves, views

urlpatterns = [
    path("deals/", views.deal_list, name="deal_list"),
    path("deals/new/", views.deal_create, name="deal_create"),
    path("deals/<int:deal_id>/", views.deal_detail, name="deal_detail"),
    path("deals/<int:deal_id>/changes/", views.deal_changes, name="deal_changes"),
    path("deals/<int:deal_id>/edit/", views.deal_edit, name="deal_edit"),
    path("deals/<int:deal_id>/lines/", composing.deal_lines, name="deal_lines"),
    path("deals/<int:deal_id>/splits/", composing.deal_splits, name="deal_splits"),
    path("deals/<int:deal_id>/move/", moves.deal_move, name="deal_move"),
    path("deals/<int:deal_id>/win/", moves.deal_win, name="deal_win"),
    path("deals/<int:deal_id>/lose/", moves.deal_lose, name="deal_lose"),
    path("deals/<int:deal_id>/reopen/", moves.deal_reopen, name="deal_reopen"),
    path("api/v1/deals/", api.DealListView.as_view(), name="api_deal_list"),
    path("api/v1/deals/<int:deal_id>/", api.DealView.as_view(), name="api_deal_detail"),
    path("api/v1/deals/<int:deal_id>/lines/", composition_api.DealLinesView.as_view(), name="api_deal_lines"),
    path("api/v1/deals/<int:deal_id>/splits/", composition_api.DealSplitsView.as_view(), name="api_deal_splits"),
    path("api/v1/deals/<int:deal_id>/move/", api.DealMoveView.as_view(), name="api_deal_move"),
    path("api/v1/deals/<int:deal_id>/win/", api.DealWinView.as_view(), name="api_deal_win"),
    path("api/v1/deals/<int:deal_id>/lose/", api.DealLoseView.as_view(), name="api_deal_lose"),
    path("api/v1/deals/<int:deal_id>/reopen/", api.DealReopenView.as_view(), name="api_deal_reopen"),
]
