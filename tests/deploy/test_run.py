"""The two commands and the production settings, as a person and a machine would use them."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.house.sources import ROOT

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]

sys.path.insert(0, str(ROOT / "deploy"))
import children  # noqa: E402

PRODUCTION = {
    "SECRET_KEY": "a-long-key-for-tests-only-0123456789-abcdefghijklmnop-qrstuvwxyz",
    "ALLOWED_HOSTS": "cchc.example.gov.vn",
    "BEHIND_PROXY": "1",
    "HTTPS": "1",
    "DJANGO_SETTINGS_MODULE": "backend.config.settings",
}


def manage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "manage.py", *words]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


def test_production_settings_pass_the_deployment_check(tmp_path, database_url):
    done = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        **PRODUCTION,
        VAR_DIR=str(tmp_path),
        DATABASE_URL=database_url,
    )
    assert done.returncode == 0, done.stderr


def test_demonstration_mode_fails_the_deployment_check(tmp_path, database_url):
    wrong = PRODUCTION | {"DEMO": "1"}
    assert (
        manage("check", "--deploy", **wrong, VAR_DIR=str(tmp_path), DATABASE_URL=database_url).returncode == 1
    )


@pytest.mark.parametrize("service", ["web", "worker"])
def test_a_service_does_not_start_where_history_lacks_a_wall(tmp_path, database_url, service):
    unit = (ROOT / f"deploy/systemd/par-index-{service}.service").read_text()
    (first,) = re.findall(r"^ExecStartPre=\S+/python manage\.py (.*)$", unit, re.MULTILINE)
    place = PRODUCTION | {"VAR_DIR": str(tmp_path), "DATABASE_URL": database_url}
    assert manage(*first.split(), **place).returncode == 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER scoring_historicalmark_del")
    done = manage(*first.split(), **place)
    assert done.returncode == 1
    assert "scoring_historicalmark" in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])
def test_a_demonstration_is_opened_on_loopback_only(tmp_path, host):
    command = [Path(sys.executable).parent / "gunicorn", "--config", ROOT / "deploy/gunicorn.py"]
    done = subprocess.run(
        [*command, "--bind", f"{host}:{children.free_port()}", "backend.config.wsgi"],
        cwd=ROOT,
        env=os.environ | {"DEMO": "1", "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "chỉ được mở trên máy này" in done.stderr


@pytest.fixture
def running(tmp_path) -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    """The program, started empty as deploy/run does, its port and its folder."""
    port = children.free_port()
    quiet = {
        name: value
        for name, value in os.environ.items()
        if name not in {"TEST_RUN_DIR", "DJANGO_SETTINGS_MODULE"}
    }
    command = [sys.executable, ROOT / "deploy/serve.py", "--empty", "--port", str(port)]
    program = subprocess.Popen(
        command, env=quiet | {"VAR_DIR": str(tmp_path)}, stdout=subprocess.PIPE, text=True
    )
    yield program, port, tmp_path
    program.kill()
    program.wait()
    program.stdout.close()


def test_run_starts_serves_and_stops_whole(running):
    program, port, folder = running
    said = "".join(_until(program, "Mở trình duyệt"))
    assert f"http://127.0.0.1:{port}/" in said
    assert "create_admin --unit 92" in said
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        assert answer.status == 200
    program.send_signal(signal.SIGINT)
    assert program.wait(timeout=30) == 0
    assert not children.is_open(port)
    assert not _of(folder)


def _until(program: subprocess.Popen[str], words: str) -> Iterator[str]:
    for line in program.stdout:
        yield line
        if words in line:
            return


def _of(folder: Path) -> list[str]:
    """Return the processes that work in ``folder``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if re.search(rb"(?:^|\0)VAR_DIR=" + re.escape(str(folder).encode()) + rb"\0", environment):
            found.append(process.name)
    return found
