"""Pages of criteria sets: sets (lists, its life), workshop (one set: read, or written), nodes (the tree of a draft)."""
