"""A client of an S3-compatible store that gives up within seconds, and what its failures are called here."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from app.errors import SettingsError, StorageError
from app.storage.base import BytesMissing
from app.storage.s3_place import S3Place

_CONNECT_SECONDS, _READ_SECONDS, _TRIES = 2, 10, 2
# One request of a page may be many pictures; the web process answers them side by side.
_CONNECTIONS = 32
MISSING = frozenset(("404", "NoSuchKey", "NotFound"))
_WHY = {
    "403": "it refuses the credentials",
    "AccessDenied": "it refuses the credentials",
    "InvalidAccessKeyId": "it does not know the credentials",
    "SignatureDoesNotMatch": "it does not know the credentials",
    "NoSuchBucket": "there is no such bucket",
    "PreconditionFailed": "it has other bytes by now",
}


def build_client(place: S3Place, endpoint: str, keys: Mapping[str, str]) -> Any:
    """Return a client; without keys it finds some as Amazon's tools do. Raises SettingsError without boto3."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError as err:
        raise SettingsError(
            "STORAGE_URL: s3:// needs boto3, which is not installed. Run: pipenv sync --categories scale"
        ) from err
    # What they say in detail has signatures in it.
    for name in ("boto3", "botocore", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _TRIES},
        max_pool_connections=_CONNECTIONS,
        signature_version="s3v4",
        s3={"addressing_style": place.addressing or "auto"},
        # Stores that are not Amazon's do not all know the newer checksums; each part goes with its MD5 instead.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.session.Session().client(
        "s3", endpoint_url=endpoint or None, region_name=place.region or None, config=config, **keys
    )


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise BytesMissing and StorageError for what a client raises, and tell no secret."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

    try:
        yield
    except ClientError as err:
        code = str(err.response.get("Error", {}).get("Code", ""))
        if code in MISSING:
            raise BytesMissing("The stored file is gone.") from err
        raise StorageError(f"{what}: {_WHY.get(code, f'the store answers {code}')}.") from err
    except (NoCredentialsError, PartialCredentialsError) as err:
        raise StorageError(
            f"{what}: there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        ) from err
    except BotoCoreError as err:
        raise StorageError(f"{what}: the store does not answer ({type(err).__name__}).") from err


@contextmanager
def translated_all(what: str) -> Iterator[None]:
    """As `translated`, for what is asked of the whole bucket: where that is missing, StorageError."""
    try:
        with translated(what):
            yield
    except BytesMissing as err:
        raise StorageError(f"{what}: there is no such bucket.") from err
