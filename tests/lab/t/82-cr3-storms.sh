# SPDX-License-Identifier: GPL-2.0-only
# The cr3 cache under storms, the short way: each storm in one of four variants (one or two vCPUs,
# with and without PCIDs), and in another one on the other kernel. The long way: t-all/82-cr3-long.
# lab: --timeout 900 --smp 2 --file tests/lab/t/cr3-storms.sh:/lib/cr3-storms.sh
# guest: no
. /lib/cr3-storms.sh

SWITCHES=8192 OPTIONS="" MIGRATIONS=3 PAUSE=200000 TOGGLES=4 RELOADS=4 STEP_PAUSE=10000
case $LAB_KERNEL in
6.1) one=1 two=2p ;;
*) one=1p two=2 ;;
esac

ok "host with the cr3 cache" cr3_host
ok "something to swap to" swap_on
ksm_on
vcpu_storms $one
vm_storms $two
storm $two "a vCPU that only changes page tables" --arg editor
SWITCHES=32768
storm $two "registrations dropped by another vCPU" --arg drop --arg patience=256
storm $two "dirty log: each page written is named" --do dirty --times 10 --arg switches=0
diag "$SWITCHES_MADE switches in all"
[ $SWITCHES_MADE -ge 200000 ]
result $? "at least 200,000 switches"
diag "$(grep ^cr3 $HOST/stats)"
is "$(ls $HOST/vm)" "" "no VM is left behind"
ok "the module goes" rmmod kvmpv_host
lab_log_check
done_testing
