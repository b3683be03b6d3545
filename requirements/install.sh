# Sourced by run and check: `install app` or `install dev` makes .venv hold exactly what that lock says.
# Needs python3 (3.11 or newer) with pip; asks nothing of the system and leaves it as it is.

sorry() { echo "Sorry: $*" >&2; exit 1; }

trial='
import sys
sys.version_info >= (3, 11) or sys.exit("it is older than Python 3.11")
import ctypes, sqlite3, ssl, time, timeit
work = "for number in range(20_000): seen[number & 255] = number, str(number)"
print(int(min(timeit.repeat(work, "seen = {}", time.process_time, number=1, repeat=30)) * 1e6), "python%d.%d" % sys.version_info[:2])'

tried() { "$1" -c "$trial" </dev/null 2>/dev/null | tail -n 1 | grep -E '^[0-9]+ python3'; } # microseconds, and its name

find_python() { # the one asked for; else the quickest build of the version `python3` is: some are made without optimisation
  local candidate found="" python="" least name wanted=(python3 python3.13 python3.12 python3.11)
  [ -z "${PYTHON:-}" ] || wanted=("$PYTHON")
  for candidate in "${wanted[@]}"; do
    if found="$(tried "$candidate")"; then python="$candidate"; break; fi
  done
  [ -n "$python" ] || sorry "Mandorla needs Python 3.11 or newer with ctypes, sqlite3 and ssl; of ${wanted[0]} it is said:
  $("${wanted[0]}" -c "$trial" 2>&1 </dev/null | tail -n 1)
Install it, or name one with PYTHON=/path/to/python3."
  read -r least name <<<"$found"
  [ -n "${PYTHON:-}" ] || while read -r candidate; do
    found="$(tried "$candidate")" || continue
    if [ $((${found% *} * 10)) -lt $((least * 9)) ]; then least="${found% *}" python="$candidate"; fi
  done < <(type -ap "$name")
  command -v "$python"
}

stamp() { echo "$here/.venv/.$1.$(cksum <"$here/requirements/$1.lock" | tr ' ' .)"; }

install() {
  # what checks need includes what running needs, so a folder made for checks serves too
  if [ -e "$(stamp dev)" ] || { [ "$1" = app ] && [ -e "$(stamp app)" ]; }; then return; fi
  local pip python="$here/.venv/bin/python" uv="$here/.tools/bin/uv"
  if [ ! -x "$python" ] || [ ! -x "$uv" ]; then python="$(find_python)" || exit 1; fi
  export UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
  echo "Installing what Mandorla needs into $here/.venv (once) …" >&2
  if [ ! -x "$uv" ]; then
    for pip in "$python" python3 ""; do
      [ -n "$pip" ] || sorry "pip is missing. On Debian or Ubuntu: sudo apt-get install python3-pip"
      if "$pip" -m pip --version >/dev/null 2>&1; then break; fi
    done
    "$pip" -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$here/.tools" \
      --require-hashes --only-binary :all: -r "$here/requirements/uv.lock" || sorry "the installer could not be fetched; is this machine online?"
  fi
  [ -x "$here/.venv/bin/python" ] || "$uv" venv -q --python "$python" "$here/.venv" || sorry "$here/.venv could not be made."
  "$uv" pip sync -q --require-hashes --compile-bytecode --python "$here/.venv/bin/python" "$here/requirements/$1.lock" ||
    sorry "the packages could not be installed; what was tried stands above. Running this again goes on where it stopped."
  rm -f "$here"/.venv/.app.* "$here"/.venv/.dev.*
  touch "$(stamp "$1")"
}
