"""Settings of the tests: the program's own, in a private folder, with fast passwords and no HTTPS."""

import os
import tempfile
from pathlib import Path

# One folder a run, one below it for each xdist worker; tests/conftest.py removes it.
if "TEST_RUN_DIR" not in os.environ:
    os.environ["TEST_RUN_DIR"] = tempfile.mkdtemp(prefix="par-index-test-")
RUN_DIR = Path(os.environ["TEST_RUN_DIR"])
os.environ["VAR_DIR"] = str(RUN_DIR / os.environ.get("PYTEST_XDIST_WORKER", "main"))
os.environ.setdefault("HTTPS", "0")
# One key for every worker and every program a test starts: a database made by one is read by all.
os.environ["AUDIT_MAC_KEY_FILE"] = str(RUN_DIR / "mac-key")
if not (RUN_DIR / "mac-key").exists():
    (RUN_DIR / "mac-key").write_text("khoa-chi-dung-cho-phep-thu-" * 2)

from backend.config.settings import *  # noqa: F403
from backend.config.settings import DATABASES, PLAIN_STATIC, STORAGES, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": PLAIN_STATIC}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A thread of the live server must not keep a connection to the copy of an earlier test.
DATABASES["default"]["CONN_MAX_AGE"] = 0
STATIC_ROOT = str(VAR_DIR)
