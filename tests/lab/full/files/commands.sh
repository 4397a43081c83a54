# SPDX-License-Identifier: GPL-2.0-only
# lab-agent reads this (as /lib/kmod.sh) before each command: what a login shell of root has.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8
DEBIAN_FRONTEND=noninteractive
# On a busy machine systemd may take longer to answer than the 25 s that systemctl gives it.
SYSTEMD_BUS_TIMEOUT=300s
export PATH HOME LC_ALL DEBIAN_FRONTEND SYSTEMD_BUS_TIMEOUT
cd /root || exit
