"""Many at once: the last place and the last megabyte are given once, a piece and a file are taken once."""

from __future__ import annotations

from typing import Any

import pytest

from backend.scoring import actions
from backend.scoring.actions import Spot
from backend.scoring.models import Evidence, StoredFile, Upload, UploadPiece
from tests.scoring import specimens
from tests.scoring.intakes import mark_of, paper
from tests.scoring.test_races import at_once, succeeded
from tests.scoring.worlds import World, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def season() -> World:
    return world()


def begun(season: World, number: int, **more: Any) -> Upload:
    told = {"name": f"{number}.pdf", "size": 1000, "mark": str(number)} | more
    return actions.begin(season.card, by=season.officer, **told)


def waiting(season: World, number: int) -> Upload:
    upload = specimens.upload(paper(number), f"{number}.pdf")
    return actions.take_whole(season.card, by=season.officer, upload=upload)


def test_of_twenty_files_at_once_exactly_the_free_places_are_given(season, settings):
    settings.EVIDENCE_MOST_WAITING = 5
    answers = at_once(lambda number: begun(season, number), 20)
    assert len(succeeded(answers)) == 5
    assert Upload.objects.count() == 5


def test_of_twenty_files_at_once_only_what_fits_the_quota_is_begun(season, settings):
    settings.EVIDENCE_UNIT_QUOTA_MB = 1
    answers = at_once(lambda number: begun(season, number, size=256 * 1024), 20)
    assert len(succeeded(answers)) == 4


def test_one_file_begun_by_eight_at_once_is_one_upload(season):
    answers = at_once(lambda _number: begun(season, 1))
    assert len({upload.pk for upload in succeeded(answers)}) == 1


def test_one_piece_sent_by_eight_at_once_is_taken_once(season):
    content = paper(1)
    upload = begun(season, 1, size=len(content), mark=mark_of(content))
    answers = at_once(
        lambda _number: actions.add_piece(
            Upload.objects.select_related("card__unit", "card__round__host").get(pk=upload.pk),
            by=season.officer,
            offset=0,
            content=content[:100],
        )
    )
    assert len(succeeded(answers)) == 1
    assert UploadPiece.objects.count() == 1
    assert Upload.objects.get().received == 100


def test_a_file_placed_by_eight_at_once_stands_on_its_leaf_once(season):
    upload = waiting(season, 1)
    answers = at_once(
        lambda _number: actions.place(season.card, {upload.pk: [Spot("1.1")]}, by=season.officer)
    )
    assert len(succeeded(answers)) == 1
    assert Evidence.objects.count() == 1


def test_eight_new_versions_at_once_leave_one_in_the_old_ones_place(season):
    first = specimens.upload(paper(1), "a.pdf")
    piece = actions.add_file(season.card, "1.1", by=season.officer, upload=first)
    answers = at_once(
        lambda number: actions.replace_file(
            piece, by=season.officer, upload=specimens.upload(paper(10 + number), "b.pdf")
        )
    )
    assert len(succeeded(answers)) == 1
    assert Evidence.objects.filter(removed_at=None).count() == 1


def test_eight_new_files_at_once_pass_no_quota(season, settings):
    waiting(season, 0)
    StoredFile.objects.update(size=1024 * 1024 - 3 * len(paper(1)))
    settings.EVIDENCE_UNIT_QUOTA_MB = 1
    answers = at_once(lambda number: waiting(season, 1 + number))
    assert len(succeeded(answers)) == 3
