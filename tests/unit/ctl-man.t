#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Man page and completion say what the program says: verbs, options, features, exit codes; all of
# them, and nothing that does not exist.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"
tree bare

page=docs/man/kvmpvctl.8
text=$tmp/page
if command -v mandoc >/dev/null; then
	mandoc -Tutf8 $page | col -bx >"$text"
	mandoc -Tlint -Wwarning $page >"$out"
	ok $? "the page has no mistake that mandoc finds" "$out"
else
	MANWIDTH=100 man -l $page | col -bx >"$text"
	skip "mistakes in the page" "no mandoc"
fi

ctl help --json
facts() { # LIST MEMBER: one a line
	count=$("$json" "$1.length" <"$out")
	i=0
	while [ "$i" -lt "$count" ]; do
		"$json" "$1.$i.$2" <"$out"
		i=$((i + 1))
	done
}
facts verbs name >"$tmp/verbs"
facts features name >"$tmp/features"
facts features text >"$tmp/texts"
facts exits code >"$tmp/exits"
{
	facts options name
	for verb in $(seq 0 $(($("$json" verbs.length <"$out") - 1))); do
		facts "verbs.$verb.options" name
	done
} | sort -u >"$tmp/options"

section() { # NAME: of the page
	awk -v name="$1" '/^[A-Z]/ { on = $0 == name } on' "$text"
}

while read -r verb; do
	grep -q "^\.It Cm.*\b$verb\b" $page
	ok $? "page: verb $verb"
done <"$tmp/verbs"
while read -r option; do
	section OPTIONS | grep -q -- "^ *.*--$option\b"
	ok $? "page: option --$option"
done <"$tmp/options"
while read -r feature; do
	section FEATURES | grep -q "^ *$feature\b"
	ok $? "page: feature $feature"
done <"$tmp/features"
section FEATURES | tr -s ' \n' ' ' >"$tmp/flat"
while read -r words; do
	grep -qF "$words" "$tmp/flat"
	ok $? "page: $words"
done <"$tmp/texts"
while read -r number; do
	section "EXIT STATUS" | grep -q "^ *$number "
	ok $? "page: exit code $number"
done <"$tmp/exits"

# And nothing else. (mandoc shows the lone "--" as such.)
grep -oE -e '--[a-z][a-z-]*' "$text" | sed 's/^--//' | sort -u |
	comm -23 - "$tmp/options" >"$tmp/more"
[ ! -s "$tmp/more" ]
ok $? "page: no option that does not exist" "$tmp/more"
sed -n '/^\.Sh FEATURES/,/^\.El/s/^\.It Cm //p' $page | sort | diff - "$(
	sort "$tmp/features" >"$tmp/sorted"
	echo "$tmp/sorted"
)" >"$tmp/more"
ok $? "page: no feature that does not exist" "$tmp/more"
section "EXIT STATUS" | grep -oE '^ +[0-9]+ ' | tr -d ' ' | diff - "$tmp/exits" >"$tmp/more"
ok $? "page: no exit code that does not exist" "$tmp/more"
sed -n '/^\.Sh VERBS/,/^\.Sh OPTIONS/s/^\.It //p' $page | grep -oE 'Cm [a-z-]+' | sed 's/Cm //' |
	sort | diff - "$(
		sort "$tmp/verbs" >"$tmp/sorted"
		echo "$tmp/sorted"
	)" >"$tmp/more"
ok $? "page: no verb that does not exist" "$tmp/more"
sed -n '/^\.Dl # kvmpvctl/s/^\.Dl # kvmpvctl//p' $page |
	sed 's/[>&|].*//; s/--watch [0-9]*/& --count 1/' |
	sed "s|50-fleet|$tmp/&|" >"$tmp/examples"
tree both
mkdir -p "$root/usr/sbin" "$root/usr/share/initramfs-tools/hooks"
echo "mkinitramfs" >"$root/usr/sbin/update-initramfs"
: >"$root/usr/share/initramfs-tools/hooks/kvmpv"
printf 'page = off\n' >"$tmp/50-fleet.conf"
printf "seconds 1\n" >"$root/exits"
while read -r words; do
	# shellcheck disable=SC2086 # words
	exits 0 "the page's example works: $words" $words
