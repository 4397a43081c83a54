#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl stats.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

host=sys/kernel/kvmpv/host
guest=sys/kernel/kvmpv/guest

lacks() { # PATH: of the JSON in the last output
	! "$json" "$1" <"$out" >/dev/null 2>&1
	ok $? "JSON has no $1" "$out"
}

tree host
exits 0 "host" stats
golden stats-host
exits 0 "host, no legend" stats --no-legend
hasnt "no legend" COUNTER
exits 0 "host, histogram" stats --histogram
golden stats-host-histogram
exits 0 "host, JSON" stats --json --histogram
says host.counters.kicks_sent 3000
says host.histograms.call_ticks.11 500
says host.histograms.call_ticks.length 32
says host.vms.length 3
says host.vms.0.id 2000-3
says host.vms.2.id 11993-1
says host.vms.2.counters.kicks_received 999
exits 0 "one VM" stats --vm 2000-3
has "one VM: its counters" "kicks_sent       3000"
exits 0 "one VM, JSON" stats --vm 11993-1 --json
says host.counters.kicks_sent 1000
says vm 11993-1
exits 1 "a VM that is not there" stats --vm 5-5
exits 2 "not a VM" stats --vm x
exits 2 "a VM of a guest" stats --guest --vm 2000-3
exits 4 "the side that is not there" stats --guest

# How many loads of CR3 went without an exit
exits 0 "nothing was counted" stats --json
says host.cr3_hit_percent null
tree host-cr3
exits 0 "cr3 cache" stats
golden stats-host-cr3
exits 0 "cr3 cache, JSON" stats --json
says host.cr3_hit_percent 98.3
says host.vms.0.cr3_hit_percent 98.3
says host.vms.1.cr3_hit_percent null
exits 0 "cr3 cache, one VM" stats --vm 2000-3
has "cr3 cache, one VM: its rate" "cr3 cache hit rate: 98.3 %"
exits 0 "cr3 cache, another VM" stats --vm 11986-2
has "cr3 cache, another VM: none" "cr3 cache hit rate: -"
exits 0 "cr3 cache, another VM, JSON" stats --vm 11986-2 --json
says host.cr3_hit_percent null
for counts in "0 1 0.0" "1 0 100.0" "2 1 66.7" "9223372036854775808 9223372036854775808 50.0"; do
	# shellcheck disable=SC2086 # words
	set -- $counts
	printf 'cr3_hits %s\ncr3_misses %s\n' "$1" "$2" >"$root/$host/stats"
	exits 0 "$1 hits, $2 misses" stats
	has "$1 hits, $2 misses: $3 %" "cr3 cache hit rate: $3 %"
done
printf 'cr3_hits 5\n' >"$root/$host/stats"
exits 0 "hits and no misses" stats
hasnt "hits and no misses: no rate" "cr3 cache hit rate"
tree guest-cr3
exits 0 "cr3 cache, guest" stats
has "cr3 cache, guest: its rate" "cr3 cache hit rate: 98.3 %"
exits 0 "cr3 cache, guest, JSON" stats --json
says guest.cr3_hit_percent 98.3

tree both
exits 0 "both" stats
golden stats-both
exits 0 "the guest" stats --guest --json
says guest.counters.unhalt_reads 1
tree unloaded
exits 3 "not loaded" stats
tree bare
exits 4 "not possible" stats

# Numbers stay whole.
tree guest
printf 'kicks_sent 18446744073709551615\nnew_one 1\n' >"$root/$guest/stats"
exits 0 "the highest number" stats --json
says guest.counters.kicks_sent 18446744073709551615
says guest.counters.new_one 1
exits 0 "the highest number, text" stats
has "it is whole" 18446744073709551615

