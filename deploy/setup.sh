#!/bin/sh
# Makes .venv from a lock file with hashes; does nothing when it is up to date.
#   deploy/setup.sh requirements.lock|requirements-dev.lock
set -eu
lock=$1
python=${PYTHON:-python3}
stamp=.venv/.$(basename "$lock").sha256
want=$(cat "$lock" pyproject.toml | sha256sum | cut -d' ' -f1)
# The development lock holds all of the other one.
for done in "$stamp" .venv/.requirements-dev.lock.sha256; do
    case $done in
    "$stamp") sum=$want ;;
    *) sum=$(cat requirements-dev.lock pyproject.toml | sha256sum | cut -d' ' -f1) ;;
    esac
    if [ "$(cat "$done" 2>/dev/null)" = "$sum" ]; then exit 0; fi
done

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "Newsloom needs Python 3.11 or later; '$python' is not. Set PYTHON=/path/to/python3.11." >&2
    exit 1
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    # Debian and Ubuntu keep venv in a package of its own.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Debian's python3-venv"
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv
    else
        echo "Python's venv module is missing. Install it: sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing $(grep -c '==' "$lock") packages from $lock (hashes checked)"
# uv unpacks and compiles in parallel: a quarter of pip's time. pip brings it, by hash as well.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/bootstrap.lock
# The lock is complete, so nothing is left to resolve (--no-deps), and what comes as source is built with the bootstrap's
# own setuptools, by hash too (--no-build-isolation). Compiled here, services start twice as fast.
install=".venv/bin/uv pip install --python .venv/bin/python --no-deps --compile-bytecode --no-build-isolation"
$install --require-hashes -r "$lock"
$install --quiet --editable .
# Our own code as well: ten processes of a stack would each compile it where PYTHONDONTWRITEBYTECODE is set.
.venv/bin/python -m compileall -q services
rm -f .venv/.requirements*.sha256
echo "$want" > "$stamp"
