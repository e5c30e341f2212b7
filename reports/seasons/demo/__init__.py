"""The demonstration: three seasons made from a fixed seed, all labelled as illustration.

Read in this order: days (when each season runs), drawing (answers to a rule), words (what people
write), past (a finished season), people (accounts by seat), present (the season going on),
loading (all of it, once).
"""
