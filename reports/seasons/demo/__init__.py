"""The demonstration: three seasons made from a fixed seed, all labelled as illustration.

Read in this order: days (when each season runs), leaves and drawing (answers to their rules), words
(what people write), past (a finished season), people (accounts by seat), present (the season going
on), practice (a small round for one person to try), loading (all of it, once).
"""
