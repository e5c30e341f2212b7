"""What every slice stands on: errors, points, dates, text and the clock. No models, no slice of ours.

Read in this order: errors (how a rule says no), exact and formula (arithmetic, pure), points (as people type
them), fields (points in the database), dates, text, excerpts (words found in a text), clock (the database's time),
prepared (a query whose SQL is built once), serializers (JSON), letterhead (names in official letters), books and
sheets (XLSX that people send, judged then read), files (whole on a disk or not at all; judged at the door), widgets
(boxes that write themselves), forms (a refusal at its field, a file at the door), formats (Django's vi locale
mended).
"""
