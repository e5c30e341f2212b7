"""manage.py load_demo: the organisation and the demonstration, once."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from backend.core.errors import DomainError
from reports.seasons.demo import loading


class Command(BaseCommand):
    """Loads all or nothing; a second time changes nothing."""

    help = "Nạp số liệu minh hoạ: năm 2021, năm trước và đợt đang tự chấm."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each part and how long it all took. Raises CommandError outside demonstration mode."""
        try:
            self.load()
        except DomainError as refusal:
            raise CommandError(refusal.message) from None

    def load(self) -> None:
        """Load what is not there yet. Raises OutOfStep outside demonstration mode."""
        loading.require_demo()
        if loading.is_loaded():
            self.stdout.write("Số liệu minh hoạ đã có sẵn, không thay đổi gì.")
            return
        began = time.monotonic()
        call_command("load_organisation", stdout=self.stdout)
        loading.load(say=self.stdout.write)
        self.stdout.write(f"Xong sau {time.monotonic() - began:.0f} giây.")
