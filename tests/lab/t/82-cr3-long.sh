# SPDX-License-Identifier: GPL-2.0-only
# The cr3 cache under storms, the long way: at least ten million switches, of all kinds of storm, in
# each of the four variants, which are runs of their own: t-all/82-cr3-long.VARIANT. Five minutes
# each.
# lab: --timeout 40000 --smp 2 --file tests/lab/t/cr3-storms.sh:/lib/cr3-storms.sh
# guest: no
. /lib/cr3-storms.sh

# The first vCPU's; a second one makes about as many.
case $LAB_CASE in
1*) SWITCHES=400000 ;;
*) SWITCHES=200000 ;;
esac
MIGRATIONS=20 PAUSE=200000 TOGGLES=40 RELOADS=6 STEP_PAUSE=50000
OPTIONS="--arg fit --arg progress=100000"

ok "host with the cr3 cache" cr3_host
ok "something to swap to" swap_on
ksm_on
vcpu_storms "$LAB_CASE"
vm_storms "$LAB_CASE"
case $LAB_CASE in
2*)
	storm "$LAB_CASE" "a vCPU that only changes page tables" --arg editor
	storm "$LAB_CASE" "registrations dropped by another vCPU" --arg drop --arg patience=256
	;;
esac
storm "$LAB_CASE" "dirty log: each page written is named" --do dirty --times 200 --arg switches=0
SWITCHES=$((10000000 - SWITCHES_MADE))
[ $SWITCHES -le 0 ] || everything "$LAB_CASE"
diag "$SWITCHES_MADE switches in all, $HITS_MADE hits"
[ $SWITCHES_MADE -ge 10000000 ]
result $? "at least ten million switches"
diag "$(grep ^cr3 $HOST/stats)"
is "$(ls $HOST/vm)" "" "no VM is left behind"
ok "the module goes" rmmod kvmpv_host
lab_log_check
done_testing
