"""What can be counted about the look: contrast, line height, letters of the typeface, size of targets."""

import re
import unicodedata
from itertools import product
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

STATIC = Path("backend/web/static/web")
CSS = (STATIC / "app.css").read_text()
TOKENS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", CSS))
GROUNDS = ["paper", "wash", "grey-wash", "blue-wash"]
VIETNAMESE = "aăâeêioôơuưyđ"
TONES = "\u0300\u0301\u0303\u0309\u0323"


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *product(["ink", "muted", "blue", "blue-dark", "red"], GROUNDS),
        ("ink", "red-wash"),
        ("ink", "amber-wash"),
        ("ink", "green-wash"),
        ("red", "red-wash"),
        ("amber", "wash"),
        ("green", "paper"),
    ],
)
def test_text_is_at_least_four_and_a_half_to_one(ink, ground):
    assert _contrast(TOKENS[ink], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["blue", "blue-dark", "red"])
def test_white_letters_on_buttons_and_the_head_can_be_read(ground):
    assert _contrast("#ffffff", TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("rule", re.findall(r"\.tag-[a-z]+ \{[^}]*\}", CSS))
def test_tags_can_be_read(rule):
    colours = [
        TOKENS.get(name) or found
        for name, found in re.findall(r"(?:var\(--([a-z-]+)\)|(#[0-9a-f]{6}))", rule)
    ]
    if len(colours) == 2:
        assert _contrast(*colours) >= 4.5


def test_line_height_is_never_under_one_and_a_half():
    heights = re.findall(r"line-height: ([\d.]+)", CSS) + re.findall(r"(?:rem|px)/([\d.]+)", CSS)
    assert heights
    assert min(map(float, heights)) >= 1.5


def test_no_text_is_smaller_than_fifteen_pixels_on_the_screen():
    screen = CSS.split("@media print")[0]
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)rem", screen)]
    assert min(sizes) >= 0.9375


def test_the_stylesheet_asks_nothing_of_other_sites():
    assert not re.search(r"url\([\"']?(?:https?:)?//", CSS)
    assert "@import" not in CSS


@pytest.mark.parametrize("weight", [400, 600, 700])
def test_the_typeface_has_every_vietnamese_letter(weight):
    letters = set()
    for part in ("latin", "vietnamese"):
        letters |= set(TTFont(STATIC / f"fonts/noto-sans-{part}-{weight}-normal.woff2").getBestCmap())
    bare = [*VIETNAMESE, *VIETNAMESE.upper()]
    needed = bare + [unicodedata.normalize("NFC", b + t) for b, t in product(bare, TONES) if b not in "đĐ"]
    missing = [letter for letter in "".join(needed) + "–−“”…›₫%" if ord(letter) not in letters]
    assert missing == []


def test_the_typeface_comes_with_its_licence():
    assert "SIL Open Font License" in (STATIC / "fonts/OFL.txt").read_text()
