# Sourced by start.sh, tests/run.sh and .ci/check: the Python environment and the programs they need.
# Does nothing where everything is there already, and says what it does where it is not.

VENV=.venv
STAMP=$VENV/.installed

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# ensure_python [--dev]: the packages of Pipfile.lock in .venv, with those for development if asked, and those for more
# than one machine if a setting needs them.
ensure_python() {
  local lock groups
  lock=$(sha256sum <Pipfile.lock)
  groups=$(wanted_groups "$@")
  if [[ -x $VENV/bin/python && -f $STAMP ]] && $VENV/bin/python -c '' 2>/dev/null; then
    local stamp installed
    stamp=$(<"$STAMP")
    installed=${stamp#"$lock "}
    if [[ $installed != "$stamp" ]]; then
      [[ -z $(without "$groups" "$installed") ]] && return
      groups="$installed $(without "$groups" "$installed")"
    fi
  fi
  say "Setting up the Python environment in $VENV (once, about a minute)."
  local python
  python=$(find_python)
  sync_with_pipenv "$python" "$groups" || sync_with_pip "$python" "$groups"
  printf '%s' "$lock $groups" >"$STAMP"
}

# wanted_groups [--dev]: which groups of Pipfile.lock are needed.
wanted_groups() {
  local groups=default
  [[ ${1:-} == --dev ]] && groups+=" develop scale"
  [[ -z ${1:-} ]] && needs_scale && groups+=" scale"
  printf '%s' "$groups"
}

# Whether bytes are in a bucket or jobs go over RabbitMQ, by the environment or the file .env.
needs_scale() {
  [[ -n ${STORAGE_URL:-}${STORAGE_URL_FILE:-} || ${QUEUE:-} == dramatiq ]] && return
  [[ -f .env ]] && grep -Eq "^(export )?(STORAGE_URL(_FILE)?=[\"']?[^\"'[:space:]]|QUEUE=[\"']?dramatiq)" .env
}

# without "A B C" "A C": B
without() {
  local word left=()
  for word in $1; do
    [[ " $2 " == *" $word "* ]] || left+=("$word")
  done
  printf '%s' "${left[*]}"
}

find_python() {
  local candidate
  for candidate in python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "Python 3.11, 3.12 or 3.13 is not installed. On Debian and Ubuntu: apt-get install python3 python3-venv"
}

sync_with_pipenv() {
  command -v pipenv >/dev/null || return 1
  local options=()
  [[ $2 == *develop* ]] && options=(--dev)
  PIPENV_VENV_IN_PROJECT=1 PIPENV_IGNORE_VIRTUALENVS=1 PIPENV_YES=1 \
    pipenv --quiet --python "$1" sync "${options[@]}" >&2 && [[ -x $VENV/bin/python ]] || return 1
  [[ $2 == *scale* ]] || return 0
  PIPENV_VENV_IN_PROJECT=1 PIPENV_IGNORE_VIRTUALENVS=1 PIPENV_YES=1 pipenv --quiet sync --categories scale >&2
}

sync_with_pip() {
  if ! "$1" -c 'import ensurepip' 2>/dev/null; then
    install_packages python3-venv || fail "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"
  fi
  "$1" -m venv --clear "$VENV"
  # The lock names every package with its hashes; pip takes nothing that is not among them.
  "$VENV/bin/python" - "$2" >"$VENV/requirements.txt" <<'PYTHON'
import json, sys

lock = json.load(open("Pipfile.lock", encoding="utf-8"))
packages = {name: entry for group in sys.argv[1].split() for name, entry in lock[group].items()}
for name, entry in sorted(packages.items()):
    extras = f"[{','.join(entry['extras'])}]" if entry.get("extras") else ""
    markers = f" ; {entry['markers']}" if entry.get("markers") else ""
    print(f"{name}{extras}{entry['version']}{markers}", *(f"--hash={value}" for value in entry["hashes"]))
PYTHON
  "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r "$VENV/requirements.txt"
}

# ensure_program NAME PACKAGE…: a program of the system, from Debian's packages where it is missing and we may.
ensure_program() {
  PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "$1" >/dev/null && return
  say "Installing ${*:2} for $1."
  install_packages "${@:2}" || fail "$1 is not installed. On Debian and Ubuntu: apt-get install ${*:2}"
}

# ensure_library NAME PACKAGE WITHOUT: a library of the system, the same way; where it cannot be had, only WITHOUT is told.
ensure_library() {
  has_library "$1" && return
  say "Installing $2 for $1."
  install_packages "$2" && has_library "$1" && return
  say "Warning: $1 is not installed. $3. On Debian and Ubuntu: apt-get install $2" >&2
}

has_library() { "$VENV/bin/python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" 2>/dev/null; }

# What Pillow looks for on the system to shape text.
ensure_shaping() {
  ensure_library libfribidi.so.0 libfribidi0 "Arabic and Indian scripts are drawn with their letters apart"
}

install_packages() {
  [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || return 1
  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
