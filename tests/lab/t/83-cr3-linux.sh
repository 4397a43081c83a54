# SPDX-License-Identifier: GPL-2.0-only
# The cr3 cache in a Linux guest under storms, the short way: a default guest and another one, without
# PCIDs or with page-table isolation, the other on the other kernel. The long way, with all three:
# t-all/83-cr3-linux-long.VARIANT.
# lab: --timeout 2400 --smp 2 --file tests/lab/t/cr3-linux.sh:/lib/cr3-linux.sh
# lab: --guest-file build/lab/spaces:/bin/spaces
# lab: --guest-module build/modules/@KERNEL@/test/mm_storm.ko
# lab: --guest-module build/modules/@KERNEL@/test/other_hook.ko
. /lib/cr3-linux.sh

SECONDS_EACH=1 HELLOS=12 POLICY=3 FEATURE=2 ENABLE=1 HOTPLUG=3 RELOADS=1 MOVES=3 AMID=2 LEAST_HITS=20
case $LAB_KERNEL in
6.1) other=nopcid ;;
*) other="mitigations=auto pti=on" ;;
esac

CRASH=native_machine_crash_shutdown FLUSH=native_flush_tlb_local

hooks() # which are in force: of the flush, of a crash
{
	in_guest "sed -n 's/^[a-z]*_hook //p' \$S/cr3_cache" | tr '\n' ' '
}

# Somebody else, livepatch for one, may want the same functions of the guest.
others()
{
	is "$(hooks)" "1 1 " "both of the guest's functions are hooked"
	not_ok "nobody else gets them" in_guest "modprobe other_hook function=$FLUSH"
	ok "off" in_guest 'echo 0 > $S/features/cr3-cache'
	is "$(hooks)" "0 0 " "neither is hooked"
	ok "somebody else has the flush of the TLB" in_guest "modprobe other_hook function=$FLUSH"
	ok "on" in_guest 'echo 1 > $S/features/cr3-cache'
	is "$(hooks)" "0 1 " "the cache does without that"
	ok "and is in use" in_use
	ok "off" in_guest 'rmmod other_hook && echo 0 > $S/features/cr3-cache'
	ok "somebody else has what a crash does" in_guest "modprobe other_hook function=$CRASH"
	ok "on" in_guest 'echo 1 > $S/features/cr3-cache'
	ok "the cache does not do without that" not_in_use
	is "$(hooks)" "0 0 " "neither is hooked"
	like "$(in_guest 'cat $S/reasons/cr3-cache')" "^$CRASH: already modified" "and why"
	ok "both are free again" in_guest "rmmod other_hook && cd \$S/features &&
		echo 0 > cr3-cache && echo 1 > cr3-cache"
	is "$(hooks)" "1 1 " "both of the guest's functions are hooked"
	ok "and the cache is in use" in_use
}

others_and_storms()
{
	others
	all_storms
}

host_up
guest others_and_storms
# With page-table isolation most loads are out of reach, and the cache steps aside most of the time.
LEAST_HITS=0
guest few_storms "$other"
[ $REGISTRATIONS -ge 100 ]
result $? "CPUs got their pages a hundred times"
host_down
done_testing
