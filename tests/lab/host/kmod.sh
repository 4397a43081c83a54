# SPDX-License-Identifier: GPL-2.0-only
# busybox sh prefers its own applets to what is in PATH, and its insmod tries a failed load again
# (so a module that refuses to load is asked several times). Functions win over applets.
insmod() { /bin/insmod "$@"; }
rmmod() { /bin/rmmod "$@"; }
lsmod() { /bin/lsmod "$@"; }
modprobe() { /bin/modprobe "$@"; }
modinfo() { /bin/modinfo "$@"; }
depmod() { /bin/depmod "$@"; }
