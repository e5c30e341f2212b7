"""Addresses of the scoring pages. The unit's side first, then the council's."""

from django.urls import path

from backend.scoring.views import acts, approval, card, desk, evidence, explanation

app_name = "scoring"

unit_side = [
    path("", desk.desk, name="desk"),
    path("scorecards/", card.scorecard_list, name="scorecard_list"),
    path("scorecards/<int:pk>/", card.scorecard, name="scorecard"),
    path("scorecards/<int:pk>/check/", card.check, name="check"),
    path("scorecards/<int:pk>/texts/", card.texts, name="texts"),
    path("scorecards/<int:pk>/leaves/<str:code>/", card.leaf, name="leaf"),
    path("scorecards/<int:pk>/leaves/<str:code>/clear/", card.clear, name="clear"),
    path("scorecards/<int:pk>/leaves/<str:code>/files/", evidence.add_file, name="add_file"),
    path("scorecards/<int:pk>/leaves/<str:code>/documents/", evidence.add_document, name="add_document"),
    path("scorecards/<int:pk>/evidence/<int:evidence_pk>/", evidence.evidence_file, name="evidence_file"),
    path("scorecards/<int:pk>/evidence/<int:evidence_pk>/remove/", evidence.remove, name="remove_evidence"),
    path("scorecards/<int:pk>/moves/<slug:name>/", acts.move, name="move"),
    path("approvals/", approval.approval_list, name="approval_list"),
    path("scorecards/<int:pk>/approval/", approval.approval, name="approval"),
    path("scorecards/<int:pk>/approval/approve/", approval.approve, name="approve"),
    path("scorecards/<int:pk>/approval/signed-copy/", approval.signed_copy, name="signed_copy"),
    path("scorecards/<int:pk>/approval/signed-copy/file/", evidence.signed_file, name="signed_file"),
    path("scorecards/<int:pk>/approval/delegations/", approval.delegate, name="delegate"),
    path(
        "scorecards/<int:pk>/approval/delegations/<int:delegation_pk>/revoke/",
        approval.revoke,
        name="revoke",
    ),
    path("scorecards/<int:pk>/explanation/", explanation.explanation, name="explanation"),
    path("scorecards/<int:pk>/explanation/<str:code>/", explanation.answer, name="answer"),
]

# The council's side: appraisal, conclusion, survey points, timeline.
council_side: list = []

urlpatterns = unit_side + council_side
