"""Where a bucket is: the address that STORAGE_URL gives, read into its parts."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, parse_qsl, urlsplit

_FORM = "s3://BUCKET/PREFIX?endpoint=https://HOST:PORT&region=REGION&public=https://HOST:PORT&addressing=path"
_OPTIONS = frozenset(("endpoint", "region", "public", "addressing"))
_BUCKET = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]")
_ADDRESSING = frozenset(("path", "virtual"))


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Place:
    """A bucket, what all keys in it begin with, and who is asked for it.

    `endpoint` is where this service reaches the store, `public` where browsers do; empty: Amazon's own.
    """

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    public: str = ""
    addressing: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `s3://BUCKET/PREFIX?endpoint=…&region=…&public=…&addressing=path|virtual`. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.netloc or parts.fragment:
            raise ValueError(f"Write {_FORM}.")
        if "@" in parts.netloc:
            raise ValueError("Keys do not belong in the address: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        if not _BUCKET.fullmatch(parts.netloc):
            raise ValueError(f"{parts.netloc} is no name of a bucket. Write {_FORM}.")
        prefix = parts.path.strip("/")
        return cls(bucket=parts.netloc, prefix=f"{prefix}/" if prefix else "", **_options_of(parts))


def _options_of(parts: SplitResult) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - _OPTIONS):
        raise ValueError(f"{', '.join(unknown)}: nothing is known of this. Write {_FORM}.")
    for name in ("endpoint", "public"):
        if name in options:
            options[name] = _checked_address(name, options[name])
    if "endpoint" in options:
        # Names of buckets below the name of a server of one's own are seldom known to the network.
        options.setdefault("addressing", "path")
    if options.get("addressing", "path") not in _ADDRESSING:
        raise ValueError("addressing must be path or virtual.")
    return options


def _checked_address(name: str, address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(f"{name} must be the address of a server: http://HOST:PORT or https://HOST:PORT.")
    if "@" in parts.netloc:
        raise ValueError(f"{name} must be without a name and password.")
    return address.rstrip("/")
