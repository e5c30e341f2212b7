"""Files: whole on a disk or not at all; what people send is judged by content before it is kept. No models here.

Read in this order: whole (writing), kinds (what is taken), receiving (the checks at the door), packages, compound,
pictures, papers (one kind of content each), keeping (storage), deep (the slow look for programs inside), giving
(bytes as a download).
"""

from .deep import finding
from .giving import given_out, shown
from .keeping import forget, keep, keep_made, keep_under, open_kept
from .receiving import Received, receive
from .whole import write_whole

__all__ = [
    "Received",
    "finding",
    "forget",
    "given_out",
    "keep",
    "keep_made",
    "keep_under",
    "open_kept",
    "receive",
    "shown",
    "write_whole",
]
