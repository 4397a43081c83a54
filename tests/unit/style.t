#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a reader may rely on anywhere in the tree: licences, layout, no kernel versions outside
# compat, and nothing that sparse, shellcheck or clang-format has to say.
set -u
cd "$(dirname "$0")/../.." || exit 1

shopt -s lastpipe # so that a check at the end of a pipe counts
n=0
report() { # report STATUS NAME: prints what is on standard input as the reason of a failure
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' | head -n 40
	fi
}

none() { # none NAME: succeeds when there is nothing on standard input
	local found
	found=$(cat)
	[ -z "$found" ]
	report $? "$1" <<< "$found"
}

mapfile -t all < <(git ls-files -co --exclude-standard | grep -v '^LICENSES/' | while read -r file; do
	[ -f "$file" ] && echo "$file"
done)
mapfile -t c_files < <(printf '%s\n' "${all[@]}" | grep '\.[ch]$')
mapfile -t scripts < <(grep -lE '^#!/bin/(ba)?sh' "${all[@]}")
mapfile -t kernel_c < <(printf '%s\n' "${c_files[@]}" | grep -E '^(dkms|guest-kmod|kmod-common)/')

echo "1..$((7 + 4))"

for file in "${all[@]}"; do
	case $file in
	*.[chS] | *.sh | *.t | *.mk | *.rst | Makefile | */Makefile | */Kbuild | *.ld)
		head -n 3 "$file" | grep -q SPDX-License-Identifier || echo "$file"
		;;
	esac
done | none "every source file names its licence"

for file in "${c_files[@]}"; do
	expand -t 8 "$file" | awk -v f="$file" 'length($0) > 100 { print f ":" NR ": " length($0) }'
done | none "no line of C is longer than 100 columns"

clang-format --dry-run -Werror "${c_files[@]}" 2>&1 | grep -E 'error:' | none "clang-format"

shellcheck -x -P SCRIPTDIR "${scripts[@]}" 2>&1 | none "shellcheck"

grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION\(' "${kernel_c[@]}" | grep -v '^kmod-common/compat/' |
	none "no kernel version is asked for outside compat"

grep -nE 'uname -r' Makefile ./*/build.mk dkms/* guest-kmod/* kmod-common/Makefile kmod-common/*.sh \
	kmod-common/compat/*.sh 2> /dev/null | none "no build asks which kernel is running"

for module in build/modules/*/host/kvmpv_host.ko; do
	nm -u "$module" | grep -wE '(__)?kvm_[a-z_]+' | sed "s|^|$module: |"
done | none "the host module links no symbol of KVM"

for kernel in 6.1 6.12; do
	for side in host guest; do
		log=build/unit/sparse-$kernel-$side.log
		mkdir -p build/unit
		make -C build/modules/$kernel/$side KDIR="$PWD/build/kernels/$kernel/headers" C=2 \
			modules > "$log" 2>&1
		status=$?
		warnings=$(grep -E '(warning|error):' "$log")
		[ $status -eq 0 ] && [ -z "$warnings" ]
		report $? "sparse: $side module, $kernel" < <(echo "status $status"; echo "$warnings"
			tail -n 5 "$log")
	done
done
