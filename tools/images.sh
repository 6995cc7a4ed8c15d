#!/usr/bin/env bash
# Names shared by tools/images and tools/test-images; sourced, from the root of the tree.
# shellcheck disable=SC2034
state=$PWD/build/images
version=$(sed -nE 's/^project\(redis-operator VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
base=docker.io/library/debian:bookworm-slim
services=(planner agent k8s-bridge)
mkdir -p "$state/tmp"
# Where buildah keeps the caches that Dockerfiles mount.
export TMPDIR=$state/tmp

buildah() {
  local driver=overlay
  if ! grep -qw overlay /proc/filesystems; then driver=vfs; fi
  command buildah --root "$state/storage" --runroot "$state/run" --storage-driver "$driver" "$@"
}

# Ends what is still mounted or left of an interrupted run, so that build/ can be removed.
release_storage() {
  buildah rm --all >/dev/null 2>&1 || true
  if mountpoint --quiet "$state/storage/overlay"; then umount "$state/storage/overlay"; fi
}

# The bridge is named for what it is, its folder and Dockerfile for where it runs.
image_of() {
  echo "localhost/redis-operator-${1#k8s-}:$version"
}

# Runs a command, its output in a file that is shown only when it fails; a line says what is being done.
step() {
  local what=$1 log=$state/step.log started=$SECONDS
  shift
  printf '%s ... ' "$what"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    printf 'failed\n'
    tail -50 "$log" >&2
    return 1
  fi
  printf 'done in %d s\n' "$((SECONDS - started))"
}
