"""Settings of the program. All that differs between machines comes from the environment (deploy/env.example)."""

import os
import secrets
import sys
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from backend.config import database, mail, storage

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

# Where the program may write on this machine.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)


def own_secret(path: Path) -> str:
    """Return the secret kept at ``path``; make it on first use, readable by this account only."""
    try:
        made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(made, "w") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text()


# --- Mode -----------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
# Demonstration: illustration data, loopback only, demo accounts allowed. Never in production.
DEMO = env.bool("DEMO", default=False)
# Behind HTTPS: secure cookies, HSTS, redirect. Off only on loopback.
HTTPS = env.bool("HTTPS", default=not (DEMO or DEBUG))
# Behind nginx on the same machine: believe its X-Forwarded-Proto and X-Real-IP.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)

SECRET_KEY = env.str("SECRET_KEY", default="") or own_secret(VAR_DIR / "secret-key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Parts ----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "guardian",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "axes",
    "backend.core",
    "permissions",
    "backend.accounts",
    "backend.audit",
    "backend.jobs",
    "backend.notices",
    "tiers",
    "backend.criteria",
    "backend.rounds",
    "backend.scoring",
    "reports",
    "backend.web",
    "backend.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backend.web.middleware.SignInMiddleware",
    "tiers.seating.ActorMiddleware",
    "backend.accounts.middleware.FirstPasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "backend.web.middleware.ErrorMiddleware",
    "backend.audit.middleware.AccessMiddleware",
]

ROOT_URLCONF = "backend.config.urls"
WSGI_APPLICATION = "backend.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backend.web.context.shell",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
MIGRATE_DATABASE_URL = env.str("MIGRATE_DATABASE_URL", default="")
AS_OWNER = bool(MIGRATE_DATABASE_URL) and database.is_schema_command(sys.argv)
DATABASES = {"default": database.database(MIGRATE_DATABASE_URL if AS_OWNER else DATABASE_URL)}
# The role that gets rights after a migration; empty: the program is the owner (SQLite, or one role only).
DATABASE_PROGRAM_ROLE = database.program_role(DATABASE_URL, MIGRATE_DATABASE_URL)

# --- Tamper evidence -----------------------------------------------------------------------------------------------
# The key of the MACs in history rows: outside the database, so that who holds only that can't close a row of her own.
AUDIT_MAC_KEY = (
    Path(_mac_file).read_text().strip()
    if (_mac_file := env.str("AUDIT_MAC_KEY_FILE", default=""))
    else own_secret(VAR_DIR / "audit-mac-key")
).encode()
if len(AUDIT_MAC_KEY) < 32:
    raise ImproperlyConfigured("AUDIT_MAC_KEY_FILE: cần ít nhất 32 ký tự")
# Where checkpoints' signing key is kept, for the background work's account only; the published key stands beside it.
AUDIT_SIGNING_KEY_FILE = env.str("AUDIT_SIGNING_KEY_FILE", default=str(VAR_DIR / "audit-signing-key"))
# The name of the log and of its key, for good: bundles and notes carry it.
AUDIT_ORIGIN = env.str("AUDIT_ORIGIN", default="") or "localhost/chi-so-cchc"

