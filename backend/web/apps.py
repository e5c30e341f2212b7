"""Registers the shell so that Django finds its templates, static files and template tags."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The web shell; it owns no tables."""

    name = "backend.web"
    label = "web"
