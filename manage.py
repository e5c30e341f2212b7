#!/usr/bin/env python3
"""Runs Django's commands with the settings of this program."""

import os
import sys


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    # Imported here: without the packages the error must name them, not this file.
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
