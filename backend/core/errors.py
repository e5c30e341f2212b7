"""How a rule says no. ``web`` turns these into a page, ``api`` into JSON; views never catch them.

Something outside a person's units is not here: it is ``Http404``, as if it did not exist.
"""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A refusal by a rule of the house.

    ``message`` is one Vietnamese sentence or two: what happened and what to do next. ``status`` is the HTTP
    status. ``details`` are values a page may show beside the message; they must be JSON-able by DRF.
    """

    status = 400

    def __init__(self, message: object, **details: Any) -> None:
        # The message may be a lazy translation; it is made text when the refusal happens, in that language.
        self.message = str(message)
        self.details: dict[str, Any] = details
        super().__init__(self.message)


class Refused(DomainError):
    """This person may not do this (403)."""

    status = 403


class OutOfStep(DomainError):
    """It can't be done now: wrong state, too late, or changed meanwhile (409)."""

    status = 409


class Stale(OutOfStep):
    """Somebody else saved first (409). ``theirs`` is what stands now, ``yours`` what was being saved."""

    def __init__(self, message: object, *, theirs: Any, yours: Any, **details: Any) -> None:
        super().__init__(message, theirs=theirs, yours=yours, **details)
        self.theirs = theirs
        self.yours = yours


class Invalid(DomainError):
    """What was sent makes no sense (422). ``fields`` maps a field's name to its Vietnamese sentences."""

    status = 422

    def __init__(
        self, message: object, *, fields: Mapping[str, list[str]] | None = None, **details: Any
    ) -> None:
        super().__init__(message, **details)
        self.fields: dict[str, list[str]] = {
            name: [str(sentence) for sentence in sentences] for name, sentences in (fields or {}).items()
        }
