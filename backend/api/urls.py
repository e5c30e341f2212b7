"""One router over every slice's routes, and the schema."""

from importlib import import_module

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

PARTS = (
    "backend.accounts.api",
    "backend.audit.api",
    "backend.notices.api",
    "tiers.api",
    "tiers.people.api",
    "backend.criteria.api",
    "backend.rounds.api",
    "backend.scoring.api",
    "backend.scoring.api_reminders",
    "reports.api",
)

app_name = "api"

router = DefaultRouter(use_regex_path=True)
# One address for one thing: JSON needs no second one that ends in ".json".
router.include_format_suffixes = False
for part in PARTS:
    for prefix, viewset, basename in import_module(part).ROUTES:
        router.register(prefix, viewset, basename=basename)

urlpatterns = [
    path("", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]
