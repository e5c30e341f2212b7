"""Addresses of the scoring pages. The unit's side first, then the library, then the council's."""

from django.urls import path

from backend.scoring.views import (
    acts,
    appraisal,
    approval,
    card,
    check,
    conclusion,
    deductions,
    desk,
    evidence,
    explanation,
    intake,
    lending,
    library,
    own_council,
    placing,
    progress,
    remarks,
    reminding,
    reusing,
    review,
    sharing,
    survey,
    timeline,
    viewing,
)

app_name = "scoring"

unit_side = [
    path("", desk.desk, name="desk"),
    path("scorecards/", card.scorecard_list, name="scorecard_list"),
    path("scorecards/<int:pk>/", card.scorecard, name="scorecard"),
    path("scorecards/<int:pk>/check/", check.check, name="check"),
    path("scorecards/<int:pk>/texts/", card.texts, name="texts"),
    path("scorecards/<int:pk>/leaves/<str:code>/", card.leaf, name="leaf"),
    path("scorecards/<int:pk>/leaves/<str:code>/try/", card.try_leaf, name="try_leaf"),
    path("scorecards/<int:pk>/leaves/<str:code>/clear/", card.clear, name="clear"),
    path("scorecards/<int:pk>/leaves/<str:code>/files/", evidence.add_file, name="add_file"),
    path("scorecards/<int:pk>/leaves/<str:code>/documents/", evidence.add_document, name="add_document"),
    path("scorecards/<int:pk>/evidence/<int:evidence_pk>/", evidence.evidence_file, name="evidence_file"),
    path("scorecards/<int:pk>/evidence/<int:evidence_pk>/remove/", evidence.remove, name="remove_evidence"),
    path("scorecards/<int:pk>/evidence/<int:evidence_pk>/replace/", placing.replace, name="replace_evidence"),
    path("scorecards/<int:pk>/evidence/<int:evidence_pk>/mend/", placing.mend, name="mend_evidence"),
    path("scorecards/<int:pk>/evidence/<int:evidence_pk>/attach/", placing.attach, name="attach_evidence"),
    path("scorecards/<int:pk>/leaves/<str:code>/photos/", placing.add_photos, name="add_photos"),
    path("scorecards/<int:pk>/intake/", intake.intake, name="intake"),
    path("scorecards/<int:pk>/intake/place/", intake.place, name="place_files"),
    path("scorecards/<int:pk>/intake/<int:upload_pk>/file/", intake.upload_file, name="upload_file"),
    path("scorecards/<int:pk>/intake/<int:upload_pk>/throw/", intake.throw, name="throw_upload"),
    path("scorecards/<int:pk>/moves/<slug:name>/", acts.move, name="move"),
    path("approvals/", approval.approval_list, name="approval_list"),
    path("scorecards/<int:pk>/approval/", approval.approval, name="approval"),
    path("scorecards/<int:pk>/approval/look/", review.look, name="look"),
    path("scorecards/<int:pk>/approval/leaves/<str:code>/", review.approval_leaf, name="approval_leaf"),
    path("scorecards/<int:pk>/approval/leaves/<str:code>/seen/", review.see_leaf, name="see_leaf"),
    path("scorecards/<int:pk>/approval/leaves/<str:code>/return/", review.note_return, name="note_return"),
    path("scorecards/<int:pk>/leaves/<str:code>/returned/", review.answer_return, name="answer_return"),
    path("scorecards/<int:pk>/approval/approve/", approval.approve, name="approve"),
    path("scorecards/<int:pk>/approval/signed-copy/", approval.signed_copy, name="signed_copy"),
    path("scorecards/<int:pk>/approval/signed-copy/file/", evidence.signed_file, name="signed_file"),
    path("scorecards/<int:pk>/approval/delegations/", lending.delegate, name="delegate"),
    path(
        "scorecards/<int:pk>/approval/delegations/<int:delegation_pk>/revoke/",
        lending.revoke,
        name="revoke",
    ),
    path("scorecards/<int:pk>/explanation/", explanation.explanation, name="explanation"),
    path("scorecards/<int:pk>/explanation/<str:code>/", explanation.answer, name="answer"),
]

# The evidence of a card, for its unit and as far as it may be seen for the council.
library_side = [
    path("scorecards/<int:pk>/library/", library.library, name="library"),
    path("scorecards/<int:pk>/library/missing/", library.missing_sheet, name="missing_sheet"),
    path("scorecards/<int:pk>/library/bundles/", library.ask_bundle, name="ask_bundle"),
    path("scorecards/<int:pk>/library/bundles/<int:bundle_pk>/", library.bundle, name="bundle"),
    path(
        "scorecards/<int:pk>/library/bundles/<int:bundle_pk>/file/", library.bundle_file, name="bundle_file"
    ),
    path("scorecards/<int:pk>/library/reuse/", reusing.reuse, name="reuse"),
    path("scorecards/<int:pk>/evidence/<int:evidence_pk>/view/", viewing.evidence_view, name="evidence_view"),
    path(
        "scorecards/<int:pk>/evidence/<int:evidence_pk>/preview/",
        viewing.evidence_preview,
        name="evidence_preview",
    ),
]

