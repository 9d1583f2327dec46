"""Who may knock: checks made before any door is opened.

A service without sign-in on 127.0.0.1 can be reached by every page in the same browser. Two things keep such pages
out: a name that is not ours (DNS rebinding makes a foreign page same-origin with us, but under its own name) and a
write that another site started.
"""

import ipaddress
import re

from flask import Flask, Response, request

from app.config import Settings
from app.errors import Forbidden

_READS = frozenset(("GET", "HEAD", "OPTIONS"))
_OWN_SITE = frozenset(("same-origin", "none"))
# Names that every resolver keeps on this machine, and that can be names at all.
_LOCAL_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*localhost")


def content_policy(*styles: str, films_at: str = "") -> str:
    """Return what a page may load: only what is ours, style sheets of these hashes, and films of one more origin."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            " ".join(("style-src 'self'", *(f"'{style}'" for style in styles))),
            "img-src 'self' data:",
            f"media-src 'self' {films_at}".rstrip(),
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def install(app: Flask, settings: Settings, *, films_at: str = "") -> None:
    """Check every request of `app`, and put the security headers on every answer.

    `films_at` is the origin at which browsers fetch films where that is not this service.
    """
    headers = {**_HEADERS, "Content-Security-Policy": content_policy(films_at=films_at)}
    names = _allowed_names(settings)
    # Addresses in pages are made from this and not from what a client named as Host: the page that refuses a name
    # must not fail over it.
    app.config["SERVER_NAME"] = "localhost"
    # For the same reason nobody is redirected by that name, as one who writes two slashes would be.
    app.url_map.merge_slashes = False

    @app.before_request
    def check() -> None:
        _check_host(names)
        _check_origin()

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response


def _allowed_names(settings: Settings) -> frozenset[str]:
    listed = (_host_name(name.strip()) for name in settings.allowed_hosts.split(","))
    return frozenset((settings.host.lower(), *(name for name in listed if name)))


def _check_host(names: frozenset[str]) -> None:
    name = _host_name(request.host)
    if name not in names and not _LOCAL_NAME.fullmatch(name) and not _is_address(name):
        raise Forbidden(
            f"Host {name[:100]!r} is not a name of this service. If it should be, add it to ALLOWED_HOSTS.",
            field="Host",
            code="unknown_host",
        )


def _check_origin() -> None:
    """Refuse a write that another site started. Programs send neither header, browsers always one of them."""
    if request.method in _READS:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    is_foreign = site not in _OWN_SITE if site else bool(origin) and origin != f"{request.scheme}://{request.host}"
    if is_foreign:
        raise Forbidden(
            "Another site tried to change something here, and was refused.", field="Origin", code="cross_site"
        )


def _host_name(host: str) -> str:
    """Return the name of `name:port`, `1.2.3.4:port` or `[::1]:port`."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    """Tell whether a host is a bare IP address: no name was looked up, so none can have been forged."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
