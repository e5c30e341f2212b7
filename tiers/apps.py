"""The organisation as a Django app."""

from django.apps import AppConfig


class TiersConfig(AppConfig):
    """Units, appointments and grants."""

    name = "tiers"
    label = "tiers"
    verbose_name = "Tổ chức"
