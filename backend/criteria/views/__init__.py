"""Pages of criteria sets: sets (lists, one set, its life), nodes (the tree of a draft)."""
