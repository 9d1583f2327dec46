#!/usr/bin/env bash
# Set up what is missing, then run the service until Ctrl-C.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. deploy/setup.sh

usage() {
  cat <<'TEXT'
Usage: ./start.sh [--servers]

Serves on http://localhost:5000 with nothing else to install or to run.

  --servers   run a private MariaDB and Redis under data/ and use them
              (instead of SQLite and the event table)

Settings come from the environment or from a file .env; README.md lists them.
TEXT
}

servers=()
for argument in "$@"; do
  case $argument in
    --servers) servers=(--servers) ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

ensure_python
ensure_shaping
if [[ ${#servers[@]} -gt 0 ]]; then
  ensure_program mariadbd mariadb-server-core
  ensure_program redis-server redis-server
fi
exec "$VENV/bin/python" -m app serve "${servers[@]}"
