# SPDX-License-Identifier: GPL-2.0-only
# Would the storms of a Linux guest notice? As 81-cr3-negative, with 83-cr3-linux's guest: on a host
# module without one of the cr3 cache's safeguards (LAB_CASE) it has to find a wrong space or an
# outdated translation, or to perish.
# lab: --timeout 3000 --smp 2 --file build/modules/@KERNEL@/negative:/negative
# lab: --file tests/lab/t/cr3-linux.sh:/lib/cr3-linux.sh
# lab: --guest-file build/lab/spaces:/bin/spaces
# lab: --guest-module build/modules/@KERNEL@/test/mm_storm.ko
. /lib/cr3-linux.sh

# shellcheck disable=SC2034 # for cr3-linux.sh
SPACES="--calm 48 ring:0:2 yield:0:2 ring:1:4 yield:1:1 pair:0:1" GUEST_WAIT=60
TRIES=5 CAUGHT=no

# One try: what a VMM may do. Fails when the guest, or somebody in it, finds anything wrong.
try()
{
	spaces_start || return
	for acts in signal,signal,signal,pause slot,log,mmu signal,slot,mmu; do
		echo $acts > $ACTS
		sleep 4
	done
	: > $ACTS
	output=$(spaces_stop) && [ "$(echo "$output" | grep -c '^switches .* wrong 0$')" -eq 2 ]
}

kvm_load ept=0
ok "$LAB_CASE: loads" insmod "/negative/$LAB_CASE.ko"
ok "new VMs may use the cache" sh -c "echo 1 > $HOST/features/cr3-cache"
guest_up
cache_on || CAUGHT=yes
n=0
while [ $n -lt $TRIES ] && [ $CAUGHT = no ]; do
	n=$((n + 1))
	try || CAUGHT=yes
	diag "$output"
done
is $CAUGHT yes "$LAB_CASE: caught, in run $n"
diag "$(tail -n 10 /run/guest-g.log; tail -n 3 /run/guest-g.err)"
# Its complaints are expected.
guest_kill g
rm /run/guest-g.log
ok "no VM is left behind" soon 10 no_vms
ok "the host's module goes" rmmod kvmpv_host
lab_log_check
done_testing
