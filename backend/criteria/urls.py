"""Addresses of criteria sets, under /criteria/."""

from django.urls import path

from backend.criteria.views import consultations, nodes, responses, scopes, sets, sheets, versions, workshop

app_name = "criteria"

urlpatterns = [
    path("", sets.set_list, name="set_list"),
    path("add/", sets.set_add, name="set_add"),
    path("<int:pk>/", workshop.set_detail, name="set_detail"),
    path("<int:pk>/edit/", sets.set_edit, name="set_edit"),
    path("<int:pk>/publish/", versions.publish, name="publish"),
    path("<int:pk>/new-version/", versions.new_version, name="new_version"),
    path("<int:pk>/copy/", versions.set_copy, name="set_copy"),
    path("<int:pk>/follow/", versions.set_follow, name="set_follow"),
    path("<int:pk>/legal/", versions.legal_file, name="legal_file"),
    path("copy/", versions.copy_from, name="copy_from"),
    path("compare/", versions.compare, name="compare"),
    path("nodes/<int:pk>/open/", versions.node_open, name="node_open"),
    path("<int:pk>/discard/", sets.discard, name="discard"),
    path("<int:pk>/scopes/", scopes.set_scopes, name="set_scopes"),
    path("nodes/<int:pk>/scope/", scopes.node_scope, name="node_scope"),
    path("<int:pk>/sheet/", sheets.sheet_export, name="sheet_export"),
    path("import/", sheets.sheet_new, name="sheet_new"),
    path("import/apply/", sheets.sheet_new_apply, name="sheet_new_apply"),
    path("<int:pk>/import/", sheets.sheet_import, name="sheet_import"),
    path("<int:pk>/import/apply/", sheets.sheet_apply, name="sheet_apply"),
    path("<int:pk>/nodes/add/", nodes.node_add, name="node_add"),
    path("nodes/<int:pk>/edit/", nodes.node_edit, name="node_edit"),
    path("nodes/<int:pk>/move/", nodes.node_move, name="node_move"),
    path("<int:pk>/try/", workshop.rule_try, name="rule_try"),
    path("<int:pk>/undo/", workshop.undo, name="undo"),
    path("nodes/<int:pk>/split/", nodes.node_split, name="node_split"),
    path("nodes/<int:pk>/duplicate/", nodes.node_duplicate, name="node_duplicate"),
    path("nodes/<int:pk>/delete/", nodes.node_delete, name="node_delete"),
    path("<int:pk>/consultation/", consultations.consultation_open, name="consultation_open"),
    path("consultations/<int:pk>/", consultations.consultation, name="consultation"),
    path(
        "consultations/<int:pk>/deadline/", consultations.consultation_deadline, name="consultation_deadline"
    ),
    path("consultations/<int:pk>/end/", consultations.consultation_end, name="consultation_end"),
    path("consultations/<int:pk>/remind/", consultations.consultation_remind, name="consultation_remind"),
    path(
        "consultations/<int:pk>/table.<str:kind>", consultations.consultation_file, name="consultation_file"
    ),
    path("opinions/<int:pk>/answer/", consultations.opinion_answer, name="opinion_answer"),
    path("responses/<int:pk>/", responses.response, name="response"),
    path("responses/<int:pk>/whole/", responses.response_write, name="response_whole"),
    path("responses/<int:pk>/nodes/<int:node>/", responses.response_write, name="response_node"),
    path(
        "responses/<int:pk>/opinions/<int:opinion>/remove/", responses.response_remove, name="response_remove"
    ),
    path("responses/<int:pk>/agree/", responses.response_agree, name="response_agree"),
    path("responses/<int:pk>/move/<str:name>/", responses.response_move, name="response_move"),
]
