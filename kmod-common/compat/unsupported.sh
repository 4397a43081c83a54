#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# unsupported.sh KDIR OPTION...: is the kernel whose headers are in KDIR one that this module cannot
# do anything with? Then say why, in one line, and exit with 77. It has to have each OPTION in its
# configuration, and what the files in needs/ are about.
set -eu

kdir=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
needs=$here/../../needs

skip() {
	echo "$*"
	exit 77
}

lacks=
for option; do
	grep -qE "^$option=[ym]\$" "$kdir/.config" || lacks="$lacks $option"
done
[ -z "$lacks" ] || skip "its configuration lacks$lacks"

# Where nothing can be compiled it is not the kernel's fault, and the build will tell.
found=$(sh "$here/probe.sh" "$kdir" "$needs" 2> /dev/null) || exit 0
lacks=
for need in "$needs"/*.c; do
	name=$(basename "$need" .c | tr '[:lower:]' '[:upper:]')
	case $found in
	*"no KVMPV_HAVE_$name "*) lacks="$lacks, $(sed -n '2s|^/\* \(.*\) \*/$|\1|p' "$need")" ;;
	esac
done
[ -z "$lacks" ] || skip "this kernel is not understood: not found as expected: ${lacks#, }"
