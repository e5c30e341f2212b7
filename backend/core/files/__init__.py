"""Files: whole on a disk or not at all; what people send is judged by content before it is kept. No models here.

Read in this order: whole (writing), kinds (what is taken), receiving (the checks at the door), packages, compound,
pictures, papers (one kind of content each), photographs (made into a document), keeping (storage), deep (the slow look for programs inside), giving
(bytes as a download).
"""

from .deep import finding
from .giving import given_out, shown
from .keeping import drop_all, forget, keep, keep_made, keep_under, open_kept
from .photographs import Pages, gathered
from .receiving import Received, expect, receive
from .whole import write_whole

__all__ = [
    "Pages",
    "Received",
    "drop_all",
    "expect",
    "finding",
    "forget",
    "gathered",
    "given_out",
    "keep",
    "keep_made",
    "keep_under",
    "open_kept",
    "receive",
    "shown",
    "write_whole",
]
