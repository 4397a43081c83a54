#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# probe.sh KDIR PROBES: compile each PROBES/NAME.c as a part of a module for the kernel in KDIR and
# print "#define KVMPV_HAVE_NAME 1" for those that compile. Two probes of our own, one that must
# compile and one that must not, catch headers or a compiler with which probing tells nothing.
set -eu

kdir=$1
probes=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$probes"/*.c "$work"
echo 'int kvmpv_probe(void); int kvmpv_probe(void) { return 0; }' > "$work/control_good.c"
echo 'int kvmpv_probe(void); int kvmpv_probe(void) { return kvmpv_no_such; }' > "$work/control_bad.c"

objects=
for source in "$work"/*.c; do
	objects="$objects $(basename "$source" .c).o"
done
echo "obj-m :=$objects" > "$work/Kbuild"
# Failing is what some of them are for; what the compiler says about it is kept for control_good.
# shellcheck disable=SC2086
make -k -C "$kdir" M="$work" CONFIG_DEBUG_INFO_BTF_MODULES= $objects > "$work/log" 2>&1 || true

if [ ! -e "$work/control_good.o" ] || [ -e "$work/control_bad.o" ]; then
	cat "$work/log" >&2
	echo "probe.sh: nothing can be compiled against $kdir (see above)" >&2
	exit 1
fi
echo "/* Made by probe.sh. */"
for source in "$probes"/*.c; do
	name=$(basename "$source" .c)
	upper=$(echo "$name" | tr '[:lower:]' '[:upper:]')
	if [ -e "$work/$name.o" ]; then
		echo "#define KVMPV_HAVE_$upper 1"
	else
		echo "/* no KVMPV_HAVE_$upper */"
	fi
done
