"""From STORAGE_URL to Django's STORAGES: a folder (file:///srv/files) or S3 (s3://key:secret@host/bucket).

Static files are beside it: hashed names, gzip.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


def file_storage(url: str) -> dict[str, Any]:
    """Return the entry of STORAGES for ``url``.

    s3:// takes ``?region=…`` and ``?insecure=1`` (plain HTTP inside a closed network); without a host it is
    the storage of the region.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return _folder(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        return _bucket(url)
    raise ImproperlyConfigured(f"STORAGE_URL: không hiểu {parts.scheme!r}; dùng file:// hoặc s3://.")


def _folder(path: Path) -> dict[str, Any]:
    options = {"location": str(path), "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}


def _bucket(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    options: dict[str, Any] = {
        "bucket_name": parts.path.strip("/"),
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "region_name": query.get("region", [None])[0],
        "endpoint_url": _endpoint(parts.hostname, parts.port, insecure="insecure" in query),
        "addressing_style": "path",
        "signature_version": "s3v4",
        "default_acl": None,
        "file_overwrite": True,  # names are fingerprints of the content
        "querystring_auth": True,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def _endpoint(host: str | None, port: int | None, *, insecure: bool) -> str | None:
    if not host:
        return None
    scheme = "http" if insecure else "https"
    return f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Static files under names that change with their content; gzip only, since brotli takes half a minute.

    Modules import each other by those names too. Django's own switch for it also reads comments of libraries
    ("from './htmx'") and fails; ours say the whole name.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("*.js", ((r'(?P<matched>\bfrom "(?P<url>\./[\w-]+\.js)")', 'from "%(url)s"'),)),
    )

    def create_compressor(self, **options: Any) -> Compressor:
        """Return what packs the files."""
        return Compressor(use_brotli=False, **options)