done <"$tmp/examples"

# kvmpv.conf(5): the settings, their defaults, and examples that are understood
conf=docs/man/kvmpv.conf.5
for side in host guest; do
	mkdir -p "$tmp/made/etc/kvmpv"
	sed -n 's/^#\([a-z0-9_.-]* = .*\)/\1/p' systemd/$side.conf >"$tmp/made/etc/kvmpv/$side.conf"
done
"$ctl" --root "$tmp/made" check-config --json >"$out"
for file in 0 1; do
	facts files.$file.settings key
done | sort -u >"$tmp/keys"
sed -n 's/^\.It Cm \([a-z0-9_.-]*\) Pq .*/\1/p' $conf | sort | diff - "$tmp/keys" >"$tmp/more"
ok $? "kvmpv.conf(5): settings are those of the installed files" "$tmp/more"
sed -n 's/^\.It Cm \([a-z0-9_.-]*\) Pq \([a-z0-9]*\)$/\1 = \2/p' $conf |
	sort >"$tmp/defaults"
cat "$tmp"/made/etc/kvmpv/*.conf | grep -v cr3-cache | sort -u | diff "$tmp/defaults" - >"$tmp/more"
ok $? "kvmpv.conf(5): defaults are those of the installed files" "$tmp/more"
for side in host guest; do
	awk -v "side=$side" '/^\.Bd/ && ++n == (side == "host" ? 1 : 2), /^\.Ed/' $conf |
		grep -v '^\.' >"$tmp/$side.conf"
	[ -s "$tmp/$side.conf" ]
	ok $? "kvmpv.conf(5): there is an example for a $side"
	exits 0 "kvmpv.conf(5): it is understood" check-config "$tmp/$side.conf"
done

# Completion
if ! command -v bash >/dev/null; then
	skip "completion" "no bash"
	done_testing
	exit
fi
bash -n build/kvmpvctl.bash
ok $? "completion: bash takes it"
cat >"$tmp/complete" <<'END'
. build/kvmpvctl.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_kvmpvctl
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}" | sort
END
completes() { # WANTED WORD...
	want=$1
	shift
	got=$(bash "$tmp/complete" kvmpvctl "$@" | tr '\n' ' ')
	[ "$got" = "$want" ]
	ok $? "completion of: $*"
	[ "$got" = "$want" ] || echo "# $got"
}
completes "enable " en
completes "stats status " sta
completes "kick " enable k
completes "enable " initramfs e
completes "page pv-spinlock " --json disable kick p
completes "pv-spinlock " enable pv
completes "spinlock " stats s
completes "--top " stats spinlock --t
completes "--watch " stats --w
completes "" status --w
completes "always auto never " --color ""
completes "" stats --watch ""
completes "stats status " help sta
completes "--color --guest --help --host --json --no-legend --root --version " status --
completes "enable " --color never en
completes "tests/unit/ctl-check-config.t " check-config tests/unit/ctl-check
completes "--host " check-config --ho
while read -r option; do
	grep -q -- "--$option\b" build/kvmpvctl.bash
	ok $? "completion: --$option"
done <"$tmp/options"
while read -r verb; do
	got=$(bash "$tmp/complete" kvmpvctl "$verb")
	[ "$got" = "$verb" ]
	ok $? "completion: $verb"
	bash "$tmp/complete" kvmpvctl "$verb" -- >"$tmp/offered"
	while read -r option; do
		"$ctl" --root "$root" "$verb" "$option" --help >"$out" 2>"$err" </dev/null
		! grep -q "has no option" "$err" || echo "$option"
	done <"$tmp/offered" >"$tmp/more"
	[ ! -s "$tmp/more" ]
	ok $? "completion: $verb takes the options it offers" "$tmp/more"
done <"$tmp/verbs"

# The install target puts all where it belongs.
make -s install-tools DESTDIR="$tmp/dest" PREFIX=/usr >"$out" 2>&1
for file in sbin/kvmpvctl share/man/man8/kvmpvctl.8 share/bash-completion/completions/kvmpvctl; do
	[ -s "$tmp/dest/usr/$file" ]
	ok $? "installed: $file" "$out"
done
done_testing
