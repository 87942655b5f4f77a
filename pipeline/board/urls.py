from django.urls import path

from pipeline.board import views

urlpatterns = [
    path("deals/board/", views.deal_board, name="deal_board"),
    path("deals/board/<int:stage_id>/", views.deal_board_lane, name="deal_board_lane"),
]
