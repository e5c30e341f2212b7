"""Settings of the web server, on every machine. WEB_WORKERS and WEB_THREADS fit it to the machine."""

import os

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