# --- People ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "permissions.backend.SeatBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "backend.accounts.validators.NotOneself"},
    {"NAME": "backend.accounts.validators.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL

ANONYMOUS_USER_NAME = None
# Where a seat's grants on units are kept; permissions knows no slice of ours.
SEAT_GRANT_MODEL = "tiers.UnitGrant"
# permissions.backend.SeatBackend is guardian's backend with dates and the unit tree.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# The page says when to try again; another wrong try meanwhile must not make that untrue.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "backend.accounts.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "backend.config.proxy.client_address"

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "backend.web.views.csrf_failure"

# --- Language and time ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Tiếng Việt"))]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "backend.core.formats"

# --- Safety of the connection ---------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# A card has a few hundred leaves, each with several inputs.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- Files ----------------------------------------------------------------------------------------------------
STORAGE_URL = env.str("STORAGE_URL", default=f"file://{VAR_DIR / 'files'}")
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
HASHED_STATIC = "backend.config.storage.HashedStatic"
STORAGES = {
    "default": storage.file_storage(STORAGE_URL),
    "staticfiles": {"BACKEND": PLAIN_STATIC if DEBUG else HASHED_STATIC},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Evidence: the largest file, and how much one unit may keep; both in MB.
EVIDENCE_MAX_MB = env.int("EVIDENCE_MAX_MB", default=25)
EVIDENCE_UNIT_QUOTA_MB = env.int("EVIDENCE_UNIT_QUOTA_MB", default=2048)
# Files of one card that are on their way or wait to be put on a leaf; days an upload that was cut off is kept.
EVIDENCE_MOST_WAITING = env.int("EVIDENCE_MOST_WAITING", default=300)
EVIDENCE_KEEP_DAYS = env.int("EVIDENCE_KEEP_DAYS", default=7)
# Seconds that making one Office document into PDF, and reading the text of one PDF, may take.
PREVIEW_SECONDS = env.int("PREVIEW_SECONDS", default=60)
READING_SECONDS = env.int("READING_SECONDS", default=60)
# A package of a card's evidence is removed after so many hours.
BUNDLE_HOURS = env.int("BUNDLE_HOURS", default=24)
# From this share of a leaf's maximum, in percent, a change against last year is worth a second look.
BIG_CHANGE_PERCENT = env.int("BIG_CHANGE_PERCENT", default=30)

# A folder with the office's own DOCX templates in place of ours; empty: ours (manage.py docx_templates writes them).
DOCX_TEMPLATES = env.str("DOCX_TEMPLATES", default="")

# --- Signed documents ---------------------------------------------------------------------------------------------
# The agency's key: a PKCS#12 file, or a certificate on a PKCS#11 token; neither: issued documents go out unsigned.
SIGN_PKCS12_FILE = env.str("SIGN_PKCS12_FILE", default="")
SIGN_PKCS11_MODULE = env.str("SIGN_PKCS11_MODULE", default="")
SIGN_PKCS11_TOKEN = env.str("SIGN_PKCS11_TOKEN", default="")
SIGN_PKCS11_LABEL = env.str("SIGN_PKCS11_LABEL", default="")
if SIGN_PKCS12_FILE and SIGN_PKCS11_MODULE:
    raise ImproperlyConfigured("SIGN_PKCS12_FILE, SIGN_PKCS11_MODULE: chỉ đặt một trong hai")
# The file that holds the password of the PKCS#12 file, or the PIN of the token.
SIGN_SECRET_FILE = env.str("SIGN_SECRET_FILE", default="")
# Certificates (PEM) that signatures have to lead to.
SIGN_TRUST_FILE = env.str("SIGN_TRUST_FILE", default="")

# --- Letters --------------------------------------------------------------------------------------------------
# How long a mail server may say nothing, in seconds.
MAIL_TIMEOUT = env.int("MAIL_TIMEOUT", default=20)
globals().update(
    mail.mail_settings(env.str("EMAIL_URL", default=f"maildir://{VAR_DIR / 'mail'}"), MAIL_TIMEOUT)
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="khong-tra-loi@localhost")
# The right side of each letter's Message-ID.
MAIL_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"

# How many letters may leave in a minute, and how long one waits after a server said "later"; doubled each time.
MAIL_PER_MINUTE = env.int("MAIL_PER_MINUTE", default=120)
MAIL_RETRY_SECONDS = env.int("MAIL_RETRY_SECONDS", default=60)
# The hour in Vietnam at which what is not urgent goes out, one letter a person.
DIGEST_HOUR = env.int("DIGEST_HOUR", default=7)
# Where servers return letters (box+token@domain), and the Maildir in which such letters arrive on this machine.
MAIL_BOUNCES = env.str("MAIL_BOUNCES", default="")
BOUNCE_MAILDIR = env.str("BOUNCE_MAILDIR", default="")

# The address people reach the program at; letters and QR codes point there.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

# --- Background work ------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The filesystem broker looks for work once a second, for one handful at a time.
CELERY_WORKER_PREFETCH_MULTIPLIER = 16
# PDFs fragment memory; prefork children are renewed (--pool solo ignores it).
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
# A running job that has not beaten for so long is taken for dead and done again.
JOB_STALE_SECONDS = env.int("JOB_STALE_SECONDS", default=45)
# What was not begun in time is not begun late as well: the next turn does it.
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "backend.jobs.tasks.sweep", "schedule": 10.0},
    "count_rows": {"task": "backend.jobs.tasks.count_rows", "schedule": 3600.0},
    "uploads": {"task": "backend.scoring.tasks.sweep_uploads", "schedule": 3600.0},
    "library": {"task": "backend.scoring.tasks.tend_library", "schedule": 300.0},
    "batches": {"task": "reports.tasks.sweep_batches", "schedule": 3600.0},
    "post": {"task": "backend.notices.tasks.post", "schedule": 10.0, "options": {"expires": 30}},
    "checkpoints": {
        "task": "backend.rounds.tasks.take_checkpoints",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "remind": {"task": "backend.scoring.tasks.remind", "schedule": 300.0, "options": {"expires": 290}},
}
if BOUNCE_MAILDIR:
    CELERY_BEAT_SCHEDULE["bounces"] = {
        "task": "backend.notices.tasks.read_bounces", "schedule": 300.0, "options": {"expires": 290},
    }  # fmt: skip
if CELERY_BROKER_URL.startswith("filesystem:"):
    queue = VAR_DIR / "queue"
    for folder in (queue / "messages", queue / "control"):
        folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(queue / "messages"),
        "data_folder_out": str(queue / "messages"),
        "control_folder": str(queue / "control"),
        "polling_interval": 0.5,
    }

# --- JSON -----------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["backend.api.renderers.Answers"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "backend.api.pagination.Pages",
    "EXCEPTION_HANDLER": "backend.api.errors.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    # A day is read as on the pages: 05/06/2026 is 5 June. Answers are always ISO.
    "DATE_INPUT_FORMATS": ["iso-8601", "%d/%m/%Y"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Chỉ số cải cách hành chính",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # Several slices have a "state" or a "kind": the schema names each by its subject.
    "ENUM_NAME_OVERRIDES": {
        "CardState": "backend.scoring.lifecycle.State",
        "CriteriaState": "backend.criteria.models.CriteriaSet.State",
        "RoundState": "backend.rounds.models.Round.State",
        "DocumentState": "reports.models.Document.State",
        "BatchState": "reports.models.Batch.State",
        "StepKind": "backend.rounds.models.Step.Kind",
        "UploadState": "backend.scoring.models.Upload.State",
        "DocumentKind": "reports.models.Document.Kind",
        "MessageWay": "backend.notices.models.Way",
        "OwnVerdict": "backend.scoring.models.OwnOpinion.Verdict",
        "OpinionVerdict": "backend.criteria.models.Opinion.Verdict",
    },
}

# --- Log ------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # qpdf tells every small fault of a scanner; what matters comes as an exception.
        "pikepdf": {"level": "ERROR"},
        # Whose certificate it can't trust is told on the page.
        "pyhanko": {"level": "ERROR"},
        # The embedded broker has no host name and says so at every start.
        "kombu.connection": {"level": "ERROR"},
    },
}
