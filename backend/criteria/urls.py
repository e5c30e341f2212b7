"""Addresses of criteria sets, under /criteria/."""

from django.urls import path

from backend.criteria.views import nodes, scopes, sets, workshop

app_name = "criteria"

urlpatterns = [
    path("", sets.set_list, name="set_list"),
    path("add/", sets.set_add, name="set_add"),
    path("<int:pk>/", workshop.set_detail, name="set_detail"),
    path("<int:pk>/edit/", sets.set_edit, name="set_edit"),
    path("<int:pk>/publish/", sets.publish, name="publish"),
    path("<int:pk>/new-version/", sets.new_version, name="new_version"),
    path("<int:pk>/copy/", sets.set_copy, name="set_copy"),
    path("<int:pk>/discard/", sets.discard, name="discard"),
    path("<int:pk>/scopes/", scopes.set_scopes, name="set_scopes"),
    path("nodes/<int:pk>/scope/", scopes.node_scope, name="node_scope"),
    path("<int:pk>/nodes/add/", nodes.node_add, name="node_add"),
    path("nodes/<int:pk>/edit/", nodes.node_edit, name="node_edit"),
    path("nodes/<int:pk>/move/", nodes.node_move, name="node_move"),
    path("<int:pk>/try/", workshop.rule_try, name="rule_try"),
    path("<int:pk>/undo/", workshop.undo, name="undo"),
    path("nodes/<int:pk>/split/", nodes.node_split, name="node_split"),
    path("nodes/<int:pk>/duplicate/", nodes.node_duplicate, name="node_duplicate"),
    path("nodes/<int:pk>/delete/", nodes.node_delete, name="node_delete"),
]
