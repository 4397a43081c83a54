#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# stage.sh host|guest DIR: put together the source tree of one module, as DKMS gets it. Files that
# did not change keep their time, so that building again is incremental.
set -eu

cd "$(dirname "$0")/.."
side=$1
to=$2
case $side in
host) from=dkms ;;
guest) from=guest-kmod ;;
*)
	echo "usage: stage.sh host|guest DIR" >&2
	exit 2
	;;
esac

put() { # put SOURCE TARGET
	cmp -s "$1" "$to/$2" || cp "$1" "$to/$2"
}

mkdir -p "$to/common/compat/probes" "$to/include/kvmpv" "$to/needs"
for file in "$from"/*.[chS] "$from/Kbuild"; do
	[ -e "$file" ] || continue
	put "$file" "$(basename "$file")"
done
for file in kmod-common/*.[ch] kmod-common/flags.mk; do
	put "$file" "common/$(basename "$file")"
done
for file in kmod-common/compat/*.h kmod-common/compat/*.sh; do
	put "$file" "common/compat/$(basename "$file")"
done
for file in kmod-common/compat/probes/*.c; do
	put "$file" "common/compat/probes/$(basename "$file")"
done
for file in kmod-common/compat/needs/*.c "$from"/needs/*.c; do
	[ -e "$file" ] || continue
	put "$file" "needs/$(basename "$file")"
done
put kmod-common/Makefile Makefile
put kmod-common/dkms-install.sh dkms-install.sh
put include/kvmpv/abi.h include/kvmpv/abi.h
put include/kvmpv/local.h include/kvmpv/local.h
put VERSION VERSION
if [ -e "$from/dkms.conf" ]; then
	sed -e "s/@VERSION@/$(cat VERSION)/" -e '/^@SKIP@$/ { r kmod-common/dkms-skip.conf' -e 'd; }' \
		"$from/dkms.conf" > "$to/dkms.conf"
fi
