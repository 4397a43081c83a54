# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by ctl-*.t: TAP, and runs of kvmpvctl over a made-up tree.
set -u
cd "$(dirname "$0")/../.." || exit 1
make -s tools build/unit/ctl-json >&2 || exit 1

unit=$PWD/tests/unit
ctl=${KVMPVCTL:-$PWD/build/kvmpvctl}
json=$PWD/build/unit/ctl-json
tmp=$(mktemp -d "${TMPDIR:-/tmp}/ctl.XXXXXX") || exit 1
trap 'chmod -R u+rwX "$tmp" 2>/dev/null; rm -rf "$tmp"' EXIT
root=$tmp/root
out=$tmp/out
err=$tmp/err
n=0
unset NO_COLOR KVMPV_ROOT

ok() { # STATUS NAME [FILE with details]...
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		shift 2
		[ $# -eq 0 ] || cat "$@" | sed 's/^/# /'
	fi
}

skip() { # NAME REASON
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

tree() { # KIND [ROOT]
	rm -rf "${2-$root}"
	"$unit/ctl-tree" "$1" "${2-$root}" || exit 1
}

ctl() { # ARGUMENT...: sets $code
	"$ctl" --root "$root" "$@" >"$out" 2>"$err"
	code=$?
}

exits() { # CODE NAME ARGUMENT...
	want=$1
	name=$2
	shift 2
	ctl "$@"
	ok $((code != want)) "$name: exit code $want" "$out" "$err"
	[ "$code" -eq "$want" ] || echo "# exit code was $code"
}

has() { # NAME TEXT: in output or errors of the last run
	cat "$out" "$err" | grep -qF -e "$2"
	ok $? "$1" "$out" "$err"
}

hasnt() { # NAME TEXT
	! cat "$out" "$err" | grep -qF -e "$2"
	ok $? "$1" "$out" "$err"
}

says() { # PATH VALUE: of the JSON in the last output
	got=$("$json" "$1" <"$out" 2>&1)
	[ "$got" = "$2" ]
	ok $? "JSON $1 is $2" "$out"
	[ "$got" = "$2" ] || echo "# but $got"
}

file_is() { # FILE VALUE
	got=$(cat "$root/$1" 2>&1)
	[ "$got" = "$2" ]
	ok $? "$1 is $(echo "$2" | tail -n 1)"
	[ "$got" = "$2" ] || echo "$got" | sed 's/^/# but /'
}

config() { # FILE LINE...: made below the root
	mkdir -p "$root/$(dirname "$1")"
	file=$1
	shift
	printf '%s\n' "$@" >"$root/$file"
}

golden() { # NAME: the last output is what tests/unit/ctl-golden/NAME says
	sed "s#$root#ROOT#g; s#\<$(sed 's/[.]/[.]/g' VERSION)\>#VERSION#g" "$out" >"$tmp/golden"
	[ -z "${CTL_GOLDEN-}" ] || cp "$tmp/golden" "$unit/ctl-golden/$1"
	diff -u "$unit/ctl-golden/$1" "$tmp/golden" >"$tmp/diff"
	ok $? "output is as in ctl-golden/$1" "$tmp/diff"
}

done_testing() {
	echo "1..$n"
}
