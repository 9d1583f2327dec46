"""flask-sse as it comes: what our own stream is compared with."""

import os

from flask import Flask
from flask_sse import sse


def create_app() -> Flask:
    """Make an application that has nothing but flask-sse's stream."""
    app = Flask(__name__)
    app.config["REDIS_URL"] = os.environ["REDIS_URL"]
    app.register_blueprint(sse, url_prefix="/stream")
    return app
