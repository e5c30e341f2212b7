"""Vietnamese letters: one spelling in the database (NFC), keys to search and to sort, old encodings caught.

The same word is typed "hòa" or "hoà", composed or not; people find it either way.
"""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_TONES = {"\u0300": 2, "\u0309": 3, "\u0303": 4, "\u0301": 5, "\u0323": 6}  # huyền, hỏi, ngã, sắc, nặng
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: position for position, letter in enumerate(_ALPHABET)}
_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def nfc(text: str) -> str:
    """``text`` composed (NFC), without invisible characters that copying from documents leaves behind."""
    return unicodedata.normalize("NFC", _ZERO_WIDTH.sub("", text))


def fold(text: str) -> str:
    """The key for searching: lower case, no accents, đ as d, single spaces. "Hoà  BÌNH" gives "hoa binh"."""
    bare = "".join(
        char for char in unicodedata.normalize("NFD", nfc(text).lower()) if not unicodedata.combining(char)
    )
    return " ".join(bare.replace("đ", "d").split())


def sort_key(text: str) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...], str]:
    """The key for Vietnamese dictionary order: a ă â … d đ … first, then tones (ngang huyền hỏi ngã sắc nặng).

    Where the tone mark stands in its syllable does not matter. The text itself comes last, so order is total.
    """
    words = nfc(text).casefold().split()
    split = [_letters_and_tone(word) for word in words]
    return tuple(letters for letters, _tone in split), tuple(tones for _letters, tones in split), nfc(text)


def _letters_and_tone(word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    tones = tuple(_TONES[char] for char in unicodedata.normalize("NFD", word) if char in _TONES)
    return tuple(_position(char) for char in _without_tones(word)), tones


def _without_tones(word: str) -> str:
    bare = "".join(char for char in unicodedata.normalize("NFD", word) if char not in _TONES)
    return unicodedata.normalize("NFC", bare)


def _position(char: str) -> int:
    # Digits and marks stand before letters, letters of other alphabets after them.
    return 1000 + _ORDER[char] if char in _ORDER else ord(char) if ord(char) < 128 else 10000 + ord(char)


# Letters that only Unicode has: neither old encoding can show them, so one of them settles it.
_UNICODE_VIETNAMESE = re.compile("[\u1ea0-\u1ef9ăđơưĂĐƠƯ]")
# TCVN3 (fonts .VnTime) puts letters on Latin-1 signs that Vietnamese never has inside a word: "ViÖt", "®iÓm" …
_TCVN3 = re.compile(
    r"(?<=[^\W\d_])[©ª«¬®µ¶·¸¹º»¼½¾ÆÇËÎÏÐÑÖ×ØÜÞßäåæçëîïðñöøüþ](?=[^\W\d_])|(?<=[^\W\d_])[·¸¹¶µÖÜß]|®(?=[^\W\d_])"
)
# … and VNI writes the accent as a second sign after the vowel: "Nguyeãn", "Ñaïi", "Vieät".
_VNI = re.compile(
    "[aAeE][äåæëïñöøùûüâêáàãõÄÅÆËÏÑÖØÙÛÜÂÊÁÀÃÕ]|[ouyOUY][äåæëïñöøûüÄÅÆËÏÑÖØÛÜ]|[ñÑ](?=[aeiouöô])"
)
_ENOUGH = 2


def looks_like_legacy(text: str) -> str:
    """Either "TCVN3" or "VNI" when ``text`` seems typed in that old encoding, else "". A guess, so two signs are asked."""
    text = nfc(text)
    if _UNICODE_VIETNAMESE.search(text):
        return ""
    if len(_VNI.findall(text)) >= _ENOUGH:
        return "VNI"
    return "TCVN3" if len(_TCVN3.findall(text)) >= _ENOUGH else ""


_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]')


def clean_name(name: str, *, longest: int = 120) -> str:
    """``name`` of a file without folders, control signs and signs Windows refuses; the ending is kept.

    At most ``longest`` characters; never empty ("tep").
    """
    last = re.split(r"[/\\]", nfc(name))[-1]
    safe = " ".join(_UNSAFE.sub(" ", last).split()).strip(". ")
    stem, dot, ending = safe.rpartition(".")
    if not dot or not stem or len(ending) > 10:
        return safe[:longest] or "tep"
    return stem[: longest - len(ending) - 1].rstrip(". ") + dot + ending


class NFCCharField(forms.CharField):
    """Text composed to NFC and trimmed; text in an old encoding is refused with a way out."""

    default_error_messages = {
        "legacy": _(
            "Văn bản có vẻ được gõ bằng bảng mã %(encoding)s. Hãy chuyển sang Unicode (bảng mã của UniKey) rồi nhập lại."
        ),
    }

    def to_python(self, value: Any) -> Any:
        return super().to_python(nfc(value) if isinstance(value, str) else value)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if encoding := looks_like_legacy(value or ""):
            raise ValidationError(self.error_messages["legacy"], code="legacy", params={"encoding": encoding})


# The largest whole number that every database we run on takes as a key.
MOST_KEY = 2**63 - 1
# The largest of an ordinary whole number: a count, a version.
MOST_WHOLE = 2**31 - 1


def key_in(text: str) -> int:
    """Return a key that stands in an address as digits; 0, which no row has, where it can't be one."""
    return int(text) if text.isdecimal() and len(text) < len(str(MOST_KEY)) else 0
