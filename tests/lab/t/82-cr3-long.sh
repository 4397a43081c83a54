# SPDX-License-Identifier: GPL-2.0-only
# The cr3 cache under storms, the long way: at least ten million switches each, with a line of
# progress, in all four variants. About a day.
# lab: --timeout 400000 --smp 2 --file tests/lab/t/cr3-storms.sh:/lib/cr3-storms.sh
# guest: no
. /lib/cr3-storms.sh

SWITCHES=10000000 WHILE_SWITCHES=10000000 MIGRATIONS=20 PAUSE=300000 TIMES=0
OPTIONS="--arg fit --arg progress=1000000"

ok "host with the cr3 cache" cr3_host
ok "something to swap to" swap_on
ksm_on
for v in 1 1p 2 2p; do
	vcpu_storms $v
	vm_storms $v
done
for v in 2 2p; do
	storm $v "a vCPU that only changes page tables" --arg editor
	storm $v "registrations dropped by another vCPU" --arg drop --arg patience=256
	storm $v "dirty log: each page written is named" --do dirty --times 200 --arg switches=0
done
diag "$SWITCHES_MADE switches in all"
diag "$(grep ^cr3 $HOST/stats)"
is "$(ls $HOST/vm)" "" "no VM is left behind"
ok "the module goes" rmmod kvmpv_host
lab_log_check
done_testing
