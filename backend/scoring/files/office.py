"""Office documents as PDF: LibreOffice without a screen, in the sandbox, with a profile of its own for each run."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from . import sandbox
from .sandbox import Limits, Room

# No macros, no links followed, nothing fetched, no recovery of what was open before.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_WISHES = {
    ("Office.Common/Security/Scripting", "DisableMacrosExecution"): "true",
    ("Office.Common/Security/Scripting", "DisableActiveContent"): "true",
    ("Office.Common/Security/Scripting", "MacroSecurityLevel"): "3",
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks"): "true",
    ("Office.Writer/Content/Update", "Link"): "0",
    ("Office.Calc/Content/Update", "Link"): "2",
    ("Office.Recovery/RecoveryInfo", "Enabled"): "false",
}

# Debian's older Liberation has no ế, ả, ộ: such letters come from another font, and whoever reads the text of the
# PDF finds them behind the line instead of in their words.
_LETTERS = """<?xml version="1.0"?>
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <selectfont><rejectfont><glob>/usr/share/fonts/truetype/liberation/*</glob></rejectfont></selectfont>
</fontconfig>
"""


class NotMade(Exception):
    """The document could not be made a PDF; the message is the sentence for the person."""


def is_there() -> bool:
    """Return whether this machine can make Office documents into PDF safely."""
    return bool(shutil.which("soffice")) and sandbox.stands()


def convert(source: Path, ending: str, folder: Path) -> Path:
    """Make the Office document at ``source`` into a PDF below ``folder`` and return its path. Raises NotMade."""
    out, scratch = folder / "out", folder / "scratch"
    out.mkdir()
    _write_profile(scratch / "profile" / "user")
    (scratch / "fonts.conf").write_text(_LETTERS, encoding="utf-8")
    given = f"/in/tep.{ending}"
    inputs = {source: given} | _fonts()
    ended = sandbox.run(_command(given), Room(out, scratch, inputs), _limits())
    made = out / "tep.pdf"
    if ended.too_slow or ended.code == -9:
        raise NotMade(
            _("Tệp quá nặng nên chưa chuyển được sang PDF trong %(seconds)d giây. Hãy tải về để xem.")
            % {"seconds": settings.PREVIEW_SECONDS}
        )
    if not made.is_file() or not made.stat().st_size:
        raise NotMade(_("Không chuyển được tệp sang PDF, có thể tệp bị hỏng. Hãy tải về để xem."))
    return made


def _limits() -> Limits:
    # LibreOffice maps far more than it uses.
    return Limits(seconds=settings.PREVIEW_SECONDS, memory=4096, file=200)


def _command(given: str) -> list[str]:
    return [
        "env",
        "FONTCONFIG_FILE=/tmp/fonts.conf",
        "soffice",
        "-env:UserInstallation=file:///tmp/profile",
        "--headless",
        "--norestore",
        "--nologo",
        "--nodefault",
        "--nolockcheck",
        "--nofirststartwizard",
        "--convert-to",
        "pdf",
        "--outdir",
        "/out",
        given,
    ]


def _fonts() -> dict[Path, str]:
    # The letters of official documents come with the program; the system may have none of their width.
    fonts = Path(settings.BASE_DIR) / "reports" / "fonts"
    return {fonts: "/tmp/.fonts"} if fonts.is_dir() else {}  # noqa: S108 (of the sandbox)


def _write_profile(place: Path) -> None:
    place.mkdir(parents=True)
    items = "\n".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for (path, name), value in _WISHES.items()
    )
    (place / "registrymodifications.xcu").write_text(_PROFILE.format(items=items), encoding="utf-8")
