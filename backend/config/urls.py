"""Every address of the program; a slice gives its own under one prefix."""

from django.urls import include, path

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
    ("published/", "reports.public.urls"),
    ("checkpoints/", "backend.audit.urls"),
    ("notices/", "backend.notices.urls"),
    ("api/", "backend.api.urls"),
)


urlpatterns = [path(prefix, include(module)) for prefix, module in PARTS]

handler400 = "backend.web.views.bad_request"
handler403 = "backend.web.views.permission_denied"
handler404 = "backend.web.views.page_not_found"
handler500 = "backend.web.views.server_error"
