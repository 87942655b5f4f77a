"""Who gets what answer at every address of the site: one line for each, held complete by test_url_matrix.py.

Below `/t/<tenant>/` the columns are Acme's admin (ada, an executive as well), executive (eve), manager (max), a rep of
his (rob), a rep of the other team (sam) and HR (hana). The row that an address names belongs to rob, or is rob
(url_objects.py). Somebody who is not signed in is sent to the sign-in page (302) or, at the API, told so (401); a
member of another company gets 404, the same bytes as for anything.

The first method is the one that is tried, with an empty form; the others are allowed, and no further one is.
"""

from __future__ import annotations

from dataclasses import dataclass

MEMBERS = ("ada", "eve", "max", "rob", "sam", "hana")

#   name                    methods       admin exec  mgr   rep   other HR
INSIDE = """
    tenant_home             GET           200   200   200   200   200   200
    home_waiting            GET           200   200   200   200   200   200
    home_night              GET           200   200   403   403   403   200
    navigation_counts       GET           200   200   200   200   200   200
    search                  GET           200   200   200   200   200   200
    member_list             GET           200   200   200   200   200   200
    member_add              GET,POST      200   403   403   403   403   403
    member_detail           GET           200   200   200   200   200   200
    member_edit             GET,POST      200   403   403   403   403   403
    member_move             GET,POST      200   403   403   403   403   403
    member_move_take_back   POST          303   403   403   403   403   403
    member_line_manager     GET,POST      200   403   403   403   403   403
    member_sign_in          GET,POST      200   403   403   403   403   403
    member_leave            GET,POST      200   403   403   403   403   403
    member_return           POST          303   403   403   403   403   403
    team_list               GET           200   200   200   200   200   200
    team_add                GET,POST      200   403   403   403   403   403
    team_detail             GET           200   200   200   200   200   200
    team_lead               GET,POST      200   403   403   403   403   403
    region_add              GET,POST      200   403   403   403   403   403
    company_settings        GET,POST      200   403   403   403   403   403
    audit_log               GET           200   403   403   403   403   403
    invitation_list         GET           200   403   403   403   403   403
    invitation_create_many  GET,POST      200   403   403   403   403   403
    invitation_resend       POST          303   403   403   403   403   403
    invitation_revoke       POST          303   403   403   403   403   403
    api_invitation_list     GET,POST      200   403   403   403   403   403
    api_invitation_detail   GET           200   403   403   403   403   403
    api_invitation_resend   POST          428   403   403   403   403   403
    api_invitation_revoke   POST          428   403   403   403   403   403
    inbox                   GET           200   200   200   200   200   200
    inbox_read              POST          303   303   303   303   303   303
    notification_open       POST          404   404   404   303   404   404
    mail_list               GET           200   403   403   403   403   403
    mail_send_again         POST          303   403   403   403   403   403
    preferences             GET,POST      200   200   200   200   200   200
    preferences_told        POST          303   303   303   303   303   303
    preferences_sign_out    POST          303   303   303   303   303   303
    api_notification_list   GET           200   200   200   200   200   200
    api_notification_read   POST          404   404   404   200   404   404
    api_notification_read_all POST        200   200   200   200   200   200
    api_preferences         GET,PUT       200   200   200   200   200   200
    api_token_list          GET,POST      200   200   200   200   200   200
    api_token_revoke        POST          303   404   404   303   404   404
    api_tokens              GET           200   200   200   200   200   200
    api_tokens_revoke       POST          204   404   404   204   404   404
    night_list              GET           200   200   403   403   403   200
    job_progress            GET           200   200   404   200   404   404
    job_run_again           POST          303   403   403   403   403   403
    api_me                  GET           200   200   200   200   200   200
    api_member_list         GET,POST      200   200   200   200   200   200
    api_member_detail       GET,PUT       200   200   200   200   200   200
    api_team_list           GET           200   200   200   200   200   200
    api_region_list         GET           200   200   200   200   200   200
    api_job_list            GET           200   200   200   200   200   200
    api_job_detail          GET           200   200   404   200   404   404
    deal_list               GET           200   200   200   200   200   200
    deal_board              GET           200   200   200   200   200   200
    deal_board_lane         GET           200   200   200   200   200   200
    deal_create             GET,POST      200   200   200   200   200   403
    deal_detail             GET           200   200   200   200   404   200
    deal_changes            GET           200   200   200   200   404   200
    deal_edit               GET,POST      200   200   200   200   404   403
    deal_lines              GET,POST      200   200   200   200   404   403
    deal_splits             GET,POST      200   200   200   200   404   403
    deal_move               POST          303   303   303   303   404   403
    deal_win                GET,POST      200   200   200   200   404   403
    deal_lose               GET,POST      200   200   200   200   404   403
    deal_reopen             GET,POST      200   200   200   200   404   403
    stage_list              GET           200   200   403   403   403   403
    stage_create            GET,POST      200   200   403   403   403   403
    stage_edit              GET,POST      200   200   403   403   403   403
    stage_move              POST          303   303   403   403   403   403
    stage_remove            GET,POST      200   200   403   403   403   403
    customer_list           GET           200   200   200   200   200   200
    customer_create         GET,POST      200   200   200   200   200   403
    customer_options        GET           200   200   200   200   200   200
    customer_detail         GET           200   200   200   200   404   200
    customer_edit           GET,POST      200   200   200   200   404   403
    customer_timeline       GET           200   200   200   200   404   200
    customer_log            GET,POST      200   200   200   200   404   403
    customer_next_step      GET,POST      200   200   200   200   404   403
    customer_next_step_banner GET         200   200   200   200   404   200
    customer_next_step_done POST          303   303   303   303   404   403
    contact_add             GET,POST      200   200   200   200   404   403
    contact_edit            GET,POST      200   200   200   200   404   403
    deal_contacts           GET           200   200   200   200   404   200
    deal_contact_name       POST          422   422   422   422   404   403
    deal_contact_remove     POST          303   303   303   303   404   403
    activity_list           GET           200   200   200   200   200   200
    activity_edit           GET,POST      200   200   200   200   404   403
    activity_delete         POST          303   303   303   303   404   403
    deal_log                GET,POST      200   200   200   200   404   403
    deal_activities         GET           200   200   200   200   404   200
    task_list               GET           200   200   200   200   200   200
    task_create             GET,POST      200   200   200   200   200   200
    task_edit               GET,POST      200   200   200   200   404   404
    task_done               POST          303   303   303   303   404   404
    task_reopen             POST          303   303   303   303   404   404
    my_day                  GET           200   200   200   200   200   200
    product_list            GET           200   200   200   200   200   200
    product_create          GET,POST      200   200   403   403   403   403
    product_edit            GET,POST      200   200   403   403   403   403
    credit_list             GET           200   200   200   200   200   200
    import_list             GET           200   200   403   403   403   403
    import_create           GET,POST      200   200   403   403   403   403
    import_detail           GET           200   200   403   403   403   403
    import_start            POST          303   303   403   403   403   403
    import_discard          POST          303   303   403   403   403   403
    api_deal_list           GET,POST      200   200   200   200   200   200
    api_deal_detail         GET,PATCH     200   200   200   200   404   200
    api_deal_lines          GET,PUT       200   200   200   200   404   200
    api_deal_splits         GET,PUT       200   200   200   200   404   200
    api_deal_move           POST          428   428   428   428   404   403
    api_deal_win            POST          428   428   428   428   404   403
    api_deal_lose           POST          428   428   428   428   404   403
    api_deal_reopen         POST          428   428   428   428   404   403
    api_stage_list          GET,POST      200   200   200   200   200   200
    api_stage_order         PUT           400   400   403   403   403   403
    api_stage_detail        GET,PUT,DELETE 200  200   200   200   200   200
    api_customer_list       GET,POST      200   200   200   200   200   200
    api_customer_detail     GET,PATCH     200   200   200   200   404   200
    api_customer_owner_list GET           200   200   200   200   404   200
    api_customer_timeline   GET           200   200   200   200   404   200
    api_customer_next_step  GET,PUT       200   200   200   200   404   200
    api_customer_contact_list POST        400   400   400   400   404   403
    api_contact_list        GET           200   200   200   200   200   200
    api_contact_detail      GET,PATCH     200   200   200   200   404   200
    api_activity_list       GET,POST      200   200   200   200   200   200
    api_activity_detail     GET,PATCH,DELETE 200 200  200   200   404   200
    api_task_list           GET,POST      200   200   200   200   200   200
    api_task_detail         GET,PATCH     200   200   200   200   404   404
    api_task_done           POST          200   200   200   200   404   404
    api_task_reopen         POST          200   200   200   200   404   404
    api_product_list        GET,POST      200   200   200   200   200   200
    api_product_detail      GET,PUT       200   200   200   200   200   200
    api_credit_list         GET           200   200   200   200   200   200
    api_import_list         GET           200   200   403   403   403   403
    api_import_detail       GET           200   200   403   403   403   403
    visit_list              GET           200   200   200   200   200   200
    visit_today             GET           200   200   200   200   200   403
    visits_today_panel      GET           200   200   200   200   200   403
    visit_log               GET,POST      200   200   200   200   200   403
    visit_plan              GET,POST      200   200   200   200   200   403
    visit_worker            GET           200   200   200   200   200   403
    visit_detail            GET,POST      200   200   200   200   404   200
    visit_change            GET,POST      200   200   200   200   404   403
    visit_cancel            GET,POST      200   200   200   200   404   403
    customer_visits_panel   GET           200   200   200   200   404   200
    deal_visits_panel       GET           200   200   200   200   404   200
    api_visit_list          GET,POST      200   200   200   200   200   200
    api_visit_kept          PUT           422   422   422   422   422   403
    api_visit_detail        GET,PATCH     200   200   200   200   404   200
    api_visit_check_in      POST          428   428   428   428   404   403
    api_visit_finish        POST          428   428   428   428   404   403
    api_visit_cancel        POST          428   428   428   428   404   403
    risk_board              GET           200   200   200   200   200   403
    risk_list               GET           200   200   200   200   200   403
    risk_enter              GET,POST      200   200   200   200   200   403
    risk_home_panel         GET           200   200   200   200   200   403
    risk_settings           GET           200   200   403   403   403   403
    risk_rule               GET,POST      200   200   403   403   403   403
    risk_detail             GET           200   200   200   200   404   403
    risk_acknowledge        POST          303   303   303   303   404   403
    risk_mitigate           POST          303   303   303   303   404   403
    risk_reopen             POST          303   303   303   303   404   403
    risk_close              GET,POST      200   200   200   200   404   403
    risk_mute               GET,POST      200   200   200   200   404   403
    risk_step_add           POST          422   422   422   422   404   403
    risk_step_done          POST          303   303   303   303   404   403
    risk_step_remove        POST          303   303   303   303   404   403
    deal_risks              GET           200   200   200   200   404   403
    customer_risks          GET           200   200   200   200   404   403
    api_risk_list           GET,POST      200   200   200   200   200   403
    api_risk_detail         GET           200   200   200   200   404   403
    api_risk_acknowledge    POST          428   428   428   428   404   403
    api_risk_mitigate       POST          428   428   428   428   404   403
    api_risk_close          POST          428   428   428   428   404   403
    api_risk_mute           POST          428   428   428   428   404   403
    api_risk_reopen         POST          428   428   428   428   404   403
    api_risk_step_list      GET,POST      200   200   200   200   404   403
    api_risk_step_detail    PUT,DELETE    200   200   200   200   404   403
    api_risk_setting_list   GET           200   200   403   403   403   403
    api_risk_setting_detail GET,PUT       200   200   403   403   403   403
    handover_list           GET           200   200   200   200   200   200
    handover_create         GET,POST      200   200   200   403   403   403
    handover_detail         GET           200   200   200   200   404   200
    member_handovers        GET           200   200   200   403   403   403
    handover_approve        POST          303   303   303   403   403   403
    handover_cancel         POST          303   303   303   403   403   403
    api_handover_list       GET,POST      200   200   200   200   200   200
    api_handover_detail     GET           200   200   200   200   404   200
    api_handover_approve    POST          428   428   428   403   403   403
    api_handover_cancel     POST          428   428   428   403   403   403
    target_list             GET           200   200   200   200   200   200
    target_set              GET,POST      200   200   403   403   403   403
    target_cascade          GET           200   200   404   404   404   200
    target_edit             POST          422   422   403   403   403   403
    target_split            POST          422   422   403   403   403   403
    target_split_below      POST          422   422   403   403   403   403
    target_place            POST          422   422   403   403   403   403
    target_lock             POST          422   422   403   403   403   403
    target_submit           POST          422   422   403   403   403   403
    target_send_back        POST          422   422   403   403   403   403
    target_approve          POST          422   422   403   403   403   403
    target_new_version      POST          422   422   403   403   403   403
    target_discard          POST          303   303   403   403   403   403
    api_target_list         GET,POST      200   200   200   200   200   200
    api_target_detail       GET           200   200   404   404   404   200
    api_target_split        POST          428   428   403   403   403   403
    api_target_submit       POST          428   428   403   403   403   403
    api_target_approve      POST          428   428   403   403   403   403
    attainment              GET           200   200   200   200   200   200
    home_standing           GET           200   200   200   200   200   200
    home_pace               GET           200   200   200   200   200   200
    home_team               GET           200   200   200   200   200   200
    home_regions            GET           200   200   200   200   200   200
    home_forecast           GET           200   200   200   200   200   200
    api_target_attainment   GET           200   200   404   404   404   200
    deal_pay                GET           200   200   200   200   404   200
    deal_pay_card           GET           200   200   200   200   404   200
    api_deal_pay            GET           422   422   422   422   404   422
    home_my_pay             GET           200   200   200   200   200   200
    home_payouts            GET           200   200   403   403   403   200
    home_cost               GET           200   200   403   403   403   200
    plan_list               GET           200   200   200   200   200   200
    plan_create             GET,POST      200   200   403   403   403   200
    plan_detail             GET           200   200   200   200   200   200
    plan_add_version        GET,POST      200   200   403   403   403   200
    plan_assign             GET,POST      200   200   403   403   403   200
    plan_compare            GET           200   200   200   200   200   200
    plan_assignment_end     GET,POST      200   200   403   403   403   200
    payout_list             GET           200   200   403   403   403   200
    payout_recompute        POST          403   403   403   403   403   303
    payout_detail           GET           200   200   403   403   403   200
    payout_submit           POST          403   403   403   403   403   303
    payout_approve          POST          303   303   403   403   403   303
    payout_send_back        POST          303   303   403   403   403   303
    payout_export           GET           200   200   403   403   403   200
    statement_mine          GET           200   200   200   200   200   200
    statement_detail        GET           200   200   404   200   404   200
    api_plan_list           GET,POST      200   200   200   200   200   200
    api_plan_detail         GET           200   200   200   200   200   200
    api_plan_version_list   POST          422   422   403   403   403   422
    api_payout_list         GET           200   200   403   403   403   200
    api_payout_detail       GET           200   200   403   403   403   200
    api_payout_submit       POST          403   403   403   403   403   422
    api_payout_approve      POST          422   422   403   403   403   422
    api_payout_send_back    POST          200   200   403   403   403   200
    api_statement_list      GET           200   200   200   200   200   200
    api_statement_detail    GET           200   200   404   200   404   200
    kpi_list                GET           200   200   200   200   200   200
    kpi_create              GET,POST      200   200   403   403   403   200
    kpi_edit                GET,POST      200   200   403   403   403   200
    scorecard_list          GET           200   200   200   200   200   200
    scorecard_create        GET,POST      200   200   403   403   403   200
    scorecard_detail        GET           200   200   200   200   200   200
    scorecard_edit          GET,POST      200   200   403   403   403   200
    review_mine             GET           200   200   200   200   200   200
    reviews_panel           GET           200   200   200   200   200   200
    review_cycle_list       GET           200   200   200   200   200   200
    review_cycle_create     GET,POST      200   200   403   403   403   200
    review_cycle            GET           200   200   200   200   200   200
    review_cycle_deadlines  GET,POST      200   200   403   403   403   200
    review_detail           GET           200   200   200   200   404   200
    review_self             POST          422   422   422   422   404   422
    review_manager          POST          422   422   422   422   404   422
    review_sign             POST          422   422   422   422   404   422
    review_reopen           GET,POST      403   403   403   403   403   200
    review_close            GET,POST      403   403   403   403   403   200
    review_reviewer         GET,POST      403   403   403   403   403   200
    api_kpi_list            GET,POST      200   200   200   200   200   200
    api_kpi_detail          GET,PATCH     200   200   200   200   200   200
    api_scorecard_list      GET,POST      200   200   200   200   200   200
    api_scorecard_detail    GET,PUT       200   200   200   200   200   200
    api_review_cycle_list   GET,POST      200   200   200   200   200   200
    api_review_cycle_detail GET,PATCH     200   200   200   200   200   200
    api_review_list         GET           200   200   200   200   200   200
    api_review_detail       GET           200   200   200   200   404   200
    api_review_self         POST          428   428   428   428   404   428
    api_review_manager      POST          428   428   428   428   404   428
    api_review_sign         POST          428   428   428   428   404   428
    api_review_reopen       POST          403   403   403   403   403   428
    feedback_list           GET           200   200   200   200   200   200
    feedback_create         GET,POST      200   200   200   200   200   403
    feedback_trends         GET           200   200   200   200   200   200
    feedback_response_times GET,POST      200   403   403   403   403   403
    feedback_panel          GET           200   200   200   200   200   200
    feedback_detail         GET           200   200   200   200   404   200
    feedback_edit           GET,POST      200   200   200   200   404   403
    feedback_answer         GET,POST      200   200   200   200   404   403
    feedback_resolve        GET,POST      200   200   200   200   404   403
    feedback_reopen         GET,POST      200   200   200   200   404   403
    feedback_rate           GET,POST      200   200   200   200   404   403
    feedback_severity       GET,POST      200   200   200   200   404   403
    feedback_assign         GET,POST      200   200   200   200   404   403
    feedback_customer_panel GET           200   200   200   200   404   200
    feedback_deal_panel     GET           200   200   200   200   404   200
    api_feedback_list       GET,POST      200   200   200   200   200   200
    api_feedback_detail     GET,PATCH     200   200   200   200   404   200
    api_feedback_answer     POST          428   428   428   428   404   403
    api_feedback_resolve    POST          428   428   428   428   404   403
    api_feedback_reopen     POST          428   428   428   428   404   403
    api_feedback_rate       POST          428   428   428   428   404   403
    api_feedback_severity   POST          428   428   428   428   404   403
    api_feedback_assign     POST          428   428   428   428   404   403
"""

