#!/usr/bin/env bash
# Builds what the sandbox runs that is not C++: the control plane and kubectl (one program with five names), helm and
# grpcurl, into DIRECTORY. Says nothing and does nothing when they are up to date.
#
#   build.sh DIRECTORY        e.g. build/dev/kube/bin
set -euo pipefail
helm_version=v3.18.6
grpcurl_version=v1.9.3

[[ $# -eq 1 ]] || { echo "usage: $0 DIRECTORY" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
bin=$(cd "$1" && pwd)
cd "$here"

# Two makes of one tree wait for each other.
exec 9>"$bin/.lock"
flock 9

stamp=$(cat main.go go.mod go.sum build.sh | sha256sum | cut -d' ' -f1)
names=(etcd kube-apiserver kube-controller-manager kube-scheduler kubectl)
is_current() {
  [[ -f "$bin/.stamp" && $(<"$bin/.stamp") == "$stamp" ]] || return 1
  local name
  for name in "${names[@]}" helm grpcurl; do [[ -x "$bin/$name" ]] || return 1; done
}
if is_current; then exit 0; fi

go=$(./go.sh)
export GOTOOLCHAIN=auto GOBIN="$bin" CGO_ENABLED=0

# Runs a Go command in the background and, every 5 seconds, says how far it is. $1: what is being made.
build() {
  local what=$1 log="$bin/.log" started=$SECONDS said=0
  shift
  nice -n 5 "$go" "$@" >"$log" 2>&1 9>&- &
  local pid=$!
  trap 'kill "$pid" 2>/dev/null || true' EXIT
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - started >= said + 5)); then
      said=$((SECONDS - started))
      printf '%s: %d s, %d modules fetched, %d packages compiled\n' "$what" "$said" \
        "$(grep -c '^go: downloading' "$log" || true)" "$(grep -vc '^go: ' "$log" || true)"
    fi
  done
  trap - EXIT
  if ! wait "$pid"; then
    grep -v '^go: downloading' "$log" | tail -30 >&2
    echo "$what: failed after $((SECONDS - started)) s" >&2
    return 1
  fi
  printf '%s: done in %d s\n' "$what" "$((SECONDS - started))"
}

# Without these /version says v0.0.0 and charts that ask for a Kubernetes version are refused.
version=$(sed -n 's|^\tk8s.io/kubernetes \(v[0-9.]*\)$|\1|p' go.mod)
minor=${version#v1.} minor=${minor%%.*}
flags="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor"
  flags+=" -X $package.gitTreeState=clean -X $package.gitCommit=$version -X $package.buildDate=1970-01-01T00:00:00Z"
done

options=(-v -trimpath -buildvcs=false -p "$(nproc)")
build "Kubernetes $version control plane" build "${options[@]}" -ldflags "$flags" -o "$bin/control-plane" .
for name in "${names[@]}"; do ln -sf control-plane "$bin/$name"; done
# What charts see as .Capabilities without a cluster, and what helm says of itself.
helm_flags="-s -w -X helm.sh/helm/v3/internal/version.version=$helm_version"
for package in chartutil lint/rules; do
  helm_flags+=" -X helm.sh/helm/v3/pkg/$package.k8sVersionMajor=1"
  helm_flags+=" -X helm.sh/helm/v3/pkg/$package.k8sVersionMinor=$minor"
done
build "helm $helm_version" install "${options[@]}" -ldflags "$helm_flags" "helm.sh/helm/v3/cmd/helm@$helm_version"
build "grpcurl $grpcurl_version" install "${options[@]}" -ldflags "-s -w -X main.version=$grpcurl_version" \
  "github.com/fullstorydev/grpcurl/cmd/grpcurl@$grpcurl_version"
rm -f "$bin/.log"
echo "$stamp" >"$bin/.stamp"
