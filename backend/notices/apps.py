"""Notices as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Messages to people."""

    name = "backend.notices"
    label = "notices"
    verbose_name = "Thông báo"
