#!/usr/bin/env bash
# Set up what the tests need, then run them. Arguments go to pytest: -k name, a file, …; --fast leaves out what needs
# servers, a browser or real processes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. deploy/setup.sh

ensure_python --dev
ensure_shaping
if [[ " $* " != *" --fast "* ]]; then
  ensure_program mariadbd mariadb-server-core
  ensure_program redis-server redis-server
  ensure_program rabbitmq-server rabbitmq-server
  ensure_program chromium chromium
  ensure_program strace strace
fi
exec "$VENV/bin/python" -m pytest "$@"
