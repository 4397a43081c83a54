# SPDX-License-Identifier: GPL-2.0-only
# pv-spinlock under storms, the short way: all contexts fight for locks while at random the feature is
# switched and tuned, vCPUs go and come, the host module goes and comes, the VM stands still, hogs
# take the CPUs. t-all/92-spinlock-long is the long way.
# lab: --timeout 900
# lab: --file tests/lab/t/spinlock-guest.sh:/lib/spinlock-guest.sh
# lab: --file tests/lab/t/spinlock-storm.sh:/lib/spinlock-storm.sh
# lab: --guest-module build/modules/@KERNEL@/test/lock_bench.ko
# lab: --guest-module build/modules/@KERNEL@/test/lock_storm.ko
# amd: --smp 1
# intel: --smp 2 --memory 1024
ROUNDS=12
. /lib/spinlock-storm.sh
