"""Bytes of evidence, kept by unit under their fingerprint. No models here.

The checks at the door are those of every file: ``backend.core.files``. Read: keeping; sandbox (programs run apart),
office (documents made PDF), pdf_text (a program run apart), reading (text and preview of one file).
"""

from backend.core.files import Received, receive

from .keeping import deep_check, key_of, open_stored, store

__all__ = ["Received", "deep_check", "key_of", "open_stored", "receive", "store"]
