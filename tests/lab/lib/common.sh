# SPDX-License-Identifier: GPL-2.0-only
# What all parts of tests/lab/run need.
# shellcheck shell=bash disable=SC2034

lab_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
top_dir=$(cd "$lab_dir/../.." && pwd)
build_dir=$top_dir/build
cache_dir=$build_dir/lab/cache

# Exit codes of tests/lab/run beyond the script's own.
EXIT_USAGE=2
EXIT_NO_CONSOLE=4
EXIT_LOG=123
EXIT_TIMEOUT=124
EXIT_LAB=125

say()
{
	echo "lab: $*" >&2
}

die()
{
	say "$*"
	exit "$EXIT_LAB"
}

# need PROGRAM PACKAGE...: pairs; all that is missing is said at once.
need()
{
	local packages=()

	while [ $# -gt 0 ]; do
		command -v "$1" > /dev/null || packages+=("$2")
		shift 2
	done
	[ ${#packages[@]} -eq 0 ] || die "missing: ${packages[*]}; tests/lab/deps installs them"
}

# build FILE...: what make has a rule for, below build/; make knows whether there is anything to do.
build()
{
	local targets=("${@/#/build/}")

	flock "$build_dir/lab/.lock" make -s -C "$top_dir" "${targets[@]}" >&2 ||
		die "cannot build ${targets[*]}"
}

# fetch NAME: the kernel is there afterwards.
fetch()
{
	[ -s "$build_dir/kernels/$1/release" ] || "$lab_dir/fetch" "$1" || die "no kernel $1"
}

kernel_release()
{
	cat "$build_dir/kernels/$1/release"
}
