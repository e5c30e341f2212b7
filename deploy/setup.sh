# Sourced by deploy/run and deploy/test: a Python that works, the .venv, the system's libraries.
# shellcheck shell=bash

# Python keeps what it compiled; compiling Django and all the rest anew takes ten seconds a start.
unset PYTHONDONTWRITEBYTECODE

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
stop_with() { printf '%s\n' "$*" >&2; exit 1; }

# Install Debian packages when this account may; otherwise one line says which are missing.
need_packages() {
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        if sudo -n true 2>/dev/null; then as_root=(sudo -n); else stop_with "Thiếu gói hệ thống. Hãy cài rồi chạy lại: sudo apt-get install $*"; fi
    fi
    command -v apt-get >/dev/null || stop_with "Máy không có apt-get. Hãy cài các gói tương đương rồi chạy lại: $*"
    say "Cài gói hệ thống: $*"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 && return
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

# The newest of Python 3.11 to 3.13 that really starts (a name on the PATH may be an empty shim).
find_python() {
    local name
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys, ctypes, sqlite3, ssl; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    stop_with "Cần Python 3.11, 3.12 hoặc 3.13. Trên Debian 12 và Ubuntu 24.04: sudo apt-get install python3 python3-venv"
}

# make_venv FILE: the .venv holds exactly the packages of deploy/FILE, each checked by its hash.
make_venv() {
    local wanted stamp=.venv/requirements.sha256
    wanted=$(sha256sum <"deploy/$1")
    # What the tests need includes what the program needs.
    if venv_stands && grep -qsxF -e "$wanted" -e "$(sha256sum <deploy/requirements-test.txt)" "$stamp"; then
        [ "$1" = requirements.txt ] || grep -qxF -e "$wanted" "$stamp" && return
    fi
    say "Cài các thư viện Python"
    venv_stands || new_venv
    rm -f "$stamp"
    .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes "deploy/$1"
    echo "$wanted" >"$stamp"
}

venv_stands() { .venv/bin/python -c '' 2>/dev/null && [ -x .venv/bin/uv ]; }

new_venv() {
    local python version uv_lines
    python=$(find_python)
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$python" -c 'import ensurepip' 2>/dev/null || need_packages "python$version-venv"
    rm -rf .venv
    "$python" -m venv .venv
    uv_lines=$(mktemp)
    awk '/^uv==/ {mine = 1} /^[a-z]/ && !/^uv==/ {mine = 0} mine && !/^ *#/' deploy/requirements.txt >"$uv_lines"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$uv_lines"
    rm -f "$uv_lines"
}

# WeasyPrint draws documents with two libraries of the system; the fonts come with the project.
need_libraries() {
    local load='from ctypes import CDLL; [CDLL(name) for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0", "libfontconfig.so.1")]'
    .venv/bin/python -c "$load" 2>/dev/null || need_packages libpango-1.0-0 libpangoft2-1.0-0
}

# Word, Excel and PowerPoint are shown in place by LibreOffice, kept apart by bubblewrap. The program runs without.
PREVIEW_PACKAGES=(libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui bubblewrap)
has_previews() { command -v soffice >/dev/null && command -v bwrap >/dev/null; }
