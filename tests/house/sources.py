"""Where the program's own files are, for the tests of this folder."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOPS = ("backend", "tiers", "permissions", "reports")


def tracked(*patterns: str) -> list[Path]:
    """Return the files of the project that match: those under git and those not yet added."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(ROOT / name for name in names if name and (ROOT / name).exists())


def sources(slice_: str) -> list[Path]:
    """Return the Python files of a slice, migrations aside."""
    folder = ROOT / slice_.replace(".", "/")
    return sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def module_of(path: Path) -> str:
    """Return the dotted name of a file; a package's name for its __init__.py, with ".__init__"."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _slices() -> list[str]:
    inside = sorted(p.name for p in (ROOT / "backend").iterdir() if (p / "__init__.py").exists())
    return ["permissions", "tiers", "reports", *(f"backend.{name}" for name in inside)]


SLICES = _slices()
