"""Second half of deploy/run: prepares the database, then keeps the web server and the worker alive."""

import argparse
import fcntl
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import children

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
FIRST_STEPS = """
Nạp tổ chức rồi tạo quản trị viên đầu tiên:
  VAR_DIR={var} .venv/bin/python manage.py load_organisation
  VAR_DIR={var} .venv/bin/python manage.py create_admin --unit 92"""
PATIENCE = 30  # seconds the web server may take to answer first


def main() -> None:
    """Run until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # A shell starts its background jobs deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wish = arguments()
    settle_environment(empty=wish.empty)
    with only_one():
        if children.is_open(wish.port):
            sys.exit(
                f"Cổng {wish.port} đang có chương trình khác dùng. Hãy chọn cổng khác, ví dụ --port 8001."
            )
        in_a_process_of_its_own(prepare)
        serve(wish.port)


def arguments() -> argparse.Namespace:
    """Return what was asked on the command line."""
    parser = argparse.ArgumentParser(prog="deploy/run", description="Chạy toàn bộ chương trình trên máy này.")
    parser.add_argument("--port", type=int, default=8000, help="cổng của máy chủ web (mặc định 8000)")
    parser.add_argument(
        "--empty", action="store_true", help="không nạp số liệu minh hoạ; dữ liệu ở var/empty"
    )
    return parser.parse_args()


def settle_environment(*, empty: bool) -> None:
    """Set what running by hand means: loopback, plain HTTP; demonstration in var/, the empty start in var/empty/."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.config.settings"
    os.environ["DEMO"] = "0" if empty else "1"
    os.environ["HTTPS"] = "0"
    os.environ.setdefault("VAR_DIR", str(ROOT / "var" / "empty" if empty else ROOT / "var"))
    logs().mkdir(parents=True, exist_ok=True)


def var() -> Path:
    """Return the folder that holds all the program writes."""
    return Path(os.environ["VAR_DIR"])


def logs() -> Path:
    """Return the folder of what the web server and the worker have to say."""
    return var() / "log"


@contextmanager
def only_one() -> Iterator[None]:
    """Keep a second start off the same data."""
    with (var() / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(
                "Chương trình đang chạy với dữ liệu này rồi. Hãy dừng lần chạy trước (Ctrl-C) rồi chạy lại."
            )
        yield


def in_a_process_of_its_own(work: Callable[[], None]) -> None:
    """Do ``work`` in a child, so that Django's memory goes with it; end with its code if it fails."""
    child = multiprocessing.get_context("fork").Process(target=deaf_to_interrupts, args=(work,))
    child.start()
    try:
        child.join()
    except KeyboardInterrupt:
        child.kill()
        raise
    if child.exitcode:
        sys.exit(child.exitcode)


def deaf_to_interrupts(work: Callable[[], None]) -> None:
    """Do ``work``; on Ctrl-C it is this process's parent that decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work()


def prepare() -> None:
    """Bring the database, the static files and the demonstration up to date; print who may sign in."""
    import django
    from django.core.management import call_command, get_commands

    # Migrations make many objects that stay: looking for garbage among them takes a sixth of the time.
    gc.set_threshold(20_000, 20, 100)
    django.setup()
    say("Chuẩn bị cơ sở dữ liệu")
    call_command("migrate", verbosity=0)
    collect_static()
    if not (var() / "audit-signing-key").exists():
        call_command("audit_keys", verbosity=0, stdout=StringIO())
    if os.environ["DEMO"] == "0":
        print(FIRST_STEPS.format(var=var()))
    for step, command in (("Nạp số liệu minh hoạ", "load_demo"), ("Tài khoản minh hoạ", "demo_accounts")):
        if os.environ["DEMO"] == "1" and command in get_commands():
            say(step)
            call_command(command)
    sys.stdout.flush()


def collect_static() -> None:
    """Collect the static files unless the same ones were collected before."""
    from django.core.management import call_command

    stamp, now = var() / "static.stamp", static_fingerprint()
    if not stamp.exists() or stamp.read_text() != now:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)


def static_fingerprint() -> str:
    """Return what changes when a static file of ours or a library changes."""
    folders = (ROOT / top for top in ("backend", "permissions", "reports", "tiers"))
    files = sorted(path for folder in folders for path in folder.glob("**/static/**/*") if path.is_file())
    files.append(ROOT / "backend" / "config" / "storage.py")  # how their names are made
    lines = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return "\n".join([(ROOT / ".venv" / "requirements.sha256").read_text(), *lines])


def serve(port: int) -> None:
    """Start the web server and the worker, say where they are, and watch them until the end."""
    say("Khởi động máy chủ web và tiến trình nền")
    web = start_web(port)
    worker = start_worker()
    try:
        wait_for(web, port)
        print(f"\nMở trình duyệt: http://127.0.0.1:{port}/   (nhật ký: {logs()}; dừng: Ctrl-C)", flush=True)
        while web.poll() is None:
            worker = worker if worker.poll() is None else start_worker()
            time.sleep(1)
        sys.exit("Máy chủ web đã dừng ngoài ý muốn:\n" + tail(logs() / "web.log"))
    except KeyboardInterrupt:
        say("Đang dừng")
    finally:
        # A job cut short is taken up again by the next start.
        children.stop(worker, patience=3)
        children.stop(web)


def start_web(port: int) -> subprocess.Popen[bytes]:
    """Start the production web server on loopback; few threads, since SQLite has one writer."""
    command = [
        PROGRAMS / "gunicorn",
        "--config",
        ROOT / "deploy" / "gunicorn.py",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    return children.start([*map(str, command), "backend.config.wsgi"], log=logs() / "web.log")


def start_worker() -> subprocess.Popen[bytes]:
    """Start the background worker with its schedule, one job at a time."""
    options = ["worker", "--beat", "--pool", "solo", "--loglevel", "INFO"]
    return children.start(
        [str(PROGRAMS / "celery"), "-A", "backend.config", *options], log=logs() / "worker.log"
    )


def wait_for(web: subprocess.Popen[bytes], port: int) -> None:
    """Return when the web server answers; end with its log if it does not."""
    for _ in range(PATIENCE * 10):
        if children.is_open(port):
            return
        if web.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit("Máy chủ web không khởi động được:\n" + tail(logs() / "web.log"))


def tail(log: Path) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-30:])


def say(what: str) -> None:
    """Print a step."""
    print(f"\n== {what}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # before there was anything to stop
        sys.exit(130)
