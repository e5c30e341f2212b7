"""What this machine lacks for the library of evidence, told by ``manage.py check``."""

from __future__ import annotations

import shutil
from typing import Any

from django.core import checks

from backend.scoring.files import sandbox

PACKAGES = "libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui bubblewrap"


def previews_possible(app_configs: Any = None, **_: Any) -> list[checks.CheckMessage]:
    """Return a warning where Office documents can't be shown in place."""
    if not shutil.which("soffice") or not shutil.which("bwrap"):
        return [
            checks.Warning(
                "Chưa xem được tệp Word, Excel, PowerPoint ngay trên trang và chưa tìm được trong nội dung của chúng.",
                hint=f"Hãy cài trên máy chạy việc nền: apt-get install {PACKAGES}",
                id="scoring.W001",
            )
        ]
    if not sandbox.stands():
        return [
            checks.Warning(
                "bubblewrap không tạo được vùng cách ly nên tệp văn phòng không được chuyển sang PDF.",
                hint="Xem deploy/README.md, mục “Xem tệp văn phòng ngay trên trang”.",
                id="scoring.W002",
            )
        ]
    return []


def register() -> None:
    """Register the check."""
    checks.register(previews_possible, checks.Tags.compatibility)