#   name                                  methods    anonymous  signed in
OUTSIDE = """
    alive                                 GET        200        200
    ready                                 GET        200        200
    api_schema                            GET        200        200
    api_docs                              GET        200        200
    home                                  GET        200        303
    sign_up                               GET,POST   200        200
    invitation                            GET,POST   404        404
    set_language                          POST       303        303
    set_theme                             POST       303        303
    account_login                         GET,POST   200        302
    account_logout                        GET,POST   302        200
    account_inactive                      GET        200        200
    account_reauthenticate                GET,POST   302        200
    account_change_password               GET,POST   302        200
    account_set_password                  GET,POST   302        302
    account_reset_password                GET,POST   200        200
    account_reset_password_done           GET        200        200
    account_reset_password_from_key       GET,POST   200        200
    account_reset_password_from_key_done  GET        200        200
    account_email_verification_sent       GET        200        200
    account_confirm_email                 GET,POST   200        200
    account_signup                        GET        302        302
    mfa_index                             GET        302        200
    mfa_authenticate                      GET,POST   302        302
    mfa_reauthenticate                    GET,POST   302        302
    mfa_activate_totp                     GET,POST   302        302
    mfa_deactivate_totp                   GET,POST   302        404
    mfa_view_recovery_codes               GET        302        404
    mfa_generate_recovery_codes           GET,POST   302        302
    mfa_download_recovery_codes           GET        302        404
    mfa_list_webauthn                     GET        302        200
    mfa_add_webauthn                      GET,POST   302        302
    mfa_login_webauthn                    GET,POST   302        302
    mfa_reauthenticate_webauthn           GET,POST   302        302
    mfa_edit_webauthn                     GET,POST   302        302
    mfa_remove_webauthn                   GET,POST   302        302
    usersessions_list                     GET,POST   302        200
"""


@dataclass(frozen=True)
class Line:
    name: str
    methods: tuple[str, ...]
    statuses: tuple[int, ...]


def read(table: str) -> list[Line]:
    rows = (line.split() for line in table.strip().splitlines())
    return [Line(name, tuple(methods.split(",")), tuple(map(int, statuses))) for name, methods, *statuses in rows]
