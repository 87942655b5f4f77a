from django.urls import path

from accounts.people import api, views

urlpatterns = [
    path("members/", views.member_list, name="member_list"),
    path("members/new/", views.member_add, name="member_add"),
    path("members/<int:member_id>/", views.member_detail, name="member_detail"),
    path("members/<int:member_id>/edit/", views.member_edit, name="member_edit"),
    path("members/<int:member_id>/team/", views.member_move, name="member_move"),
    path("moves/<int:membership_id>/take-back/", views.member_move_take_back, name="member_move_take_back"),
    path("members/<int:member_id>/line-manager/", views.member_line_manager, name="member_line_manager"),
    path("members/<int:member_id>/sign-in/", views.member_sign_in, name="member_sign_in"),
    path("members/<int:member_id>/leave/", views.member_leave, name="member_leave"),
    path("members/<int:member_id>/return/", views.member_return, name="member_return"),
    path("teams/", views.team_list, name="team_list"),
    path("teams/new/", views.team_add, name="team_add"),
    path("teams/<int:team_id>/", views.team_detail, name="team_detail"),
    path("teams/<int:team_id>/lead/", views.team_lead, name="team_lead"),
    path("regions/new/", views.region_add, name="region_add"),
    path("company/", views.company_settings, name="company_settings"),
    path("api/v1/me/", api.MeView.as_view(), name="api_me"),
    path("api/v1/members/", api.MemberListView.as_view(), name="api_member_list"),
    path("api/v1/members/<int:member_id>/", api.MemberView.as_view(), name="api_member_detail"),
    path("api/v1/teams/", api.TeamListView.as_view(), name="api_team_list"),
    path("api/v1/regions/", api.RegionListView.as_view(), name="api_region_list"),
]
