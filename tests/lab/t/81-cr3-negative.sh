# SPDX-License-Identifier: GPL-2.0-only
# Would the storms notice? Host modules built without one of the cr3 cache's safeguards each (make
# negative-modules) must fail them: a wrong space, an outdated translation, a dead guest, an open
# gate. The same storms pass with the module as it is: 82-cr3-storms.
# lab: --timeout 600 --smp 2 --file build/modules/@KERNEL@/negative:/negative
# guest: no
HOST=/sys/kernel/kvmpv/host

# caught NAME OPTION...: one of up to five runs of this storm fails
caught()
{
	local name=$1 try=0 status=0

	shift
	while [ $try -lt 5 ] && [ $status -eq 0 ]; do
		kvmpv-vmm storm /guest-programs/cr3-storm.bin --timeout 100 --arg switches=20000 \
			"$@" > /tmp/storm 2>&1
		status=$?
		try=$((try + 1))
	done
	[ $status -ne 0 ]
	result $? "$name: caught, in run $try"
	diag "$(cat /tmp/storm)"
}

negative() # negative FILE: load it and let VMs use it
{
	ok "$1: loads" insmod "/negative/$1.ko"
	echo 1 > $HOST/features/cr3-cache
}

kvm_load ept=0
negative NO_ABORT
caught "look-ups go on after an exit" --smp 2 --do signal
rmmod kvmpv_host
negative NO_KICK
caught "other vCPUs are not kicked" --smp 2 --arg editor
rmmod kvmpv_host
negative NO_CLOSE
caught "the gate stays open" --smp 1 --do signal
rmmod kvmpv_host
lab_log_check
done_testing
