"""Words of criteria for templates."""
