"""One router over every slice's routes, and the schema."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from backend.accounts import api as accounts
from backend.criteria import api as criteria
from backend.rounds import api as rounds
from backend.scoring import api as scoring
from reports import api as reports
from tiers import api as tiers
from tiers import people_api as people

app_name = "api"

router = DefaultRouter(use_regex_path=True)
for part in (accounts, tiers, people, criteria, rounds, scoring, reports):
    for prefix, viewset, basename in part.ROUTES:
        router.register(prefix, viewset, basename=basename)

urlpatterns = [
    path("", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]
