"""Background work as a Django app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The table of jobs."""

    name = "backend.jobs"
    label = "jobs"
    verbose_name = "Việc chạy nền"
