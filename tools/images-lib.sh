# shellcheck shell=bash
# What tools/images and tools/test-images share. Sourced, from the root of the tree.

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

image_name() { echo "localhost/redis-operator-${1#k8s-}:dev"; }

# Buildah on storage of its own.
image_tool() {
  local storage=$PWD/build/images/storage
  as_root buildah --root "$storage" --runroot "$storage-run" --storage-driver "$(storage_driver)" "$@"
}

# overlay where the kernel can, else plain copies. Overlay cannot be stacked on the overlay of an outer container.
storage_driver() {
  if [[ $(stat -f -c %T build) == overlayfs ]]; then echo vfs; else echo overlay; fi
}
