# SPDX-License-Identifier: GPL-2.0-only
# pv-spinlock under storms, the long way, with a line of progress: an hour of a Bochs's CPU.
# lab: --timeout 40000
# lab: --file tests/lab/t/spinlock-guest.sh:/lib/spinlock-guest.sh
# lab: --file tests/lab/t/spinlock-storm.sh:/lib/spinlock-storm.sh
# lab: --guest-module build/modules/@KERNEL@/test/lock_bench.ko
# lab: --guest-module build/modules/@KERNEL@/test/lock_storm.ko
# amd: --smp 1
# intel: --smp 2 --memory 1024
ROUNDS=450
. /lib/spinlock-storm.sh