# Reset
tree both
exits 0 "reset" stats --reset
file_is $host/reset 1
file_is $guest/reset 1
tree host
exits 0 "reset a VM" stats --reset --vm 2000-3 --json
says vm 2000-3
file_is $host/vm/2000-3/reset 1
file_is $host/reset ""
exits 2 "reset and watch" stats --reset --watch 1
rm "$root/$host/reset"
exits 1 "a reset that is not there" stats --reset

# Watch
tree host
exits 2 "count without watch" stats --count 2
exits 2 "watch 0" stats --watch 0
exits 2 "watch nothing" stats --watch
exits 2 "watch x" stats --watch x
(
	sleep 0.5
	sed -i 's/^kicks_sent .*/kicks_sent 3500/' "$root/$host/stats" "$root/$host/vm/2000-3/stats"
	sed -i 's/^kicks_sent .*/kicks_sent 10/' "$root/$host/vm/11986-2/stats"
	sed -i 's/^cr3_hits .*/cr3_hits 300/; s/^cr3_misses .*/cr3_misses 100/' "$root/$host/stats"
	rm -r "${root:?}/$host/vm/11993-1"
) &
exits 0 "watch" stats --watch 2 --count 2 --json
wait
[ "$("$json" <"$out")" = 2 ]
ok $? "a line of JSON for each refresh" "$out"
sed 1d "$out" >"$tmp/second" && mv "$tmp/second" "$out"
rate=$("$json" host.per_second.kicks_sent <"$out")
ok "$(awk -v r="$rate" 'BEGIN { print !(r > 100 && r <= 250) }')" "a rate: $rate a second"
says host.vms.length 2
rate=$("$json" host.vms.1.per_second.kicks_sent <"$out")
ok "$(awk -v r="$rate" 'BEGIN { print !(r > 2 && r <= 5) }')" \
	"a rate after a reset: $rate a second"
says host.per_second.yields_given 0.0
says host.cr3_hit_percent 75.0
says host.cr3_hit_percent_since 75.0
says host.vms.0.cr3_hit_percent_since null
tree host-cr3
(
	sleep 0.5
	sed -i 's/^cr3_hits .*/cr3_hits 98311/; s/^cr3_misses .*/cr3_misses 1709/' "$root/$host/stats"
) &
exits 0 "watch a hit rate" stats --watch 1 --count 2
wait
has "all and the last ones" "cr3 cache hit rate: 98.3 %, since the last refresh: 50.0 %"
tree host
for signal in INT TERM; do
	# A shell lets its background children ignore SIGINT; this one is to hear it.
	perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$ctl" --root "$root" stats --watch 60 \
		>"$out" 2>"$err" &
	pid=$!
	sleep 0.3
	kill -$signal $pid
	wait $pid
	ok $? "SIG$signal ends a watch with exit code 0" "$err"
	[ "$signal" != INT ] || has "what was seen by then is out" "host: 3 VMs"
done

# Spinlocks of a guest
tree guest-spinlock
exits 0 "spinlock" stats spinlock
golden stats-spinlock
exits 0 "spinlock, all of it" stats spinlock --histogram --top
golden stats-spinlock-all
exits 0 "spinlock, no legend" stats spinlock --top --no-legend
hasnt "no legend" COUNT
exits 0 "spinlock, the side named" stats --guest spinlock
exits 0 "spinlock, JSON" stats spinlock --json
says spinlock.mode pv
says spinlock.counters.naps 1300
says spinlock.counters.longest_wait_ticks 7654321
says spinlock.taken_percent.spin 70.0
says spinlock.taken_percent.long 10.0
says spinlock.taken_percent.yield 8.0
says spinlock.taken_percent.nap 6.0
says spinlock.taken_percent.queue 4.5
says spinlock.taken_percent.sleep 1.5
says spinlock.kicks_needless_percent 6.1
lacks spinlock.cr3_hit_percent
lacks spinlock.top
lacks guest
exits 0 "spinlock, all of it, JSON" stats spinlock --histogram --top --json
says spinlock.histograms.spin_ticks.14 2500
says spinlock.histograms.blocked_ticks.13 300
says spinlock.top.length 3
says spinlock.top.0.count 120
says spinlock.top.2.caller "ext4_da_get_block_prep+0x1c5/0x470 [ext4]"
exits 0 "the guest itself has other counters" stats --json
lacks guest.counters.naps
lacks spinlock

