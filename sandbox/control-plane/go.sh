#!/usr/bin/env bash
# Prints the path of a Go that can build the control plane; exit 1 and a hint when there is none. The only place that
# knows how to find one: Go >= 1.24 from PATH, else Debian's newest versioned package (1.21 or later, which fetches the
# toolchain that go.mod asks for when GOTOOLCHAIN=auto; build.sh sets it).
set -euo pipefail

# Succeeds when program $1 is Go 1.$2 or later. GOTOOLCHAIN=local: ask the program itself.
is_at_least() {
  local version
  version=$(cd / && GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
  [[ $version =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= $2))
}

for candidate in $(type -ap go) /usr/local/go/bin/go; do
  if is_at_least "$candidate" 24; then
    echo "$candidate"
    exit 0
  fi
done
for minor in 30 29 28 27 26 25 24 23 22 21; do
  if is_at_least "/usr/lib/go-1.$minor/bin/go" 21; then
    echo "/usr/lib/go-1.$minor/bin/go"
    exit 0
  fi
done
echo "No Go found: 1.24 or later in PATH, or Debian's golang-1.2x-go (1.21 or later) from bookworm-backports" >&2
exit 1
