#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The modules' BTF reader against type information of the real 6.12 and its kvm.ko (they come with
# the headers and the image that the lab fetches), and against damage.
set -eu
cd "$(dirname "$0")/../.."

kernel=build/kernels/6.12
out=build/unit/btf
tests/lab/fetch 6.12 >&2
make -s build/unit/btf-test >&2
mkdir -p $out
objcopy --dump-section .BTF=$out/vmlinux $kernel/headers/vmlinux /dev/null
xz -dc $kernel/lib/modules/*/kernel/arch/x86/kvm/kvm.ko.xz > $out/kvm.ko
objcopy --dump-section .BTF=$out/kvm $out/kvm.ko /dev/null
exec build/unit/btf-test $out/vmlinux $out/kvm
