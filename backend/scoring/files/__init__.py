"""Bytes of evidence: judged by content, then kept under their fingerprint. No models here.

Read in this order: kinds (what is taken), receiving (the checks at the door), packages, compound,
pictures, papers (one kind of content each), keeping (storage), deep (the slow look afterwards).
"""

from .deep import deep_check
from .keeping import key_of, open_stored, store
from .receiving import Received, receive

__all__ = ["Received", "deep_check", "key_of", "open_stored", "receive", "store"]
