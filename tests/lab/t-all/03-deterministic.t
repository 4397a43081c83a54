#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two deterministic runs are the same to the last tick. Part of make check-all: one pair in six or so
# has differed on a busy machine, for a reason not found yet.
set -u
dir=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

if [ -z "${CI:-}" ] && ! command -v bochs-bin > /dev/null; then
	echo "1..0 # SKIP no bochs-bin"
	exit 0
fi

cat > "$tmp/script" <<'SCRIPT'
kvm_load
for i in 1 2 3; do
	md5sum /bin/busybox &
done
wait
cat /proc/uptime /proc/interrupts /proc/stat
SCRIPT
for n in 1 2; do
	"$dir/../run" intel --smp 2 --deterministic --script "$tmp/script" --log "$tmp/log$n" \
		> /dev/null || echo "# run $n failed"
done
echo 1..1
if [ -s "$tmp/log1" ] && cmp -s "$tmp/log1" "$tmp/log2"; then
	echo "ok 1 - two runs have the same output and the same kernel log"
else
	echo "not ok 1 - two runs have the same output and the same kernel log"
	diff "$tmp/log1" "$tmp/log2" | head -n 20 | sed 's/^/# /'
fi
