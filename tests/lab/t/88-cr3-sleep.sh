# SPDX-License-Identifier: GPL-2.0-only
# A Linux guest that uses the cr3 cache hibernates while processes switch: the host forgets it for that
# time, and may be another one afterwards. There is no swap, so the image is made and thrown away.
# lab: --timeout 1200 --smp 2 --memory 1024 --file tests/lab/t/cr3-linux.sh:/lib/cr3-linux.sh
# lab: --guest-file build/lab/spaces:/bin/spaces
# lab: --guest-module build/modules/@KERNEL@/test/mm_storm.ko
. /lib/cr3-linux.sh

# shellcheck disable=SC2034 # for guest_start
GUEST_MEM=320 LEAST_HITS=20

abi_is() # abi_is VERSION: the host has agreed on that with the guest; 0: on none
{
	[ "$(cat "$HOST"/vm/*/abi 2> /dev/null)" = "$1" ]
}

asleep() # asleep COMMAND...: what is done while the guest is asleep
{
	in_guest '(echo disk > /sys/power/state) > /dev/null 2>&1 &'
	soon 60 abi_is 0 && "$@" && soon 120 abi_is 1
}

taken_over() # what of the guest's kernel
{
	in_guest 'cut -d" " -f1 /sys/kernel/tracing/enabled_functions; grep ^mechanism $S/cr3_cache'
}

host_up
guest_with_cache nowatchdog
before=$(taken_over)
like "$before" "mechanism jump" "its kernel's code has been taken over"
storm_on "asleep" asleep true
is "$(taken_over)" "$before" "and is as before"
storm_on "asleep, then another host" asleep reload
ok "asleep, then permission is gone" asleep permit 0
is "$(taken_over)" "mechanism none" "and the guest's kernel has its code back"
ok "permitted again" permit 1
ok "it is in use again" soon 30 in_use
ok "it works on each vCPU" in_guest 'echo 1 > $S/selftest'
is "$(in_guest 'dmesg | grep -c "hibernation exit"')" 3 "the guest was asleep three times"
guest_without
host_down
done_testing
