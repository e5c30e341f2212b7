"""Give the seats that stand the grants of the verbs their roles have gained: to draft, to keep the council."""

from typing import Any

from django.db import migrations

GAINED = {
    "keep_council": ("criteria_manager", "secretary", "chair"),
    "prepare_appraisal": ("appraiser", "secretary", "member", "chair"),
}
TITLES = {
    "keep_council": "điều hành công việc Hội đồng thẩm định",
    "prepare_appraisal": "dự thảo thẩm định",
}


def grant(apps: Any, schema_editor: Any) -> None:
    """Write what is missing; the permission itself may not be there before the migrations end."""
    kinds, permissions = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    seats, grants = apps.get_model("tiers", "Appointment"), apps.get_model("tiers", "UnitGrant")
    unit, _made = kinds.objects.get_or_create(app_label="tiers", model="unit")
    for verb, roles in GAINED.items():
        permission, _made = permissions.objects.get_or_create(
            content_type=unit, codename=verb, defaults={"name": TITLES[verb]}
        )
        have = grants.objects.filter(permission=permission).values("appointment")
        grants.objects.bulk_create(
            grants(
                user_id=seat.user_id,
                permission=permission,
                content_object_id=seat.acts_for_id,
                appointment=seat,
            )
            for seat in seats.objects.filter(role__in=roles).exclude(pk__in=have)
        )


def take_back(apps: Any, schema_editor: Any) -> None:
    """Take the grants of those verbs back."""
    grants = apps.get_model("tiers", "UnitGrant")
    grants.objects.filter(permission__codename__in=list(GAINED)).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("tiers", "0002_council_seats"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, take_back)]
