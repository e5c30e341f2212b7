"""The command: ``python -m deploy.benches NAME [options]``."""

import argparse
import ctypes
import importlib
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable

from deploy.benches.database import private_database
from deploy.benches.measuring import Figure

BENCHES = ("criteria", "workshop", "excel", "backtest")  # the first is the others together
SERVED = (
    "score",
    "faults",
    "history",
    "reports",
)  # they start a database of their own, two also the whole program
TAMPER = "tamper"
MACHINE = "machine"  # the whole life of a card against a plain model of its rules
DATABASES = ("sqlite", "postgresql")


def main() -> int:
    """Run the bench; print one line a figure; return 1 where one falls short."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # A shell starts its background jobs deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    given = arguments()
    if given.name == "faults":
        return _told(_faults(given))
    if given.name == MACHINE:
        return max(
            _in_a_child(lambda kind=kind: _told(_machine(kind, given))) for kind in given.on or ["sqlite"]
        )
    if given.name == TAMPER:
        databases = [
            _in_a_child(lambda kind=kind: _told(_deeds(kind, given))) for kind in given.on or DATABASES
        ]
        return max(_told(_tamper(given)), *databases)
    if given.name in ("score", "history", "reports"):
        measure = {"score": _score, "history": _history, "reports": _reports}[given.name]
        # Django knows one database for the life of a process.
        return max(
            _in_a_child(lambda kind=kind: _told(measure(kind, given))) for kind in given.on or DATABASES
        )
    with private_database(given.database_url):
        return _told(importlib.import_module(f"deploy.benches.{given.name}").figures())


def arguments() -> argparse.Namespace:
    """Return what was asked on the command line."""
    parser = argparse.ArgumentParser(prog="deploy/bench", description="Đo tốc độ so với mức sàn.")
    parser.add_argument("name", choices=(*BENCHES, *SERVED, TAMPER, MACHINE))
    parser.add_argument("--database-url", default="", help="cơ sở dữ liệu trống để đo, thay cho SQLite riêng")
    parser.add_argument(
        "--on",
        action="append",
        choices=DATABASES,
        help="score, history, reports, tamper, machine: chỉ trên cơ sở dữ liệu này",
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="history: số dòng lịch sử")
    parser.add_argument("--units", type=int, default=10_000, help="score, reports: số đơn vị của đợt lớn")
    parser.add_argument("--seconds", type=float, help="score: số giây của giờ cuối trên mỗi cơ sở dữ liệu")
    parser.add_argument("--people", type=int, default=0, help="score: số người cùng lưu")
    parser.add_argument("--kills", type=int, default=100, help="faults: số lần kết liễu ít nhất")
    parser.add_argument("--saves", type=int, default=10_000, help="faults: số lần lưu được xác nhận ít nhất")
    parser.add_argument("--mutants", type=int, default=1_000, help="tamper: số lịch sử bị sửa ít nhất")
    parser.add_argument("--logs", type=int, default=1_000, help="tamper: số lịch sử nguyên vẹn")
    parser.add_argument("--times", type=int, default=1, help="tamper: mỗi cách sửa cơ sở dữ liệu thử mấy lần")
    parser.add_argument("--changes", type=int, default=100_000, help="tamper: số thay đổi khi đo thời gian")
    parser.add_argument(
        "--seed", type=int, default=2026, help="faults, tamper, machine: hạt giống của mọi ngẫu nhiên"
    )
    parser.add_argument("--steps", type=int, default=100_000, help="machine: số bước")
    return parser.parse_args()


def _score(kind: str, given: argparse.Namespace) -> Iterable[Figure]:
    from deploy.benches import score

    seconds = given.seconds or 300
    short = {"saves": 10, "openings": 3} if seconds < 30 else {}
    length = score.Length(units=given.units, seconds=seconds, people=given.people, **short)
    return score.figures(kind, length)


def _history(kind: str, given: argparse.Namespace) -> Iterable[Figure]:
    from deploy.benches import history

    return history.figures(kind, given.rows)


def _reports(kind: str, given: argparse.Namespace) -> Iterable[Figure]:
    from deploy.benches import reports

    return reports.figures(kind, given.units)


def _faults(given: argparse.Namespace) -> Iterable[Figure]:
    from deploy.benches import faults

    kind = (given.on or ["postgresql"])[0]
    return faults.figures(kind, kills=given.kills, saves=given.saves, seed=given.seed)


def _tamper(given: argparse.Namespace) -> Iterable[Figure]:
    from deploy.benches import tamper

    return tamper.figures(mutants=given.mutants, logs=given.logs, changes=given.changes, seed=given.seed)


def _deeds(kind: str, given: argparse.Namespace) -> Iterable[Figure]:
    from deploy.benches import tamper

    return tamper.deeds(kind, times=given.times, seed=given.seed)


def _machine(kind: str, given: argparse.Namespace) -> Iterable[Figure]:
    from deploy.benches import state_machine

    return state_machine.figures(kind, steps=given.steps, seed=given.seed)


def _told(figures: Iterable[Figure]) -> int:
    short = False
    for figure in figures:
        print(figure, flush=True)
        short |= not figure.ok
    return int(short)


def _in_a_child(work: Callable[[], int]) -> int:
    """Do ``work`` in a process of its own and return its code; it ends with this one, however that is ended."""
    child = multiprocessing.get_context("fork").Process(target=_as_child, args=(work,))
    child.start()
    try:
        child.join()
    except BaseException:
        # On Ctrl-C it has heard it too; let it stop what it started.
        child.terminate()
        child.join(30)
        raise
    return child.exitcode or 0


def _as_child(work: Callable[[], int]) -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    sys.exit(work())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
