"""Formats that Django's own Vietnamese gets wrong (it reads 05/06/2026 as 6 May)."""
