"""Addresses below `/t/<tenant>/`."""

from django.urls import URLPattern, URLResolver, path

from incentives.estimates import api as estimates_api
from incentives.estimates import views as estimates
from incentives.home import views as home
from incentives.payouts import api as payouts_api
from incentives.payouts import views as payouts
from incentives.plans import api as plans_api
from incentives.plans import views as plans
from incentives.statements import api as statements_api
from incentives.statements import views as statements

urlpatterns: list[URLPattern | URLResolver] = [
    path("deals/<int:deal_id>/pay/", estimates.pay_panel, name="deal_pay"),
    path("deals/<int:deal_id>/pay/card/", estimates.pay_card, name="deal_pay_card"),
    path("api/v1/deals/<int:deal_id>/pay/", estimates_api.DealPay.as_view(), name="api_deal_pay"),
    path("home/my-pay/", home.my_pay_panel, name="home_my_pay"),
    path("home/payouts/", home.payouts_panel, name="home_payouts"),
    path("home/cost/", home.cost_panel, name="home_cost"),
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/new/", plans.plan_create, name="plan_create"),
    path("plans/<int:plan_id>/", plans.plan_detail, name="plan_detail"),
    path("plans/<int:plan_id>/versions/new/", plans.plan_add_version, name="plan_add_version"),
    path("plans/<int:plan_id>/assign/", plans.plan_assign, name="plan_assign"),
    path("plans/<int:plan_id>/compare/", plans.plan_compare, name="plan_compare"),
    path("plans/assignments/<int:assignment_id>/end/", plans.plan_assignment_end, name="plan_assignment_end"),
    path("payouts/", payouts.payout_list, name="payout_list"),
    path("payouts/recompute/", payouts.payout_recompute, name="payout_recompute"),
    path("payouts/<str:month>/", payouts.payout_detail, name="payout_detail"),
    path("payouts/<str:month>/submit/", payouts.payout_submit, name="payout_submit"),
    path("payouts/<str:month>/approve/", payouts.payout_approve, name="payout_approve"),
    path("payouts/<str:month>/send-back/", payouts.payout_send_back, name="payout_send_back"),
    path("payouts/<str:month>/payouts.<str:format>", payouts.payout_export, name="payout_export"),
    path("statements/mine/", statements.statement_mine, name="statement_mine"),
    path("statements/<int:member_id>/<str:month>/", statements.statement_detail, name="statement_detail"),
    path("api/v1/plans/", plans_api.PlanList.as_view(), name="api_plan_list"),
    path("api/v1/plans/<int:plan_id>/", plans_api.PlanDetail.as_view(), name="api_plan_detail"),
    path("api/v1/plans/<int:plan_id>/versions/", plans_api.PlanVersionList.as_view(), name="api_plan_version_list"),
    path("api/v1/payouts/", payouts_api.PayoutList.as_view(), name="api_payout_list"),
    path("api/v1/payouts/<str:month>/", payouts_api.PayoutDetail.as_view(), name="api_payout_detail"),
    path("api/v1/payouts/<str:month>/submit/", payouts_api.PayoutSubmit.as_view(), name="api_payout_submit"),
    path("api/v1/payouts/<str:month>/approve/", payouts_api.PayoutApprove.as_view(), name="api_payout_approve"),
    path("api/v1/payouts/<str:month>/send-back/", payouts_api.PayoutSendBack.as_view(), name="api_payout_send_back"),
    path("api/v1/statements/", statements_api.StatementList.as_view(), name="api_statement_list"),
    path(
        "api/v1/statements/<int:statement_id>/", statements_api.StatementDetail.as_view(), name="api_statement_detail"
    ),
]
