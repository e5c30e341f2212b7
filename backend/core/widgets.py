"""A box and a choice that write themselves: a grid has hundreds, and Django renders a template for each and its parts.

They bear the names of Django's own, by which templates tell them (``field.widget_type``).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


class Text(forms.TextInput):
    """Writes what ``forms.TextInput`` writes."""

    says_itself = False  # the label beside a box is read; what a choice is of stands in its row

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the input."""
        own = {"type": self.input_type, "name": name, "value": self.format_value(value), **(attrs or {})}
        rest = tuple((key, said) for key, said in self.attrs.items() if key not in own)
        return _written(own) + _kept(rest)


class Select(forms.Select):
    """Writes what ``forms.Select`` writes for one answer of a flat list."""

    says_itself = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the select with its options."""
        chosen = set(self.format_value(value))
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, " selected" if str(key) in chosen else "", label) for key, label in self.choices),
        )
        own = {"name": name} | self.build_attrs(self.attrs, attrs)
        return format_html("<select{}>{}</select>", flatatt(own), options)


def _written(attrs: dict[str, Any]) -> SafeString:
    said = [
        key if value is True else f'{key}="{escape(value)}"'
        for key, value in attrs.items()
        if value not in (None, False)
    ]
    return mark_safe("<input " + " ".join(said))


@lru_cache(maxsize=1000)
def _kept(attrs: tuple[tuple[str, Any], ...]) -> SafeString:
    return format_html("{}>", flatatt(dict(attrs)))
