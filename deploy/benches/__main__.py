"""The command: ``python -m deploy.benches NAME [--database-url URL]``."""

import argparse
import importlib
import sys

from deploy.benches.database import private_database

BENCHES = ("criteria", "workshop", "excel", "backtest")  # the first is the others together


def main() -> int:
    """Run the bench in a private database; print one line a figure; return 1 where one falls short."""
    parser = argparse.ArgumentParser(prog="deploy/bench", description="Đo tốc độ so với mức sàn.")
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument("--database-url", default="", help="cơ sở dữ liệu trống để đo, thay cho SQLite riêng")
    given = parser.parse_args()
    short = False
    with private_database(given.database_url):
        for figure in importlib.import_module(f"deploy.benches.{given.name}").figures():
            print(figure, flush=True)
            short |= not figure.ok
    return int(short)


sys.exit(main())
