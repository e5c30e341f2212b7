"""Every address of the program; a slice gives its own under one prefix."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

# The desk ("/") and the scorecards belong to scoring; sign-in and people to accounts.
PARTS = (
    ("", "backend.web.urls"),
    ("", "backend.scoring.urls"),
    ("accounts/", "backend.accounts.urls"),
    ("units/", "tiers.urls"),
    ("people/", "tiers.people.urls"),
    ("criteria/", "backend.criteria.urls"),
    ("rounds/", "backend.rounds.urls"),
    ("results/", "reports.urls"),
    ("notices/", "backend.notices.urls"),
    ("api/", "backend.api.urls"),
)


def _built(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    """Return the addresses of a part, none while the part has no pages."""
    return [path(prefix, include(module))] if find_spec(module) else []


urlpatterns = [address for prefix, module in PARTS for address in _built(prefix, module)]

handler400 = "backend.web.views.bad_request"
handler403 = "backend.web.views.permission_denied"
handler404 = "backend.web.views.page_not_found"
handler500 = "backend.web.views.server_error"
