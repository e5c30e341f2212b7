"""Bytes of evidence, kept by unit under their fingerprint. No models here.

The checks at the door are those of every file: ``backend.core.files``. Read: keeping.
"""

from backend.core.files import Received, receive

from .keeping import deep_check, key_of, open_stored, store

__all__ = ["Received", "deep_check", "key_of", "open_stored", "receive", "store"]
