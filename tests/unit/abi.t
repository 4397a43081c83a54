#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Holds include/kvmpv/abi.h and docs/abi against each other, and tests the code in the header. Each
# kind of difference is also made on purpose, in a copy, and must be found.
#
# shellcheck disable=SC2016 # backquotes are text here: reST
# shellcheck disable=SC2086 # lists of compiler options are split on purpose
set -u
cd "$(dirname "$0")/../.." || exit 1
unit=tests/unit
CC=${CC:-gcc}
CXX=${CXX:-g++}
warn="-Wall -Wextra -Werror"

mkdir -p build || exit 1
tmp=$(mktemp -d build/abi.XXXXXX) || exit 1
trap 'rm -rf "$tmp"' EXIT

n=0
ok() { # STATUS NAME [FILE with details]
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		[ -z "${3-}" ] || sed 's/^/# /' "$3"
	fi
}

skip() { # NAME REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# compare INCLUDE PAGES: facts of header and pages are the same, differences go to $tmp/diff
compare() {
	$unit/abi-facts program "$1/kvmpv/abi.h" "$CC" >"$tmp/facts.c" &&
		"$CC" $warn -I"$1" -o "$tmp/facts" "$tmp/facts.c" &&
		"$tmp/facts" | sort -u >"$tmp/header" &&
		$unit/abi-facts pages "$2" | sort -u >"$tmp/pages" || return 2
	diff "$tmp/header" "$tmp/pages" >"$tmp/diff"
}

# words INCLUDE PAGES: the pages mention no name that the header does not define
words() {
	$unit/abi-facts names "$1/kvmpv/abi.h" "$CC" | sort -u >"$tmp/names" &&
		$unit/abi-facts words "$2" | sort -u | comm -13 "$tmp/names" - >"$tmp/diff" &&
		[ ! -s "$tmp/diff" ]
}

# mutant FILE SED-SCRIPT: a copy of everything with one change; fails when nothing changed
mutant() {
	rm -rf "$tmp/m"
	mkdir -p "$tmp/m/include/kvmpv" "$tmp/m/docs" &&
		cp include/kvmpv/abi.h "$tmp/m/include/kvmpv/" && cp docs/abi/*.rst "$tmp/m/docs/" &&
		sed -i "$2" "$tmp/m/$1" || return 1
	case $1 in
	docs/*) ! cmp -s "$tmp/m/$1" "docs/abi/${1#docs/}" ;;
	*) ! cmp -s "$tmp/m/$1" "$1" ;;
	esac
}

# caught NAME FILE SED-SCRIPT
caught() {
	if ! mutant "$2" "$3"; then
		ok 1 "negative control: $1 (the change could not be made)"
		return
	fi
	compare "$tmp/m/include" "$tmp/m/docs" 2>"$tmp/err"
	[ $? -eq 1 ]
	ok $? "negative control: $1" "$tmp/err"
}

# negotiate INCLUDE
negotiate() {
	"$CC" -O1 -std=gnu11 $warn -I"$1" -o "$tmp/negotiate" $unit/abi-negotiate.c && "$tmp/negotiate" \
		>"$tmp/diff"
}

echo '#include <kvmpv/abi.h>' >"$tmp/alone.c"
"$CC" -std=gnu11 -pedantic $warn -Iinclude -c -o "$tmp/alone.o" "$tmp/alone.c" 2>"$tmp/err"
ok $? "the header compiles alone as C" "$tmp/err"
if command -v "$CXX" >/dev/null; then
	cp "$tmp/alone.c" "$tmp/alone.cc"
	"$CXX" -std=c++11 $warn -Iinclude -c -o "$tmp/alone.o" "$tmp/alone.cc" 2>"$tmp/err"
	ok $? "the header compiles alone as C++" "$tmp/err"
else
	skip "the header compiles alone as C++" "no $CXX"
fi

compare include docs/abi
ok $? "header (<) and pages (>) say the same" "$tmp/diff"
words include docs/abi
ok $? "the pages mention only names of the header" "$tmp/diff"

# Layout for 32-bit guests: only compiled, so no 32-bit C library is needed to link with.
awk '/^field / {
	split($2, f, "."); name = "((struct " f[1] " *)0)->" f[2]
	print "_Static_assert(__builtin_offsetof(struct " f[1] ", " f[2] ") == " $3 ", \"" $2 "\");"
	print "_Static_assert(sizeof(" name ") == " $4 ", \"" $2 "\");"
	size[f[1]] = $3 + $4 > size[f[1]] ? $3 + $4 : size[f[1]]
} END { for (s in size) print "_Static_assert(sizeof(struct " s ") == " size[s] ", \"" s "\");" }' \
	"$tmp/header" >"$tmp/asserts"
{ cat "$tmp/alone.c" "$tmp/asserts"; } >"$tmp/layout.c"
"$CC" -std=gnu11 -Iinclude -c -o "$tmp/layout.o" "$tmp/layout.c" 2>"$tmp/err"
ok $? "no padding: sizes are the sum of the fields" "$tmp/err"
m32="-m32 -I/usr/include/$("$CC" -print-multiarch 2>/dev/null)"
echo '#include <linux/types.h>' >"$tmp/m32.c"
if "$CC" $m32 -c -o "$tmp/m32.o" "$tmp/m32.c" 2>/dev/null; then
	"$CC" -std=gnu11 $m32 -Iinclude -c -o "$tmp/layout.o" "$tmp/layout.c" 2>"$tmp/err"
	ok $? "the same layout with -m32" "$tmp/err"
else
	skip "the same layout with -m32" "$CC -m32 does not work here"
fi

negotiate include
ok $? "kvmpv_abi_negotiate() and the signature" "$tmp/diff"

# sysfs.rst: the host's counters by reference to the header, the guest's by name
tr -s '\n ' ' ' <docs/abi/sysfs.rst | grep -q 'Names are those of ``include/kvmpv/abi.h``, order is that of ``struct kvmpv_stats``'
ok $? "sysfs.rst takes the host's counters from the header"
sed -n '/^Guest counters:/,/^$/p' docs/abi/sysfs.rst | grep -o '``[a-z0-9_]*``' | tr -d '`' >"$tmp/guest.rst"
sed -n 's/^\tC([A-Z0-9_]*, "\([a-z0-9_]*\)").*/\1/p' guest-kmod/stats.h >"$tmp/guest.h" 2>/dev/null
[ -s "$tmp/guest.h" ] && diff "$tmp/guest.h" "$tmp/guest.rst" >"$tmp/diff"
ok $? "sysfs.rst names the guest module's counters, in its order" "$tmp/diff"
sed -n 's/^counter [0-9]* \([a-z0-9_]*\) .*/\1/p' "$tmp/header" | sort >"$tmp/host"
grep -E '^(hellos|kicks_sent|yields_given|yields_refused|stats_calls|cr3_hits|cr3_misses)$' "$tmp/guest.rst" | sort |
	comm -23 - "$tmp/host" >"$tmp/diff" && [ ! -s "$tmp/diff" ]
ok $? "what both sides count has one name" "$tmp/diff"

# Those of a guest alone
cat >"$tmp/local.c" <<'END'
#include <kvmpv/local.h>
_Static_assert(KVMPV_FEATURE_COUNT <= KVMPV_LOCAL_FIRST, "bits of a host");
#define CHECK(name, bit, string, text) \
	_Static_assert((bit) >= KVMPV_LOCAL_FIRST && (bit) < 32, string);
KVMPV_LOCAL_FEATURES(CHECK)
END
"$CC" -std=gnu11 -pedantic $warn -Iinclude -c -o "$tmp/local.o" "$tmp/local.c" 2>"$tmp/err"
ok $? "features of a guest alone have bits that no host has" "$tmp/err"
sed -n 's/^\tF([A-Z0-9_]*, [0-9]*, "\([a-z0-9-]*\)".*/\1/p' include/kvmpv/local.h >"$tmp/local"
[ -s "$tmp/local" ] && while read -r feature; do
	grep -qF "\`\`$feature\`\`" docs/abi/sysfs.rst || echo "$feature"
done <"$tmp/local" >"$tmp/diff" && [ ! -s "$tmp/diff" ]
ok $? "sysfs.rst names them" "$tmp/diff"

# Counters of spinlocks: spin HEADER PAGE. The page may name one again where it says more of it,
# and files of the tables above.
spin() {
	grep -oE '\bC\([A-Z0-9_]+, "[a-z0-9_]+"' "$1" | cut -d '"' -f 2 >"$tmp/spin.h"
	grep -oE '^[a-z0-9_]+ +0[0-7]{3} ' "$2" | cut -d ' ' -f 1 >"$tmp/files"
	sed -n '/^Spinlock counters:/,/^$/p' "$2" | grep -o '``[a-z0-9_]*``' | tr -d '`' |
		grep -vxF -f "$tmp/files" | awk '!seen[$0]++' >"$tmp/spin.rst"
	[ -s "$tmp/spin.h" ] && diff "$tmp/spin.h" "$tmp/spin.rst" >"$tmp/diff"
}
header=guest-kmod/spinlock-stats.h
if [ -e $header ]; then
	spin $header docs/abi/sysfs.rst
	ok $? "sysfs.rst names the counters of spinlocks, in their order" "$tmp/diff"
	sed '0,/``taken_yield``/s///' docs/abi/sysfs.rst >"$tmp/sysfs.rst"
	! spin $header "$tmp/sysfs.rst"
	ok $? "negative control: counter of spinlocks dropped"
	sed 's/"kicks_needless"/"kicks_lost"/' $header >"$tmp/spinlock-stats.h"
	! spin "$tmp/spinlock-stats.h" docs/abi/sysfs.rst
	ok $? "negative control: counter of spinlocks renamed"
else
	skip "sysfs.rst names the counters of spinlocks" "no $header"
fi
$unit/ctl-tree guest-spinlock "$tmp/root" &&
	sed 's/\([a-z_]*\) .*/C(X, "\1"/' "$tmp/root/sys/kernel/kvmpv/guest/spinlock/stats" >"$tmp/tree.h" &&
	spin "$tmp/tree.h" docs/abi/sysfs.rst
ok $? "the guest that kvmpvctl is tested with has them, too" "$tmp/diff"

h=include/kvmpv/abi.h
caught "feature bit" $h 's/F(YIELD, 1,/F(YIELD, 7,/'
caught "feature name" $h 's/"unhalt"/"awake"/'
caught "feature added" $h 's/F(PAGE, 4, "page", "shared page of a vCPU (MSR)")/& F(NEW, 6, "new", "")/'
caught "MSR number" $h 's/0x4b565001/0x4b565002/'
caught "hypercall number" $h 's/0x4b565603/0x4b565606/'
caught "hypercall added" $h '/define KVMPV_HC_BYE/i #define KVMPV_HC_NEW 0x4b565608'
caught "error code" $h 's/KVMPV_EPROTO 71/KVMPV_EPROTO 72/'
caught "counter name" $h 's/"kicks_received"/"kicks_got"/'
caught "counters swapped" $h '/^\tC(KICKS_SENT,/{h;d};/^\tC(KICKS_RECEIVED,/G'
caught "leaf" $h '/define KVMPV_CPUID_VERSION/,+1s/^\t2/\t3/'
caught "reserved bits" $h 's/0xffeULL/0xffcULL/'
caught "field moved" $h '/^\t__u32 magic;/{h;d};/^\t__u32 guest_version;/G'
caught "field renamed" $h 's/__u32 instance;/__u32 incarnation;/'
caught "signature" $h 's/0x504d564b/0x504d564c/'
caught "ABI number" $h 's/KVMPV_ABI_MAX 1/KVMPV_ABI_MAX 2/'
caught "cr3 cache: gate" $h 's/KVMPV_CR3_OPEN (1ULL << 62)/KVMPV_CR3_OPEN (1ULL << 61)/'
caught "cr3 cache: slots" $h 's/KVMPV_CR3_SLOTS 4/KVMPV_CR3_SLOTS 3/'
caught "cr3 cache: entry" $h '/^struct kvmpv_cr3_entry {/,/^}/s/__u64 host/__u32 host/'
caught "cr3 cache: one table" $h 's/entry\[2\]\[/entry[1][/'
caught "cr3 cache: fields swapped" $h '/^\t__u64 hits;/{h;d};/^\t__u64 misses;/G'
caught "default policy" $h 's/KVMPV_FEATURES_ALL & ~KVMPV_FEATURE_MASK(CR3_CACHE)/KVMPV_FEATURES_ALL/'
caught "page: feature bit" docs/cpuid.rst 's/^KVMPV_FEATURE_PAGE          4/KVMPV_FEATURE_PAGE          5/'
caught "page: base" docs/cpuid.rst 's/0x40010000/0x40020000/'
caught "page: title" docs/msr.rst '1,5s/ABI 1/ABI 2/'
caught "page: MSR number" docs/msr.rst 's/^\t0x4b565000/\t0x4b565003/'
caught "page: field offset" docs/msr.rst 's/^\tvcpu_id         24/\tvcpu_id         28/'
caught "page: hypercall dropped" docs/hypercalls.rst '/KVMPV_HC_BYE$/d'
caught "page: error code" docs/hypercalls.rst 's/^KVMPV_EFAULT        14/KVMPV_EFAULT        15/'
caught "page: cr3 cache, field offset" docs/cr3-cache.rst 's/^entry           64 /entry           32 /'
caught "page: cr3 cache, constant" docs/cr3-cache.rst 's/^KVMPV_CR3_WINDOW_MAX    256/KVMPV_CR3_WINDOW_MAX    512/'
caught "page: cr3 cache, bits" docs/cr3-cache.rst 's/0x4000000000000000/0x2000000000000000/'
caught "page: counter dropped" docs/hypercalls.rst '/^KVMPV_COUNTER_CPUID_READS/d'

mutant docs/msr.rst 's/``KVMPV_PAGE_SIZE``/``KVMPV_PAGE_BYTES``/' && ! words "$tmp/m/include" "$tmp/m/docs"
ok $? "negative control: a name the header does not define"
mutant $h 's/best < guest_min ||/best <= guest_min ||/' && ! negotiate "$tmp/m/include"
ok $? "negative control: a wrong comparison in kvmpv_abi_negotiate()"
mutant $h 's/(__u32 host_min, __u32 host_max, __u64 guest_min,/(__u32 host_min, __u32 host_max, __u32 guest_min,/' &&
	! negotiate "$tmp/m/include" 2>/dev/null
ok $? "negative control: arguments cut to 32 bits"
mutant $h 's/__u32 reserved\[9\]/__u64 reserved[5]/' &&
	! "$CC" -std=gnu11 -I"$tmp/m/include" -c -o "$tmp/layout.o" "$tmp/layout.c" 2>/dev/null
ok $? "negative control: another layout"
echo "1..$n"
