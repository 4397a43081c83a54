# SPDX-License-Identifier: GPL-2.0-only
# The cr3 cache in a Linux guest under storms, the long way: with PCIDs, without, and with page-table
# isolation. Hours.
# lab: --timeout 40000 --smp 2 --file tests/lab/t/cr3-linux.sh:/lib/cr3-linux.sh
# lab: --guest-file build/lab/spaces:/bin/spaces
. /lib/cr3-linux.sh

SECONDS_EACH=100 HELLOS=1000 POLICY=200 FEATURE=50 ENABLE=50 HOTPLUG=100 RELOADS=20 LEAST_HITS=1000

host_up
guest all_storms
guest all_storms nopcid
LEAST_HITS=100
guest all_storms "mitigations=auto pti=on"
host_down
done_testing