exits 2 "another group" stats semaphore
has "it says which there is" "knows the group spinlock, not semaphore"
exits 2 "two groups" stats spinlock spinlock
exits 2 "spinlock of a host" stats spinlock --host
exits 2 "spinlock of both" stats spinlock --host --guest
exits 2 "spinlock of a VM" stats spinlock --vm 2000-3
has "it says where" "next: run it in the guest"
exits 2 "top of what" stats --top
has "it says of what" "--top is for stats spinlock"
exits 2 "spinlock, count without watch" stats spinlock --count 2
exits 2 "spinlock, reset and watch" stats spinlock --reset --watch 1

exits 0 "spinlock, reset" stats spinlock --reset
has "it says what" "guest spinlocks: counters start at zero again"
file_is $guest/spinlock/reset 1
file_is $guest/reset ""
exits 0 "spinlock, reset, JSON" stats spinlock --reset --json
says group spinlock
says reset.0 guest

: >"$root/$guest/spinlock/sites"
exits 0 "nobody was seen" stats spinlock --top
has "it says how to start" "nothing was sampled; to start: echo 100 > /sys/kernel/kvmpv/guest/spinlock/sample"
exits 0 "nobody was seen, JSON" stats spinlock --top --json
says spinlock.top '[]'
printf '\n' >"$root/$guest/spinlock/sites"
exits 0 "nobody was seen, an empty line" stats spinlock --top --json
says spinlock.top '[]'
for bad in "1" "1 " " 1 a" "x a" "-1 a" "1  a" "18446744073709551616 a" "$(printf '1 a\033')" \
	"$(printf '1 a\n\n2 b')" "$(seq -f '%g a' 33)" "1 $(printf '%0201d' 0)"; do
	printf '%s\n' "$bad" >"$root/$guest/spinlock/sites"
	exits 1 "bad sites" stats spinlock --top
	has "they are named" "not understood: $root/$guest/spinlock/sites"
	hasnt "and not shown" CALLER
	has "the rest is" "locks taken: spin 70.0 %"
done
exits 1 "bad sites, JSON" stats spinlock --top --json
says spinlock.top null
says problems.0.problem "not understood"
exits 0 "bad sites that nobody asked for" stats spinlock
printf '%s\n' "$(seq -f '18446744073709551615 a%g' 32)" >"$root/$guest/spinlock/sites"
exits 0 "as many as there may be" stats spinlock --top --json
says spinlock.top.length 32
says spinlock.top.31.count 18446744073709551615
rm "$root/$guest/spinlock/sites" "$root/$guest/spinlock/mode"
exits 1 "no sites, no mode" stats spinlock --top
has "sites are named" "missing: $root/$guest/spinlock/sites"
has "the mode is, too" "missing: $root/$guest/spinlock/mode"
has "and unknown" "guest spinlocks: ?"
printf 'naps 5\n' >"$root/$guest/spinlock/stats"
exits 1 "counters that are not there" stats spinlock
hasnt "have no shares" "locks taken"
exits 1 "counters that are not there, JSON" stats spinlock --json
says spinlock.mode null
says spinlock.taken_percent.spin null

