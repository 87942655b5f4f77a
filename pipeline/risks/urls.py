from django.urls import path

from pipeline.risks import api, views

urlpatterns = [
    path("risks/", views.risk_board, name="risk_board"),
    path("risks/list/", views.risk_list, name="risk_list"),
    path("risks/new/", views.risk_enter, name="risk_enter"),
    path("risks/panel/", views.risk_home_panel, name="risk_home_panel"),
    path("risks/settings/", views.risk_settings, name="risk_settings"),
    path("risks/settings/<str:kind>/", views.risk_rule, name="risk_rule"),
    path("risks/<int:risk_id>/", views.risk_detail, name="risk_detail"),
    path("risks/<int:risk_id>/acknowledge/", views.risk_acknowledge, name="risk_acknowledge"),
    path("risks/<int:risk_id>/mitigate/", views.risk_mitigate, name="risk_mitigate"),
    path("risks/<int:risk_id>/close/", views.risk_close, name="risk_close"),
    path("risks/<int:risk_id>/mute/", views.risk_mute, name="risk_mute"),
    path("risks/<int:risk_id>/reopen/", views.risk_reopen, name="risk_reopen"),
    path("risks/<int:risk_id>/steps/", views.risk_step_add, name="risk_step_add"),
    path("risks/<int:risk_id>/steps/<int:step_id>/done/", views.risk_step_done, name="risk_step_done"),
    path("risks/<int:risk_id>/steps/<int:step_id>/remove/", views.risk_step_remove, name="risk_step_remove"),
    path("deals/<int:deal_id>/risks/", views.deal_risks, name="deal_risks"),
    path("customers/<int:customer_id>/risks/", views.customer_risks, name="customer_risks"),
    path("api/v1/risks/", api.RiskListView.as_view(), name="api_risk_list"),
    path("api/v1/risks/<int:risk_id>/", api.RiskView.as_view(), name="api_risk_detail"),
    path("api/v1/risks/<int:risk_id>/acknowledge/", api.RiskAcknowledgeView.as_view(), name="api_risk_acknowledge"),
    path("api/v1/risks/<int:risk_id>/mitigate/", api.RiskMitigateView.as_view(), name="api_risk_mitigate"),
    path("api/v1/risks/<int:risk_id>/close/", api.RiskCloseView.as_view(), name="api_risk_close"),
    path("api/v1/risks/<int:risk_id>/mute/", api.RiskMuteView.as_view(), name="api_risk_mute"),
    path("api/v1/risks/<int:risk_id>/reopen/", api.RiskReopenView.as_view(), name="api_risk_reopen"),
    path("api/v1/risks/<int:risk_id>/steps/", api.RiskStepListView.as_view(), name="api_risk_step_list"),
    path("api/v1/risks/<int:risk_id>/steps/<int:step_id>/", api.RiskStepView.as_view(), name="api_risk_step_detail"),
    path("api/v1/risk-settings/", api.RiskSettingListView.as_view(), name="api_risk_setting_list"),
    path("api/v1/risk-settings/<str:kind>/", api.RiskSettingView.as_view(), name="api_risk_setting_detail"),
]
