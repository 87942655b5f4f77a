from django.urls import URLPattern, path

from reviews.cycles import api, review_views, views

urlpatterns: list[URLPattern] = [
    path("reviews/", views.review_mine, name="review_mine"),
    path("reviews/panel/", views.reviews_panel, name="reviews_panel"),
    path("reviews/cycles/", views.cycle_list, name="review_cycle_list"),
    path("reviews/cycles/new/", views.cycle_create, name="review_cycle_create"),
    path("reviews/cycles/<int:cycle_id>/", views.cycle_detail, name="review_cycle"),
    path("reviews/cycles/<int:cycle_id>/deadlines/", views.cycle_deadlines, name="review_cycle_deadlines"),
    path("reviews/<int:review_id>/", review_views.review_detail, name="review_detail"),
    path("reviews/<int:review_id>/self/", review_views.review_self, name="review_self"),
    path("reviews/<int:review_id>/manager/", review_views.review_manager, name="review_manager"),
    path("reviews/<int:review_id>/sign/", review_views.review_sign, name="review_sign"),
    path("reviews/<int:review_id>/reopen/", review_views.review_reopen, name="review_reopen"),
    path("reviews/<int:review_id>/close/", review_views.review_close, name="review_close"),
    path("reviews/<int:review_id>/reviewer/", review_views.review_reviewer, name="review_reviewer"),
    path("api/v1/review-cycles/", api.CycleListView.as_view(), name="api_review_cycle_list"),
    path("api/v1/review-cycles/<int:cycle_id>/", api.CycleView.as_view(), name="api_review_cycle_detail"),
    path("api/v1/reviews/", api.ReviewListView.as_view(), name="api_review_list"),
    path("api/v1/reviews/<int:review_id>/", api.ReviewView.as_view(), name="api_review_detail"),
    path("api/v1/reviews/<int:review_id>/self/", api.SelfPartView.as_view(), name="api_review_self"),
    path("api/v1/reviews/<int:review_id>/manager/", api.ManagerPartView.as_view(), name="api_review_manager"),
    path("api/v1/reviews/<int:review_id>/sign/", api.SignView.as_view(), name="api_review_sign"),
    path("api/v1/reviews/<int:review_id>/reopen/", api.ReopenView.as_view(), name="api_review_reopen"),
]
