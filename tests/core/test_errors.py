"""Refusals carry a status, a sentence and what a page may show."""

import pytest

from backend.core.errors import DomainError, Invalid, OutOfStep, Refused, Stale


@pytest.mark.parametrize(("refusal", "status"), [(Refused, 403), (OutOfStep, 409), (Invalid, 422)])
def test_each_refusal_has_its_status_and_its_sentence(refusal, status):
    raised = refusal("Không được.", unit="a")
    assert isinstance(raised, DomainError)
    assert (raised.status, raised.message, str(raised)) == (status, "Không được.", "Không được.")
    assert raised.details == {"unit": "a"}


def test_an_invalid_form_names_its_fields():
    assert Invalid("Sai.", fields={"got": ["Quá lớn."]}).fields == {"got": ["Quá lớn."]}
    assert Invalid("Sai.").fields == {}


def test_a_stale_save_shows_both_values():
    stale = Stale("Đã có người lưu trước.", theirs="1", yours="2")
    assert (stale.status, stale.theirs, stale.yours) == (409, "1", "2")
    assert stale.details == {"theirs": "1", "yours": "2"}
