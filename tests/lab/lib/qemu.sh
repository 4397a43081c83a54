# SPDX-License-Identifier: GPL-2.0-only
# Lab "amd": QEMU's emulated machine with SVM.
# shellcheck shell=bash disable=SC2034,SC2054,SC2154

QEMU_CMDLINE="console=ttyS0,115200 loglevel=5 panic=-1 mitigations=off nokaslr noxsave"

qemu_check()
{
	need qemu-system-x86_64 qemu-system-x86
}

# No XSAVE: the emulated SVM does not intercept XSETBV, so a guest's XCR0 would be the host's too and
# its kernel warns (or, 7.x, panics) about sizes that KVM could not adjust. QEMU takes only XSAVE away;
# noxsave also takes what cannot work without it, such as AVX, which 7.x would otherwise use.
# Sets emulator=() to the command; its stdout is the script's.
qemu_command()
{
	local accel=tcg,thread=multi

	# QEMU before 8.1 translates code without holding its page: when another CPU changes it at
	# that moment, the old translation (an int3 of text_poke) can stay for ever.
	# With one thread, a host whose CPUs are all idle may sleep through a guest's timer: let it poll.
	if [ "$single" = yes ]; then
		accel=tcg,thread=single
		append="idle=poll $append"
	fi
	emulator=(qemu-system-x86_64)
	if [ "$icount" = yes ]; then
		accel=tcg,thread=single
		smp=1
		emulator+=(-icount "shift=0,sleep=off")
	fi
	emulator+=(
		-accel "$accel" -cpu max,-xsave -smp "$smp" -m "$memory" -M q35
		-nodefaults -no-user-config -display none -no-reboot
		-kernel "$build_dir/kernels/$kernel/boot/vmlinuz" -initrd "$work/initrd"
		-append "$QEMU_CMDLINE $append"
		-serial "file:$work/console" -chardev "stdio,id=out,signal=off" -serial chardev:out
	)
}
