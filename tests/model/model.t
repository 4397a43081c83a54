#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The models of pv-spinlock hold, and each of their controls fails, as spin finds.
set -u
cd "$(dirname "$0")" || exit 1

n=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# search MODEL FLAGS: prints spin's report
search()
{
	rm -rf "$work/run"
	mkdir "$work/run"
	cp "$1.pml" "$work/run/"
	# shellcheck disable=SC2086 # flags are words
	(cd "$work/run" && spin $2 -a "$1.pml" && gcc -w -O2 -DSAFETY -DCOLLAPSE -DMEMLIM=2000 \
		-o pan pan.c && ./pan -m200000 -w24) 2>&1
}

# One result a model: it holds, or it fails as WANTED says.
check()
{
	local ok="" name=$1 model=$2 flags=$3 wanted=$4 report="$work/report" errors=1

	n=$((n + 1))
	search "$model" "$flags" > "$report"
	[ "$wanted" != holds ] || { wanted="State-vector"; errors=0; }
	grep -q "$wanted" "$report" && grep -q "errors: $errors\$" "$report" || ok="not "
	# A search that was cut short has shown nothing.
	! grep -q "search depth too small\|out of memory\|reached -DMEMLIM" "$report" || ok="not "
	echo "${ok}ok $n - $name: $(sed -n 's/^ *\([0-9]* states, stored\).*/\1/p' "$report")"
	[ -z "$ok" ] || sed 's/^/# /' "$report"
}

if ! command -v spin > /dev/null; then
	echo "1..0 # SKIP no spin; make deps installs it"
	exit 0
fi
check "PV_UNHALT: 3 CPUs" pv-spinlock "-DROUNDS=1" holds
check "PV_UNHALT: 2 CPUs, twice each" pv-spinlock "-DCPUS=2 -DROUNDS=2" holds
check "native, fair: 3 CPUs, twice each" native-spinlock "-DROUNDS=2" holds
check "native, test-and-set: 3 CPUs, twice each" native-spinlock "-DVIRT -DROUNDS=2" holds
check "control: no kick" pv-spinlock "-DROUNDS=1 -DNO_KICK" "invalid end state"
check "control: a kick before its halt is forgotten" pv-spinlock "-DROUNDS=1 -DNO_LATCH" \
	"invalid end state"
check "control: a blind thief" pv-spinlock "-DROUNDS=1 -DBLIND" "assertion violated"
check "control: a thief that takes the tail too" pv-spinlock "-DROUNDS=1 -DTAKE_TAIL" \
	"invalid end state\|assertion violated"
check "control: native, a thief in the queue's way" native-spinlock "-DROUNDS=1 -DBYTE" \
	"assertion violated"
check "control: native, a head that tells nobody" native-spinlock "-DROUNDS=2 -DNO_GRANT" \
	"invalid end state"
echo "1..$n"
