"""Settings of the tests: the program's own, in a private folder, with fast passwords and no HTTPS."""

import os
import tempfile

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="par-index-test-"))
os.environ.setdefault("HTTPS", "0")

from backend.config.settings import *  # noqa: F403
from backend.config.settings import PLAIN_STATIC, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": PLAIN_STATIC}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
