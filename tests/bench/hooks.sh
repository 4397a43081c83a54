#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make bench-hooks: what the host module's hooks add to an exit, in instructions. Labs in which a TSC
# tick is an instruction: QEMU with -icount (SVM) and Bochs (VMX). Fails when a hooked exit costs
# more than LIMIT instructions more, or an exit without a hook anything at all.
set -eu
cd "$(dirname "$0")/../.."

LIMIT=100
out=build/bench
mkdir -p $out
failed=0
labs=${*:-amd:6.1 amd:6.12 intel:6.1 ibt:6.12}

run() { # run LAB KERNEL
	local options=(--kernel "$2" --script tests/bench/hooks-host.sh --timeout 300
		--module "build/modules/$2/host/kvmpv_host.ko" --file build/kvmpv-vmm:/bin/kvmpv-vmm
		--file build/guest-programs/bench-hooks.bin:/guest-programs/bench-hooks.bin)
	case $1 in
	amd) options+=(--icount) ;;
	*) options+=(--deterministic) ;;
	esac
	tests/lab/run "$1" "${options[@]}"
}

# Lines "bench CASE TICKS" of the three runs to "CASE;base;kvmpv;after".
join() {
	awk '/^when / { when = $2 }
		/^bench / { ticks = $NF; $1 = $NF = ""; gsub(/^ +| +$/, "")
			if (!($0 in seen)) { seen[$0] = 1; order[n++] = $0 }
			value[$0, when] = ticks }
		END { for (i = 0; i < n; i++) print order[i] ";" value[order[i], "base"] ";" \
			value[order[i], "kvmpv"] ";" value[order[i], "after"] }'
}

echo '{"name": "hooks", "lab": "amd (QEMU -icount), intel and ibt (Bochs)", "kernel": "6.1, 6.12",' \
	'"cpu": "emulated SVM and VMX", "command": "make bench-hooks", "cases": [' > $out/hooks.json.new
separator=
echo "| lab | exit | stock | kvmpv | more |"
echo "|---|---|---|---|---|"
for lab in $labs; do
	name=${lab%:*} kernel=${lab#*:}
	run "$name" "$kernel" > "$out/hooks-$name-$kernel.log"
	while IFS=';' read -r exit base kvmpv after; do
		if [ -z "$base" ]; then # only a host with kvmpv knows it
			echo "| $name $kernel | $exit | - | $kvmpv | |"
			continue
		fi
		more=$((kvmpv - base))
		echo "| $name $kernel | $exit | $base | $kvmpv | $more |"
		echo "$separator{\"case\": \"$name $kernel: $exit\", \"unit\": \"instructions\"," \
			"\"base\": $base, \"kvmpv\": $kvmpv}" >> $out/hooks.json.new
		separator=,
		limit=$LIMIT
		case $exit in *"not hooked"*) limit=0 ;; esac
		if [ $more -gt $limit ]; then
			echo "hooks.sh: $name $kernel: $exit: $more more, the limit is $limit" >&2
			failed=1
		fi
		if [ "$after" -gt "$base" ]; then
			echo "hooks.sh: $name $kernel: $exit: $((after - base)) more after unloading" >&2
			failed=1
		fi
	done < <(join < "$out/hooks-$name-$kernel.log")
done
echo ']}' >> $out/hooks.json.new
mv $out/hooks.json.new $out/hooks.json
exit $failed
