"""What must not stand in the project: paths of a workplace, secrets, words of trade about how it was written."""

import re

import pytest

from tests.house.sources import ROOT, tracked

TEXT = {
    ".py",
    ".html",
    ".css",
    ".js",
    ".md",
    ".txt",
    ".in",
    ".toml",
    ".sh",
    ".csv",
    ".json",
    ".conf",
    ".service",
    ".example",
    "",
}
FORBIDDEN = {
    "a path of a machine": r"/work/(?:main|shared)|/tmp/bash|/root/|/home/\w+/",
    "a key": r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}",
    "a promise for later": r"\b(?:TODO|FIXME|XXX|HACK)\b",
    "a conflict": r"^(?:<{7}|>{7}) ",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what):
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix in TEXT and path.is_file() and path.name != "test_words.py"
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if re.search(FORBIDDEN[what], line)
    ]
    assert wrong == []
