#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl bench: what is made of kvmpv_bench's files, what is refused, and comparisons. The numbers
# are made up.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"
make -s build/unit/ctl-bench >&2 || exit 1

bench=sys/kernel/kvmpv/bench

CMOCKA_MESSAGE_OUTPUT=TAP build/unit/ctl-bench >"$out" 2>&1
ok $? "parsers and statistics" "$out"

tree guest-bench
exits 0 "all cases" bench exits
golden bench
file_is $bench/run "hlt-wake 32 1"
exits 0 "all cases, JSON" bench exits --json --rounds 3
cp "$out" "$tmp/saved"
says bench exits
says complete true
says rounds 3
says tsc_khz 1999998
says kernel 6.1.0-9-amd64
says cpu "Some CPU @ 2.00GHz"
says hypervisor KVMKVMKVM
says load.busy false
says cases.length 11
says cases.0.case empty
says cases.0.ticks.median 12.000
says cases.1.samples 12
says cases.1.ticks.min 1198.000
says cases.1.ticks.median 1200.000
says cases.1.ticks.max 1210.000
says cases.1.instructions null
says cases.1.exits true
says cases.3.possible false
says cases.3.ticks null
says cases.3.reason "this guest's host has no kvmpv"
says cases.7.exits true
says cases.8.exits false
says cases.9.exits null
says ratios.port_vmm_to_kernel 4.000
says ratios.hypercall_kvmpv_to_unknown null
says ratios.eoi_xapic_to_x2apic null
says port_kernel_like_vmm false

exits 0 "two cases" bench exits --json port-vmm port-kernel
says cases.1.ticks null
says cases.5.ticks.median 8000.000
says ratios.port_vmm_to_kernel 4.000
file_is $bench/run "port-vmm 32 8"
exits 2 "a case that nobody knows" bench exits cpuidd
exits 4 "a case that is not possible" bench exits eoi-xapic
has "it says why" "this guest's APICs are in x2APIC mode"

sed 's/$/ 8/; 1s/.*/batch 8/' "$root/$bench/results/empty" >"$tmp/counted"
cp "$tmp/counted" "$root/$bench/results/empty"
sed 's/$/ 88/; 1s/.*/batch 8/' "$root/$bench/results/cpuid" >"$tmp/counted"
cp "$tmp/counted" "$root/$bench/results/cpuid"
exits 0 "instructions" bench exits cpuid
has "there is a column for them" INSTRUCTIONS
exits 0 "instructions, JSON" bench exits --json cpuid
says cases.1.instructions.median 10.000

# The PIT in the VMM; a guest in xAPIC mode
tree guest-bench
cp "$root/$bench/results/port-vmm" "$root/$bench/results/port-kernel"
exits 0 "a PIT in the VMM" bench exits
has "is told" "the VMM may have it, too"
tree guest-bench
echo "this guest's APICs are in xAPIC mode" >"$root/$bench/reasons/eoi-x2apic"
echo >"$root/$bench/results/eoi-x2apic"
echo >"$root/$bench/reasons/eoi-xapic"
printf 'batch 8\n%d\n%d\n' 24096 24096 >"$root/$bench/results/eoi-xapic"
printf 'batch 8\n%d\n%d\n' 9696 9696 >"$root/$bench/results/cpuid"
sed 's/^9696$/9700/' "$root/$bench/results/cpuid" >"$root/$bench/results/hypercall-unknown"
cp "$tmp/saved" "$root/saved"
exits 0 "compared" bench exits --compare "$root/saved"
has "both ways to end an interrupt" "an end of interrupt by xAPIC costs 3.04 times one by x2APIC"
golden bench-compare
exits 0 "compared, JSON" bench exits --compare "$tmp/saved" --json
says compared_with "$tmp/saved"
says cases.1.before.median 1200.000
says cases.1.change_percent 0.0
says cases.1.changed false
says cases.2.change_percent 9.1
says cases.2.changed true
says cases.6.before null
says cases.7.before.median 988.000
says ratios.eoi_xapic_to_x2apic 3.036

