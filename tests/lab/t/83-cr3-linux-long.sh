# SPDX-License-Identifier: GPL-2.0-only
# The cr3 cache in a Linux guest under storms, the long way: rounds of all kinds of storm until ten
# million switches are made, in each of the four variants of 82-cr3-long, and one round with
# page-table isolation: runs of their own, t-all/83-cr3-linux-long.VARIANT. Ten to
# twenty-five minutes of CPU each.
# lab: --timeout 40000 --smp 2 --file tests/lab/t/cr3-linux.sh:/lib/cr3-linux.sh
# lab: --guest-file build/lab/spaces:/bin/spaces
# lab: --guest-module build/modules/@KERNEL@/test/mm_storm.ko
. /lib/cr3-linux.sh

SECONDS_EACH=5 HELLOS=20 POLICY=4 FEATURE=3 ENABLE=2 HOTPLUG=5 RELOADS=2 MOVES=20 AMID=5
SWITCHES=10000000 ROUNDS=20 few_hits=1000 append=''
case $LAB_CASE in
1 | 2) append=nopcid ;;
pti) append="mitigations=auto pti=on" SWITCHES=0 ROUNDS=1 few_hits=100 ;;
esac
# More spaces than the cache holds, that change all the time; then fewer, for many switches
case $LAB_CASE in
1*) GUEST_SMP=1 nice=-15 many="ring:0:3 yield:0:2" few="--calm 480 ring:0:2 yield:0:1" ;;
*) nice=-5 many="ring:0:2 yield:0:2 ring:1:4 yield:1:1 pair:0:1" few="--calm 480 ring:0:2 ring:1:2" ;;
esac

rounds()
{
	local round=0

	SPACES=$many LEAST_HITS=100
	few_storms
	SPACES=$few NICE=$nice LEAST_HITS=$few_hits
	while [ $round -lt $ROUNDS ]; do
		all_storms
		round=$((round + 1))
		[ "$SWITCHES_MADE" -lt $SWITCHES ] || break
	done
}

host_up
guest rounds "$append"
[ $SWITCHES_MADE -ge $SWITCHES ]
result $? "at least $SWITCHES switches"
host_down
done_testing