# What the unit's people share among themselves: assignments, remarks, the unit's own council.
inside = [
    path("scorecards/<int:pk>/sharing/", sharing.sharing, name="sharing"),
    path("scorecards/<int:pk>/sharing/assign/", sharing.assign, name="assign"),
    path("scorecards/<int:pk>/sharing/unassign/", sharing.unassign, name="unassign"),
    path("scorecards/<int:pk>/sharing/copy/", sharing.copy, name="copy_assignments"),
    path("scorecards/<int:pk>/divisions/", sharing.divisions, name="divisions"),
    path("scorecards/<int:pk>/divisions/<int:division_pk>/", sharing.division, name="division"),
    path("scorecards/<int:pk>/leaves/<str:code>/remarks/", remarks.add_remark, name="add_remark"),
    path("scorecards/<int:pk>/leaves/<str:code>/remarks/read/", remarks.read_remarks, name="read_remarks"),
    path(
        "scorecards/<int:pk>/remarks/<int:remark_pk>/withdraw/",
        remarks.withdraw_remark,
        name="withdraw_remark",
    ),
    path("scorecards/<int:pk>/own-council/", own_council.own_council, name="own_council"),
    path("scorecards/<int:pk>/own-council/form/", own_council.form_council, name="form_council"),
    path("scorecards/<int:pk>/own-council/dismiss/", own_council.dismiss_council, name="dismiss_council"),
    path("scorecards/<int:pk>/own-council/agree/", own_council.agree_with_rest, name="agree_with_rest"),
    path("scorecards/<int:pk>/own-council/leaves/<str:code>/opinion/", own_council.opine, name="opine"),
]

# The council's side: appraisal, conclusion, survey points, timeline.
council_side = [
    path("appraisals/", appraisal.appraisal_list, name="appraisal_list"),
    path("appraisals/<int:pk>/", appraisal.appraisal, name="appraisal"),
    path("appraisals/<int:pk>/agree/", appraisal.agree, name="agree"),
    path("appraisals/<int:pk>/ask-cuts/", appraisal.ask_cuts, name="ask_cuts"),
    path("appraisals/<int:pk>/leaves/<str:code>/points/", appraisal.mark, name="mark"),
    path("appraisals/<int:pk>/leaves/<str:code>/question/", appraisal.ask, name="ask"),
    path("appraisals/<int:pk>/leaves/<str:code>/not-arisen/", appraisal.not_arisen, name="not_arisen"),
    path("appraisals/<int:pk>/leaves/<str:code>/<slug:act>/", appraisal.on_leaf, name="on_leaf"),
    path("conclusions/", conclusion.conclusion_list, name="conclusion_list"),
    path("conclusions/<int:pk>/", conclusion.conclusion, name="conclusion"),
    path("conclusions/<int:pk>/conclude/", conclusion.conclude, name="conclude"),
    path("conclusions/<int:pk>/leaves/<str:code>/points/", conclusion.decide, name="decide"),
    path("conclusions/<int:pk>/deductions/", deductions.deduct, name="deduct"),
    path(
        "conclusions/<int:pk>/deductions/<int:deduction_pk>/withdraw/",
        deductions.withdraw,
        name="withdraw_deduction",
    ),
    path("rounds/<int:pk>/progress/", progress.round_progress, name="round_progress"),
    path("rounds/<int:pk>/open/", progress.open_round, name="open_round"),
    path("rounds/<int:pk>/end-step/", progress.end_step, name="end_step"),
    path("rounds/<int:pk>/remind/", reminding.remind, name="remind"),
    path("rounds/<int:pk>/reminders/", reminding.reminder_list, name="reminder_list"),
    path("rounds/<int:pk>/reminders/<int:letter_pk>/resend/", reminding.resend_letter, name="resend_letter"),
    path("rounds/<int:pk>/more-time/", reminding.more_time, name="more_time"),
    path("rounds/<int:pk>/survey/", survey.survey, name="survey"),
    path("rounds/<int:pk>/survey/template/", survey.survey_template, name="survey_template"),
    path("rounds/<int:pk>/survey/import/", survey.survey_import, name="survey_import"),
    path("rounds/<int:pk>/survey/confirm/", survey.survey_confirm, name="survey_confirm"),
    path("scorecards/<int:pk>/leaves/<str:code>/history/", timeline.timeline, name="timeline"),
    path("scorecards/<int:pk>/proof/", timeline.proof, name="proof"),
    path("history/", timeline.history, name="history"),
]

urlpatterns = unit_side + library_side + inside + council_side
