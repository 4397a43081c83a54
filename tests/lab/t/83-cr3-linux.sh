# SPDX-License-Identifier: GPL-2.0-only
# The cr3 cache in a Linux guest under storms, the short way: a default guest and another one, without
# PCIDs or with page-table isolation, the other on the other kernel. The long way, with all three:
# t-all/83-cr3-linux-long.VARIANT.
# lab: --timeout 2400 --smp 2 --file tests/lab/t/cr3-linux.sh:/lib/cr3-linux.sh
# lab: --guest-file build/lab/spaces:/bin/spaces
# lab: --guest-module build/modules/@KERNEL@/test/mm_storm.ko
. /lib/cr3-linux.sh

SECONDS_EACH=1 HELLOS=12 POLICY=3 FEATURE=2 ENABLE=1 HOTPLUG=3 RELOADS=1 MOVES=3 AMID=2 LEAST_HITS=20
case $LAB_KERNEL in
6.1) other=nopcid ;;
*) other="mitigations=auto pti=on" ;;
esac

host_up
guest all_storms
# With page-table isolation most loads are out of reach, and the cache steps aside most of the time.
LEAST_HITS=0
guest few_storms "$other"
[ $REGISTRATIONS -ge 100 ]
result $? "CPUs got their pages a hundred times"
host_down
done_testing
