"""gunicorn's settings, and its worker. `python -m app serve` starts it; alone: `gunicorn "app:create_app()"`"""

import json
import resource
from contextlib import contextmanager, suppress

import gevent
from gunicorn import util
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.ggevent import GeventWorker

from app.config import Settings

_settings = Settings.read()

# An open page is an open file; many systems allow a process only 1024 unless it asks for more.
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (_hard, _hard))

bind = f"{'[' + _settings.host + ']' if ':' in _settings.host else _settings.host}:{_settings.port}"
workers = _settings.web_processes
# One open page holds one connection for as long as it is open.
worker_connections = 10_000
backlog = 2048
# Uploads of hours are fine: this bounds silence of the whole process, not a request.
timeout = 120
graceful_timeout = 10
keepalive = 75
proc_name = "vtm-web"
accesslog = "-" if _settings.log_level == "DEBUG" else None
loglevel = "warning" if _settings.log_level == "INFO" else _settings.log_level.lower()
# A socket for gunicorn's own tools; we have none of them running.
control_socket_disable = True

# What is refused before the application hears of it, and what to say in the form of all its errors.
_TOO_LONG = {
    LimitRequestLine: ("414 URI Too Long", "uri_too_long", "The address is longer than is read here."),
    LimitRequestHeaders: ("431 Request Header Fields Too Large", "headers_too_large", "The headers are too large."),
}


class Worker(GeventWorker):
    """gunicorn's gevent worker, which stops at once: idle connections and live streams do not hold it.

    By itself it would wait for both, the whole graceful time long, whenever a page is open somewhere.
    """

    def handle_error(self, req, client, addr, exc):
        """Answer a connection on which something went wrong."""
        if type(exc) not in _TOO_LONG:
            super().handle_error(req, client, addr, exc)
            return
        status, code, said = _TOO_LONG[type(exc)]
        body = json.dumps({"error": said, "code": code, "field": None})
        head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n"
        with suppress(OSError):  # who asked may be gone
            util.write_nonblock(client, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    def run(self):
        self._waiting = {}
        gevent.spawn(self._watch)
        super().run()

    @contextmanager
    def timeout_ctx(self):
        """Surround the wait for a connection's next request, for which there is no time any more at the end."""
        with gevent.Timeout(self.cfg.keepalive if self.alive else 0, False) as patience:
            self._waiting[gevent.getcurrent()] = patience
            try:
                yield
            finally:
                del self._waiting[gevent.getcurrent()]

    def _watch(self):
        while self.alive:
            gevent.sleep(0.1)
        self.wsgi.blueprints["events"].hub.close()
        self.end_waits()

    def end_waits(self):
        """Close the connections that wait for a request, as if their time were up."""
        for greenlet in list(self._waiting):
            gevent.get_hub().loop.run_callback(self._end_wait, greenlet)

    def _end_wait(self, greenlet):
        # Only now is it known: a request may have come for which it does not wait any more, and which is not cut off.
        if patience := self._waiting.get(greenlet):
            greenlet.throw(patience)


worker_class = Worker
