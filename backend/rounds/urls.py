"""Addresses of rounds, under /rounds/."""

from django.urls import path

from backend.rounds.views import councils, running, setup, sitting

app_name = "rounds"

urlpatterns = [
    path("", running.round_list, name="round_list"),
    path("add/", setup.round_add, name="round_add"),
    path("<int:pk>/", running.round_detail, name="round_detail"),
    path("<int:pk>/edit/", setup.round_edit, name="round_edit"),
    path("<int:pk>/sitting/", sitting.round_sitting, name="round_sitting"),
    path("<int:pk>/copy/", setup.round_copy, name="round_copy"),
    path("<int:pk>/steps/", setup.steps_edit, name="steps_edit"),
    path("<int:pk>/groups/add/", setup.group_add, name="group_add"),
    path("<int:pk>/council/", councils.council, name="council"),
    path("<int:pk>/council/form/", councils.council_form, name="council_form"),
    path("<int:pk>/council/presiding/", councils.hand_presiding, name="hand_presiding"),
    path("<int:pk>/conflicts/", councils.conflicts, name="conflict_list"),
    path("<int:pk>/conflicts/declare/", councils.declare_conflict, name="declare_conflict"),
    path(
        "<int:pk>/conflicts/<int:conflict_pk>/withdraw/",
        councils.withdraw_conflict,
        name="withdraw_conflict",
    ),
    path("groups/<int:pk>/edit/", setup.group_edit, name="group_edit"),
    path("groups/<int:pk>/remove/", setup.group_remove, name="group_remove"),
    path("groups/<int:pk>/bands/", setup.bands_edit, name="bands_edit"),
    path("steps/<int:pk>/dates/", running.step_dates, name="step_dates"),
    path("steps/<int:pk>/reminders/", running.step_reminders, name="step_reminders"),
    path("steps/<int:pk>/extend/", running.step_extend, name="step_extend"),
]