tree guest-spinlock
(
	sleep 0.5
	sed -i 's/^taken_spin .*/taken_spin 14003/
		s/^taken_sleep .*/taken_sleep 307/; s/^kicks_sent .*/kicks_sent 334/
		s/^kicks_needless .*/kicks_needless 21/; s/^longest_.*/longest_wait_ticks 9999999/' \
		"$root/$guest/spinlock/stats"
) &
exits 0 "watch spinlock" stats spinlock --watch 1 --count 2
wait
shares="spin 30.0 %, long 0.0 %, yield 0.0 %, nap 0.0 %, queue 0.0 %, sleep 70.0 %"
has "the last waits" "since the last refresh: $shares"
has "the last kicks" "kicks needless: 6.3 %, since the last refresh: 25.0 %"
has "the longest wait has no rate" "longest_wait_ticks  9999999           -"
exits 0 "watch spinlock, JSON" stats spinlock --watch 1 --count 2 --json
sed 1d "$out" >"$tmp/second" && mv "$tmp/second" "$out"
says spinlock.per_second.taken_spin 0.0
lacks spinlock.per_second.longest_wait_ticks
says spinlock.taken_percent_since.spin null
says spinlock.kicks_needless_percent_since null

# Modules older or newer than that
tree guest-spinlock
sed -i '/^taken_long /d; /^taken_nap /d; /^naps /d; 1i slow 16800' "$root/$guest/spinlock/stats"
exits 0 "fewer ways to take a lock" stats spinlock
has "a share of those" "locks taken: spin 83.3 %, yield 9.5 %, queue 5.4 %, sleep 1.8 %"
has "what is not known is shown" "slow                  16800"
exits 0 "fewer ways to take a lock, JSON" stats spinlock --json
says spinlock.taken_percent.spin 83.3
says spinlock.taken_percent.long null
says spinlock.taken_percent.nap null
says spinlock.taken_percent.sleep 1.8
sed -i '/^taken_[^n]/d; /^kicks_needless /d' "$root/$guest/spinlock/stats"
printf 'taken_nap 3\n' >>"$root/$guest/spinlock/stats"
exits 0 "one way to take a lock" stats spinlock
has "it is all" "locks taken: nap 100.0 %"
hasnt "kicks are not told of" "kicks needless"

tree guest
exits 0 "spinlock, not in use" stats spinlock --top --histogram
golden stats-spinlock-none
exits 0 "spinlock, not in use, JSON" stats spinlock --json
says spinlock.mode none
says spinlock.taken_percent.spin null
rm -r "${root:?}/$guest/spinlock"
exits 4 "a module without spinlocks" stats spinlock
has "it says so" "kvmpv_guest that is loaded has no counters of spinlocks"
has "and what next" "next: load a newer module"
exits 4 "a module without spinlocks, reset" stats spinlock --reset
exits 4 "a module without spinlocks, watch" stats spinlock --watch 1 --count 1
tree host
exits 4 "spinlock, no guest" stats spinlock
tree unloaded
exits 3 "spinlock, not loaded" stats spinlock
has "what next" "next: install kvmpv-guest-dkms: this kernel has no module kvmpv_guest"

# VMs come and go while they are read.
tree host
mkdir "$root/$host/vm/77-1"
exits 1 "a VM without its files" stats
has "is named" "missing: $root/$host/vm/77-1/stats"
rmdir "$root/$host/vm/77-1"
ln -s nowhere "$root/$host/vm/77-1"
exits 0 "a VM that is gone is no problem" stats --json
says host.vms.length 3
says problems.length 0
exits 0 "nor for status" status --json
says host.vms.length 3
says problems.length 0
rm "$root/$host/vm/77-1"
(
	while [ ! -e "$tmp/stop" ]; do
		mkdir "$root/$host/vm/500-1" && cp "$root/$host/vm/2000-3/stats" "$root/$host/vm/500-1/"
		rm -rf "${root:?}/$host/vm/500-1"
	done
) 2>/dev/null &
bad=0
i=0
while [ $i -lt 200 ]; do
	"$ctl" --root "$root" stats --json >"$out" 2>"$err"
	code=$?
	[ $code -le 1 ] && "$json" host.vms.length <"$out" >/dev/null || bad=$code
	i=$((i + 1))
done
touch "$tmp/stop"
wait
ok $bad "200 reads while a VM comes and goes" "$out" "$err"
done_testing
