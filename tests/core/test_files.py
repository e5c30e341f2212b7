"""A file appears with all of its bytes or not at all."""

import pytest

from backend.core.files import write_whole


def test_the_name_holds_what_was_written(tmp_path):
    path = tmp_path / "ab" / "abc"
    write_whole(path, lambda out: out.write(b"whole"))
    assert path.read_bytes() == b"whole"
    assert [file.name for file in path.parent.iterdir()] == ["abc"]


def test_a_writing_that_fails_leaves_nothing_and_keeps_what_stood(tmp_path):
    path = tmp_path / "abc"
    path.write_bytes(b"before")

    def fail(out):
        out.write(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(path, fail)
    assert path.read_bytes() == b"before"
    assert [file.name for file in tmp_path.iterdir()] == ["abc"]
