#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make bench-exit-path: where the time of an exit goes, in instructions, on the intel lab's emulated
# host: a port write to a device of KVM's (light) and one to the VMM (heavy); and what it costs that
# somebody counts exits. Writes build/bench/exit-path.json and prints the tables.
set -eu
cd "$(dirname "$0")/../.."

out=build/bench
log=$out/exit-path.log
mkdir -p $out

# In the order of their way: name, light, heavy
POINTS='exit|KVM has control (kvm_exit)
handler|the handler of exits runs
search|the search for the device begins (kvm_pio)
found|the search is over
user|the state of the host is restored (kvm_userspace_exit)
vmm|the VMM handles it
kernel|KVM is called again (kvm_vcpu_ioctl)
fpu|the state of the guest is being loaded
entry|ready to enter the guest (kvm_entry)
all|back in the guest'
WATCHERS='kvmpvctl|kvmpvctl exits counts it
kvmpvctl-other|kvmpvctl exits --vm counts another VM
perf|perf kvm stat record records it
after|nobody, afterwards'

[ "${1:-}" = --table ] || tests/lab/run intel --kernel 6.1 --deterministic --memory 1024 --timeout 3000 \
	--module build/modules/6.1/test/exit_points.ko --file build/kvmpvctl:/bin/kvmpvctl \
	--file /usr/bin/perf:/bin/perf --file build/kvmpv-vmm:/bin/kvmpv-vmm \
	--file build/guest-programs/exits.bin:/guest-programs/exits.bin \
	--file build/guest-programs/bench-exit-path.bin:/guest-programs/bench-exit-path.bin \
	--script tests/bench/exit-path-host.sh > $log

value() # value KIND POINT
{
	awk -v kind="$1" -v point="$2" '$1 == "path" && $2 == kind && $3 == point { print $4 }' $log
}

cases=()
path_row() # path_row NAME TEXT
{
	local kind now cells=''

	for kind in light heavy; do
		now=$(value $kind "$1")
		if [ -z "$now" ]; then
			cells+=' | |'
			continue
		fi
		cells+=" $now | +$((now - last[$kind])) |"
		last[$kind]=$now
		cases+=("{\"case\": \"$kind: $2\", \"unit\": \"instructions\", \"base\": null, \"kvmpv\": $now}")
	done
	echo "| $2 |$cells"
}

declare -A last=([light]=0 [heavy]=0)
echo "| the guest's OUT, and then | light | | heavy | |"
echo "|---|---|---|---|---|"
while IFS='|' read -r name text; do
	path_row "$name" "$text"
done <<< "$POINTS"
echo
echo "| who watches | light | more | heavy | more |"
echo "|---|---|---|---|---|"
light=$(value light all) heavy=$(value heavy all)
echo "| nobody | $light | | $heavy | |"
while IFS='|' read -r name text; do
	l=$(value light "$name") h=$(value heavy "$name")
	printf "| %s | %d | %+d | %d | %+d |\n" "$text" "$l" $((l - light)) "$h" $((h - heavy))
	for kind in light heavy; do
		cases+=("{\"case\": \"$kind, $text\", \"unit\": \"instructions\", \"base\": $(value $kind all), \"kvmpv\": $(value $kind "$name")}")
	done
done <<< "$WATCHERS"
{
	echo '{"name": "exit-path", "lab": "intel (Bochs)", "kernel": "6.1", "cpu": "emulated VMX",' \
		'"command": "make bench-exit-path", "cases": ['
	(IFS=$'\n'; echo "${cases[*]}") | sed '$!s/$/,/'
	echo ']}'
} > $out/exit-path.json
