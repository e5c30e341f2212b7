"""The program: one folder per slice; house rules in README.md."""
