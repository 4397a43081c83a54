# SPDX-License-Identifier: GPL-2.0-only
# Functions for scripts that run in a lab host. Sourced before the script; sourcing it again is free.
# shellcheck shell=dash
. /lib/kmod.sh
. /lib/tap.sh

# ---- KVM ----

# kvm_load [PARAM=VALUE]...: load kvm and the vendor module. Parameters are for the vendor module
# (ept=0), those that start with "kvm." for kvm itself (kvm.halt_poll_ns=0).
kvm_load()
{
	local arg kvm='' vendor='' module="kvm-amd"

	! grep -qw vmx /proc/cpuinfo || module="kvm-intel"
	for arg; do
		case $arg in
		kvm.*) kvm="$kvm ${arg#kvm.}" ;;
		*) vendor="$vendor $arg" ;;
		esac
	done
	# shellcheck disable=SC2086 # parameters are words
	modprobe kvm $kvm && modprobe $module $vendor
}

kvm_unload()
{
	local module

	for module in kvm_intel kvm_amd ccp kvm irqbypass; do
		[ ! -d /sys/module/$module ] || rmmod $module || return
	done
}

# ---- Linux guests ----
# Set before guest_start, if the defaults do not fit:
#   GUEST_SMP (2)   GUEST_MEM in MB (256; 128 on Bochs)   GUEST_CPU (host; for QEMU's -cpu)
#   GUEST_APPEND    more kernel command line              GUEST_WAIT seconds for ready / run (60)
#   GUEST_MACHINE   for QEMU's -M (microvm)

# guest_start NAME [OPTION]...: options are for the program that runs the guest.
guest_start()
{
	local name=$1 base=/run/guest-$1

	shift
	[ -e /guest/initrd ] || { echo "guest_start: no guest in this host (run --guest)"; return 1; }
	rm -f "$base".*
	mkfifo "$base.in"
	if [ -x /bin/kvmpv-vmm ] && [ "$LAB" != amd ]; then
		guest_start_vmm "$name" "$@"
	else
		guest_start_qemu "$name" "$@"
	fi
	echo $! > "$base.pid"
}

# The FIFO is opened for both directions: the emulator must not see its end when one writer leaves.
guest_start_qemu()
{
	local base=/run/guest-$1

	shift
	: > "$base.out"
	qemu-system-x86_64 -L /usr/share/qemu -accel kvm -cpu "${GUEST_CPU:-host}" \
		-M "${GUEST_MACHINE:-microvm,pic=on,pit=on,isa-serial=on,rtc=on}" \
		-m "${GUEST_MEM:-256}" -smp "${GUEST_SMP:-2}" \
		-nodefaults -no-user-config -nographic -no-reboot \
		-kernel /guest/vmlinuz -initrd /guest/initrd \
		-append "$(cat /guest/cmdline) lab.agent=ttyS1 ${GUEST_APPEND:-}" \
		-serial "file:$base.log" -chardev stdio,id=agent,signal=off \
		-device isa-serial,chardev=agent,iobase=0x2f8,irq=3,index=1 \
		"$@" <> "$base.in" >> "$base.out" 2>> "$base.err" &
}

# One serial line for both, so the agent's lines are in the log too.
guest_start_vmm()
{
	local base=/run/guest-$1

	shift
	: > "$base.log"
	ln -s "$base.log" "$base.out"
	kvmpv-vmm linux --kernel /guest/vmlinux --initrd /guest/initrd \
		--cmdline "$(cat /guest/cmdline) lab.agent=ttyS0 ${GUEST_APPEND:-}" \
		--smp "${GUEST_SMP:-2}" --memory "${GUEST_MEM:-128}" \
		"$@" <> "$base.in" >> "$base.log" 2>> "$base.err" &
}

# guest_wait_ready NAME [SECONDS]: until its agent answers; the guest script has run by then.
guest_wait_ready()
{
	local base=/run/guest-$1 status

	lab-agent wait "$base.out" "$(cat "$base.pid")" "${2:-${GUEST_WAIT:-60}}" && return
	status=$?
	echo "guest $1 is not ready ($status); the end of its log:"
	tail -n 15 "$base.log" "$base.err" 2>/dev/null
	return $status
}

# guest_run NAME COMMAND: its output, its status; 124 when it takes too long, 125 when the guest dies.
guest_run()
{
	local base=/run/guest-$1

	lab-agent run "$base.in" "$base.out" "$(cat "$base.pid")" "${GUEST_WAIT:-60}" "$2"
}

guest_alive()
{
	local pid

	pid=$(cat "/run/guest-$1.pid")
	# One that has ended stays a zombie until somebody waits for it.
	grep -qs '^State:.[^ZX]' "/proc/$pid/status"
}

# in_guest COMMANDS: in guest g; $S is the guest module's directory in sysfs
in_guest()
{
	guest_run g "S=/sys/kernel/kvmpv/guest; $1"
}

# guest_pack FILE: in guest g, an initramfs of what it has unpacked, for kexec; without the kernel
guest_pack()
{
	in_guest "find / -xdev ! -name vmlinuz | cpio -o -H newc > $1 2> /dev/null"
}

# uptime_ms: milliseconds since boot; on Bochs they count instructions
uptime_ms()
{
	sed 's/\([0-9]*\)\.\([0-9]*\) .*/\1\20/' /proc/uptime
}

# soon SECONDS COMMAND...: COMMAND succeeds within so many seconds
soon()
{
	local tries=$(($1 * 4))

	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		usleep 250000
	done
}

# no_vms: kvmpv's host knows no VM; they end some time after their VMMs
no_vms()
{
	[ -z "$(ls /sys/kernel/kvmpv/host/vm)" ]
}

# guest_stop NAME: an orderly end; kills a guest that does not follow within 10 s.
guest_stop()
{
	local base=/run/guest-$1 tries=100

	guest_alive "$1" || return 0
	echo "0 quit" > "$base.in"
	while guest_alive "$1" && [ $tries -gt 0 ]; do
		usleep 100000
		tries=$((tries - 1))
	done
	[ $tries -gt 0 ] || { echo "guest_stop: $1 does not stop"; guest_kill "$1"; return 1; }
	wait "$(cat "$base.pid")" 2>/dev/null
	return 0
}

guest_kill()
{
	local pid

	pid=$(cat "/run/guest-$1.pid")
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
}

# ---- kernel log ----

# lab_log_check [NAME]: one test: nothing in the kernel log so far that tests/lab/run would refuse.
lab_log_check()
{
	local bad

	bad=$(dmesg | awk -v patterns=/lib/log-allowed -f /lib/log-filter.awk |
		grep -E -f /lib/log-bad)
	[ -z "$bad" ]
	result $? "${1:-kernel log is clean}" || diag "$bad"
}
