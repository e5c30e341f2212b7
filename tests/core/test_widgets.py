"""The box and the choice that write themselves say what Django's own say."""

from __future__ import annotations

import re

import pytest
from django import forms

from backend.core.widgets import Select, Text

CHOICES = [("", "Chọn mức"), ("1", "Kịp thời (1,00)"), ("2", 'Chậm & "muộn"')]


def said(html: str) -> list[tuple[str, list[str]]]:
    """Return the tags of the HTML with their attributes sorted, and the words between."""
    parts = re.findall(r"<(/?\w+)([^>]*)>([^<]*)", html)
    return [
        (f"{tag} {text.strip()}", sorted(re.findall(r'[\w-]+(?:="[^"]*")?', attrs)))
        for tag, attrs, text in parts
    ]


@pytest.mark.parametrize("value", [None, "", "7,5", 0, '"<b>'])
def test_a_box_says_what_django_says(value):
    attrs, given = {"inputmode": "decimal", "size": "8", "data-optional": ""}, {"id": "7-x", "required": True}
    ours = Text(attrs).render("input_x", value, given)
    assert said(ours) == said(forms.TextInput(attrs).render("input_x", value, given))


@pytest.mark.parametrize("value", [None, "", "1", "2", 2, "khác"])
def test_a_choice_says_what_django_says(value):
    given = {"id": "7-x", "aria-invalid": "true", "hidden": False}
    ours = Select(choices=CHOICES).render("input_x", value, given)
    assert said(ours) == said(forms.Select(choices=CHOICES).render("input_x", value, given))


def test_templates_know_them_by_the_names_of_djangos_own():
    class Both(forms.Form):
        box = forms.CharField(widget=Text)
        one = forms.ChoiceField(widget=Select)

    assert [field.widget_type for field in Both()] == ["text", "select"]
