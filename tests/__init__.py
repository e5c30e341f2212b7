"""Tests: one folder per slice, named as the source; make.py builds what they need; journeys/ drive a browser."""
