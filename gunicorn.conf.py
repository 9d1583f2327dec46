"""gunicorn's settings, all derived from ours. `python -m app serve` starts it; alone: `gunicorn "app:create_app()"`"""

import resource

import gevent

from app.config import Settings

_settings = Settings.read()

# An open page is an open file; many systems allow a process only 1024 unless it asks for more.
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (_hard, _hard))

bind = f"{'[' + _settings.host + ']' if ':' in _settings.host else _settings.host}:{_settings.port}"
workers = _settings.web_processes
worker_class = "gevent"
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


def post_worker_init(worker):
    """End the live streams when the process is told to stop; they would hold it for the whole graceful time."""

    def watch():
        while worker.alive:
            gevent.sleep(0.1)
        worker.wsgi.blueprints["events"].hub.close()

    gevent.spawn(watch)
