# SPDX-License-Identifier: GPL-2.0-only
# pv-spinlock switched a thousand times while all contexts fight for locks, half of them in a guest with
# the slow paths of PV_UNHALT and half in one booted with nopvspin: nobody is stuck. Each time off and on
# waits for grace periods of the kernel's RCU, which take seconds there: an hour of CPU on amd,
# and a tenth as often on intel half an hour.
# lab: --timeout 20000
# lab: --file tests/lab/t/spinlock-guest.sh:/lib/spinlock-guest.sh
# lab: --guest-module build/modules/@KERNEL@/test/lock_bench.ko
# lab: --guest-module build/modules/@KERNEL@/test/lock_storm.ko
# amd: --smp 1
# intel: --smp 2 --memory 1024
GUEST_WAIT=9000
# Off and on again are two.
case $LAB in
amd) VCPUS=2 PERIOD=5000 TOGGLES=250 ;;
*) VCPUS=3 PERIOD=1000 TOGGLES=25 ;;
esac
. /lib/spinlock-guest.sh

kvm_load
boot pv
guest 'echo 1 > $S/features/pv-spinlock'
switches pv
end pv
# shellcheck disable=SC2034 # for guest_start
GUEST_APPEND=nopvspin
boot nopvspin
guest 'echo 1 > $S/features/pv-spinlock'
switches nopvspin
end nopvspin
lab_log_check
done_testing
