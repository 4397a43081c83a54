# SPDX-License-Identifier: GPL-2.0-only
# Where the chroot is, and how to become root over it: what is mounted in the namespace is seen by
# nobody else and goes away with the last process in it, however that ends.
# shellcheck shell=bash disable=SC2034,SC2154

sid_dir=$build_dir/kernels/.sid
sid_namespace=(unshare --mount --propagation private)
# Other users have their subordinate ids for the owners of the files in it (packages: uidmap).
[ "$(id -u)" -eq 0 ] || sid_namespace+=(--user --map-root-user --map-auto)
