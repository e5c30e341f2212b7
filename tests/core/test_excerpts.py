"""Words found without accents and shown in their sentence."""

import pytest

from backend.core.excerpts import MOST_AROUND, excerpt
from backend.core.text import fold

TEXT = "Năm 2026 có nhiều việc. Quận Ô Môn đã ban hành kế hoạch, đúng hạn. Sau đó là phần hai."


def test_the_hit_stands_in_its_sentence():
    found = excerpt(TEXT, "o mon")
    assert (found.before, found.words, found.after) == (
        "Quận ",
        "Ô Môn",
        " đã ban hành kế hoạch, đúng hạn.",
    )


@pytest.mark.parametrize(
    ("typed", "words"), [("Ô MÔN", "Ô Môn"), ("dung han", "đúng hạn"), ("2026", "2026"), ("hoạch,", "hoạch,")]
)
def test_what_is_typed_any_way_finds_the_words_as_written(typed, words):
    assert excerpt(TEXT, fold(typed)).words == words


@pytest.mark.parametrize("key", ["", "khong co", "%", "_", "o mon\x00"])
def test_what_is_not_there_gives_nothing(key):
    assert excerpt(TEXT, key) is None


def test_a_long_sentence_is_cut_at_words():
    found = excerpt("từ " * 200 + "Ô Môn" + " chữ" * 200, "o mon")
    assert found.before.startswith("…từ ")
    assert found.after.endswith(" chữ…")
    assert len(found.before) <= MOST_AROUND + 1 >= len(found.after)


@pytest.mark.parametrize("text", ["İstanbul ở Ô Môn", "각하 Ô Môn", "ﬁ Ô Môn 😀", "e\u0323\u0302 Ô Môn"])
def test_signs_that_fold_to_more_or_fewer_do_not_shift_the_hit(text):
    assert excerpt(text, "o mon").words == "Ô Môn"
