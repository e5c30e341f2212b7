"""Settings of the web server, on every machine. WEB_WORKERS and WEB_THREADS fit it to the machine."""

import ipaddress
import os
import sys
from typing import Any

import environ

# Threads, not plain workers: a browser opens spare connections that would each block a worker.
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
# Few: with SQLite there is one writer, and more threads only make the slowest answers slower.
threads = int(os.environ.get("WEB_THREADS", "2"))
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True


def on_starting(server: Any) -> None:
    """End where a demonstration would be open to others: the password of its accounts is public."""
    if environ.Env().bool("DEMO", default=False) and not all(map(_is_here, server.cfg.address)):
        sys.exit("Chế độ minh hoạ (DEMO=1) chỉ được mở trên máy này. Hãy dùng --bind 127.0.0.1:CỔNG.")


def _is_here(address: Any) -> bool:
    """Return whether only this machine reaches the address: a loopback one, or a socket's file."""
    if isinstance(address, str):
        return True
    try:
        return address[0] == "localhost" or ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return False
