"""Addresses of what was published, under /published/: the host's code, the year, the unit's code."""

from django.urls import path

from reports.public import files, views

app_name = "public"
_OF = "<str:host>/<int:year>/"

urlpatterns = [
    path("", views.round_list, name="round_list"),
    path(_OF, views.ranking, name="ranking"),
    path(f"{_OF}versions/<int:version>/", views.version, name="version"),
    path(f"{_OF}units/<str:code>/", views.unit, name="unit"),
    path(f"{_OF}method/", views.method, name="method"),
    path(f"{_OF}all/", views.over_all, name="over_all"),
    path(f"{_OF}groups/<int:number>/<str:code>/", views.by_part, name="by_part"),
    path(f"{_OF}conference/<int:shown>/", views.conference, name="conference"),
    path(f"{_OF}versions/<int:version>/data.json", files.data, name="data"),
    path(f"{_OF}versions/<int:version>/units.csv", files.units, name="units"),
    path(f"{_OF}versions/<int:version>/leaves.csv", files.leaves, name="leaves"),
    path(f"{_OF}versions/<int:version>/leaves.xlsx", files.sheet, name="sheet"),
    path(f"{_OF}versions/<int:version>/verify.zip", files.bundle, name="bundle"),
    path("schema.json", files.schema, name="schema"),
    path("recompute.py", files.program, name="program"),
]