# Files that are not what bench has printed: before anything is measured
tree guest-bench
damaged() { # NAME COMMAND [ARGUMENT]...: which makes $tmp/bad of $tmp/saved
	name=$1
	shift
	"$@" <"$tmp/saved" >"$tmp/bad"
	: >"$root/$bench/run"
	exits 1 "$name" bench exits --compare "$tmp/bad"
	has "$name: it is told" "$tmp/bad is not what kvmpvctl bench exits --json prints"
	exits 1 "$name, JSON" bench exits --json --compare "$tmp/bad"
	says error.code 1
	[ ! -s "$root/$bench/run" ]
	ok $? "$name: nothing was measured"
}
damaged "an empty file" true
damaged "half a file" head -c 2000
damaged "noise" head -c 3000 /dev/urandom
# shellcheck disable=SC2016 # sed's
damaged "more behind it" sed '$a}'
damaged "of another verb" sed 's/"bench"$/"stats"/; s/"command": *"bench"/"command": "stats"/'
damaged "no cases" sed 's/"cases"/"case"/'
damaged "no name" sed 's/"case": *"cpuid"/"case": 5/'
damaged "a name that is too long" sed 's/"case": *"cpuid"/"case": "cpuidcpuidcpuidcpuidcpuidcpuidcpuidcpuid"/'
damaged "a number that is none" sed '0,/"median": *12.000/s//"median": "12"/'
damaged "a negative number" sed '0,/"min": *[0-9.]*/s//"min": -1/'
damaged "not in order" sed '0,/"median": *12.000/s//"median": 99999/'
damaged "not finite" sed '0,/"max": *[0-9.]*/s//"max": 1e999/'
damaged "an array" sh -c 'echo "[]"'
exits 1 "no file" bench exits --compare "$tmp/nowhere"
has "no file: why" "No such file"
exits 1 "a directory" bench exits --compare "$tmp"
truncate -s 1G "$tmp/huge"
exits 1 "a huge file" bench exits --compare "$tmp/huge"
has "a huge file: why" "File too large"
mkfifo "$tmp/pipe"
exits 1 "a pipe" bench exits --compare "$tmp/pipe"

# What the module says can be damaged, too.
for bad in "" "batch 8" "batch 0
5" "batch x
5" "5" "batch 8
5 6 7" "batch 8
5
5 6" "batch 8
-5" "batch 8
99999999999999999999" "batch 8
 5"; do
	printf '%s\n' "$bad" >"$root/$bench/results/cpuid"
	exits 1 "result \"$(echo "$bad" | tr '\n' ' ')\"" bench exits
	has "it is told" "cpuid: failed: "
	has "the rest is there" "a port of the VMM costs 4.00 times one in the kernel"
done
exits 1 "the same, JSON" bench exits --json
says cases.1.error "not understood"
printf 'batch 8\n800' >"$root/$bench/results/cpuid"
exits 1 "a result that is cut" bench exits
{
	echo "batch 8"
	seq 33
} >"$root/$bench/results/cpuid"
exits 1 "more samples than were asked for" bench exits
tree guest-bench
for bad in "" "x" "cpuid sometimes CPUID" "cpuid always" "cpuid always " " always x"; do
	printf '%s\n' "$bad" >"$root/$bench/cases"
	exits 1 "cases \"$bad\"" bench exits
	has "it is told" "cannot read what kvmpv_bench measures"
done
seq 33 | sed 's/.*/case-& always x/' >"$root/$bench/cases"
exits 1 "too many cases" bench exits
tree guest-bench
rm "$root/$bench/reasons/cpuid"
exits 1 "no reason" bench exits
tree guest-bench
rm "$root/$bench/run"
exits 1 "nothing can be run" bench exits
has "nothing can be run: it is told" "cpuid: failed: No such file"
tree guest-bench
rm "$root/$bench/version"
exits 1 "no version" bench exits
has "no version: it is told" "missing: $root/$bench/version"
tree guest-bench
rm "$root/proc/stat"
exits 1 "no /proc/stat" bench exits
has "no /proc/stat: it is told" "proc/stat: missing"

tree guest
exits 3 "the module is not there" bench exits
tree bare
exits 4 "no virtual machine" bench exits
has "no virtual machine: it is told" "run it in the guest"
tree host
exits 4 "a host" bench exits

# Two at a time
tree guest-bench
if command -v flock >/dev/null; then
	flock "$root/$bench" sleep 5 &
	sleeper=$!
	while flock -n "$root/$bench" true; do :; done
	exits 1 "another one runs" bench exits
	has "another one runs: it is told" "another kvmpvctl bench runs"
	kill $sleeper
	wait $sleeper
else
	skip "another one runs" "no flock"
fi
done_testing
