"""The colour of a state: few, and never the only sign (the word always stands in the tag)."""

# plain: done, nothing to do · grey: not begun · blue: on its way · amber: somebody must act · red: stopped
TONES = {
    "draft": "blue",
    "reviewing": "amber",
    "submitted": "amber",
    "returned": "red",
    "approved": "green",
    "accepted": "amber",
    "not_scored": "red",
    "appraised": "blue",
    "explaining": "amber",
    "explained": "blue",
    "concluded": "green",
    "published": "plain",
    "superseded": "grey",
    "open": "blue",
    "closed": "grey",
    "ended": "grey",
    "planned": "grey",
    "done": "plain",
    "late": "red",
    "queued": "grey",
    "running": "blue",
    "failed": "red",
}
