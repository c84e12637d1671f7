#!/bin/sh
# requirements/install.sh FOLDER LOCK: an environment with what requirements/LOCK.txt names, and this project, editable.
#
# uv installs where it is there, pip where it is not: the same versions, held to the same hashes. PYTHON names the
# interpreter (python3; uv finds or brings another where that is none of 3.11 or later), an empty UV asks for pip.
set -eu
folder=$1 lock=$2
root=$(dirname "$0")/..
uv=${UV-uv}
python=${PYTHON:-python3}

stop() {
  echo "$*" >&2
  exit 1
}

# What is asked of Python is asked in its isolated mode: it imports nothing from the folder where this is run.
has() {
  "$1" -I -c "$2" 2>/dev/null
}

install() {
  # The lock holds what builds, too: without isolation nothing comes from elsewhere.
  "$@" --require-hashes -r "$root/requirements/$lock.txt" && "$@" --no-build-isolation --no-deps --editable "$root"
}

# Both installers read the proxies of the environment, and each the registry that was named for the other.
with_uv() {
  if [ -n "${PIP_INDEX_URL-}" ] && [ -z "${UV_DEFAULT_INDEX-}${UV_INDEX_URL-}" ]; then
    export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
  fi
  if [ -n "${PIP_CERT-}" ] && [ -z "${SSL_CERT_FILE-}" ]; then
    export SSL_CERT_FILE="$PIP_CERT"
  fi
  cache=$("$uv" cache dir) || return
  if ! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then # a home that cannot be written
    export UV_NO_CACHE=1
  fi
  [ -x "$folder/bin/python" ] || "$uv" venv --quiet --python "$python" "$folder" || return
  install "$uv" pip install --quiet --python "$folder/bin/python"
}

with_pip() {
  if [ -n "${UV_DEFAULT_INDEX-}${UV_INDEX_URL-}" ] && [ -z "${PIP_INDEX_URL-}" ]; then
    export PIP_INDEX_URL="${UV_DEFAULT_INDEX:-$UV_INDEX_URL}"
  fi
  [ -x "$folder/bin/python" ] || "$python" -I -m venv "$folder" || return
  # An environment that uv has made is without pip.
  has "$folder/bin/python" 'import pip' || "$folder/bin/python" -I -m ensurepip >/dev/null || return
  # Python compiles what it imports, and most of what is installed is never imported.
  install "$folder/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-compile
}

NEW='import sys; sys.exit(sys.version_info < (3, 11))'
if ! mkdir -p "$folder" 2>/dev/null || [ ! -w "$folder" ]; then
  stop "$folder cannot be written: put the project where you may write"
fi
# An environment of a Python that has gone, or is too old, is made anew.
if [ -e "$folder/pyvenv.cfg" ] && ! has "$folder/bin/python" "$NEW"; then
  rm -rf "$folder"
fi
[ -z "$uv" ] || command -v "$uv" >/dev/null || uv=
if ! has "$python" "$NEW"; then
  if [ -n "$uv" ] && [ -z "${PYTHON-}" ]; then
    python='>=3.11'
  elif command -v "$python" >/dev/null; then
    stop "$python is too old ($("$python" --version 2>&1 | head -n 1)): install Python 3.11 or later and name it," \
      "as in PYTHON=python3.13, or uv, which brings one"
  else
    stop "$python is missing: install Python 3.11 or later (Debian: apt install python3-venv), or uv, which brings one"
  fi
fi
if [ -n "$uv" ]; then
  with_uv || stop "uv could not install, for the reason above; UV= on the command line of make asks for pip instead"
elif has "$python" 'import ensurepip, venv'; then
  with_pip || stop "pip could not install, for the reason above"
else
  stop "$python has no ensurepip: install it (Debian: apt install python3-venv), or uv, which needs none"
fi
