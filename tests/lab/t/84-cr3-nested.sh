# SPDX-License-Identifier: GPL-2.0-only
# The cr3 cache of a guest that has a guest of its own: the vCPU takes turns between both, with
# changes of page tables on either side, and what a VMM may do at any moment.
# lab: --timeout 600 --file tests/lab/t/cr3-storms.sh:/lib/cr3-storms.sh
# guest: no
. /lib/cr3-storms.sh

# shellcheck disable=SC2034 # for storm
STORM=/guest-programs/cr3-nested.bin OPTIONS="--vmx --arg rounds=50" SWITCHES=0

ok "host with the cr3 cache" cr3_host
is "$(cat /sys/module/kvm_intel/parameters/nested)" Y "KVM offers nested guests"
storm 1 "L2 tries the host's values" --arg targets
storm 1p "L2 tries the host's values" --arg targets
storm 2 "signals" --do signal
storm 2p "signals, NMIs" --do signal,nmi
storm 2 "memory slots, few shadow pages, dirty log" --do slot,mmu,log
storm 2p "memory slots, few shadow pages, dirty log" --do slot,mmu,log
storm 1p "single-stepping" --do step --arg step
storm 1 "SMIs" --do smi --smm
storm 2p "SMIs, signals" --do smi,signal --smm
diag "$(grep ^cr3 $HOST/stats)"
is "$(ls $HOST/vm)" "" "no VM is left behind"
ok "the module goes" rmmod kvmpv_host
lab_log_check
done_testing
