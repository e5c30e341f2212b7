"""Bytes of evidence, kept by unit under their fingerprint. No models here.

The checks at the door are those of every file: ``backend.core.files``. Read: keeping, pieces; sandbox (programs run apart),
office (documents made PDF), pdf_text (a program run apart), reading (text and preview of one file).
"""

from backend.core.files import Received, expect, receive

from .keeping import deep_check, key_of, open_stored, store
from .pieces import drop_pieces, keep_piece, put_together

__all__ = [
    "Received",
    "deep_check",
    "drop_pieces",
    "expect",
    "keep_piece",
    "key_of",
    "open_stored",
    "put_together",
    "receive",
    "store",
]
