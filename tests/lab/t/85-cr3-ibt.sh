# SPDX-License-Identifier: GPL-2.0-only
# A stock Linux guest with the guest module and the cr3 cache: hits under a load of forks and pipes,
# switched on and off under it by either side, and both kernels' logs stay clean. Nothing sleeps
# while the load runs: on ibt a second of the clock is a minute of work (README.rst).
# lab: --timeout 900
# shellcheck disable=SC2034 # for guest_start
GUEST_SMP=1 GUEST_WAIT=300
HOST=/sys/kernel/kvmpv/host

uses()
{
	in_guest 'grep -q cr3-cache $S/used'
}

uses_not()
{
	! uses
}

hits()
{
	in_guest 'sed -n "s/^cr3_hits //p" $S/stats'
}

# load TIMES: a token goes to another process and back, now and then there are new ones (which alone
# are no work for the cache: the host stands aside); each result is checked
load()
{
	in_guest "sh /tmp/load.sh $1"
}

hits_grow() # hits_grow NAME: they do so under load
{
	local before

	before=$(hits)
	load 200
	[ "$(hits)" -gt "$before" ]
	result $? "$1: hits under load"
}

case $LAB in
ibt)
	like "$(dmesg)" 'CET detected: Indirect Branch Tracking enabled' \
		"the host checks indirect branches"
	like "$(cat /proc/cpuinfo)" ' ibt ' "and says so in cpuinfo"
	;;
esac
kvm_load ept=0
guest_start g
ok "a Linux guest on shadow paging" guest_wait_ready g 400
insmod /mod/kvmpv_host.ko
is "$(cat $HOST/reasons/cr3-cache)" "" "this host can"
in_guest 'cat > /tmp/load.sh << "X"
mkfifo /tmp/to.$$ /tmp/from.$$
while read -r x; do echo $x; done < /tmp/to.$$ > /tmp/from.$$ &
exec 3> /tmp/to.$$ 4< /tmp/from.$$
i=0
while [ $i -lt $1 ]; do
	echo $i >&3
	read -r x <&4
	[ "$x" = $i ] || echo bad >> /tmp/bad
	[ $((i % 64)) -ne 0 ] || [ "$(echo a b c | cat | tr a-z A-Z)" = "A B C" ] ||
		echo bad >> /tmp/bad
	i=$((i + 1))
done
exec 3>&- 4<&-
wait
rm /tmp/to.$$ /tmp/from.$$
X
modprobe kvmpv_guest enable=1 watch_seconds=1'
ok "the guest finds the host" soon 60 in_guest '[ "$(cat $S/state)" = active ]'
vm=$(echo $HOST/vm/*)
echo 1 > "$vm/features/cr3-cache"
ok "the guest uses the cr3 cache" soon 60 uses
diag "$(in_guest 'cat $S/cr3_cache')"
hits_grow "at first"

ok "off and on by the guest, five times under load" in_guest 'sh /tmp/load.sh 600 & i=0
	while [ $i -lt 5 ]; do
		echo 0 > $S/features/cr3-cache && sh /tmp/load.sh 50 || exit 1
		echo 1 > $S/features/cr3-cache && sh /tmp/load.sh 50 || exit 1
		i=$((i + 1))
	done
	wait'
hits_grow "after that"

# At once, whatever the guest is doing; the guest notices when it looks
in_guest '(sh /tmp/load.sh 600; touch /tmp/done) > /dev/null 2>&1 &'
n=0
while [ $n -lt 5 ]; do
	echo 0 > "$vm/features/cr3-cache"
	usleep 2000
	echo 1 > "$vm/features/cr3-cache"
	usleep 2000
	n=$((n + 1))
done
ok "off and on by the host, five times under load" soon 60 in_guest '[ -e /tmp/done ]'
echo 0 > "$vm/features/cr3-cache"
ok "the guest notices that it is off" soon 60 uses_not
before=$(hits)
load 200
is "$(hits)" "$before" "then there are no hits"
echo 1 > "$vm/features/cr3-cache"
ok "and that it is on" soon 60 uses
hits_grow "in the end"

is "$(in_guest 'cat /tmp/bad 2> /dev/null')" "" "the load came to no harm"
diag "guest: $(in_guest 'grep ^cr3 $S/stats')"
diag "host: $(grep ^cr3 "$vm/stats")"
like "$(sed -n 's/^cr3_switched //p' "$vm/stats")" '^[1-9]' "the host saw the switches"
ok "the host module goes, used as it is" rmmod kvmpv_host
is "$(in_guest 'seq 3 | wc -l')" 3 "and the guest lives on"
in_guest 'rmmod kvmpv_guest'
is "$(in_guest 'dmesg | grep -cE "WARNING|BUG|Oops|Missing ENDBR|Control protection"')" 0 \
	"the guest's log is clean"
ok "the guest stops" guest_stop g
is "$(dmesg | grep -cE 'Missing ENDBR|[Cc]ontrol protection')" 0 "no indirect branch was refused"
lab_log_check
done_testing
