# SPDX-License-Identifier: GPL-2.0-only
# A Debian machine with systemd, dkms and libvirt in QEMU, driven from outside: sourced by tests
# (t/*.t) and by tests/lab/full/run. It boots as machines do, from its disk through GRUB, so what an
# update of its kernel or initramfs left there is what comes up next.
# shellcheck shell=bash disable=SC2034,SC2154
set -u

# shellcheck source-path=SCRIPTDIR
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
. "$lab_dir/lib/emulator.sh"
. "$lab_dir/lib/report.sh"
. "$lab_dir/host/tap.sh"
. "$lab_dir/full/image.sh"

# One CPU: see "Facts found" in docs/hooks.md.
MACHINE_MB=${MACHINE_MB:-2560}
# Seconds: from power-on until the agent answers, a shutdown, and a command.
BOOT_WAIT=${BOOT_WAIT:-900}
STOP_WAIT=${STOP_WAIT:-300}
MACHINE_WAIT=${MACHINE_WAIT:-600}
# More options for QEMU.
machine_options=()

work=''

# machine_open DISK: use this disk image as it is. One machine at a time.
machine_open()
{
	work=$(mktemp -d "$images_dir/run.XXXXXX")
	mkdir "$work/files"
	cp "$lab_dir/log-known" "$work/log-allowed"
	disk=$1
	trap machine_cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# machine_new IMAGE: a fresh machine whose disk begins as IMAGE.
machine_new()
{
	machine_open ''
	disk=$work/disk
	overlay "$1" "$disk"
}

# shellcheck disable=SC2317 # called by the trap
machine_cleanup()
{
	trap '' INT TERM HUP
	stop_emulator
	[ -z "$work" ] || [ "${keep:-no}" = yes ] || rm -rf "$work"
	work=''
}

# machine_file FILE...: the machine sees them in /lab.
machine_file()
{
	cp -R "$@" "$work/files/"
}

emulator_command()
{
	emulator=(
		qemu-system-x86_64
		-accel tcg,thread=single -cpu max,-xsave -smp 1 -m "$MACHINE_MB" -M q35
		-nodefaults -no-user-config -display none -vga none -no-reboot -nic none
		-drive "file=$disk,if=virtio,format=qcow2,cache=unsafe,discard=unmap"
		-virtfs "local,path=$work/files,mount_tag=lab,security_model=none,readonly=on"
		-device virtio-rng-pci
		"${machine_options[@]}"
	)
}

# machine_start: power on, until everything that starts at boot has started.
machine_start()
{
	emulator_command
	# The consoles of all boots are kept, for report.sh; agent.out is that of this boot.
	touch "$work/console"
	rm -f "$work/agent".*
	mkfifo "$work/agent.in"
	: > "$work/agent.out"
	setsid "${emulator[@]}" \
		-chardev "file,id=console,path=$work/console,append=on" -serial chardev:console \
		-chardev stdio,id=agent,signal=off -device virtio-serial-pci \
		-device virtserialport,chardev=agent,name=lab.agent \
		<> "$work/agent.in" >> "$work/agent.out" 2>> "$work/emulator.log" &
	emulator_pid=$!
	"$build_dir/lab/lab-agent" wait "$work/agent.out" "$emulator_pid" "$BOOT_WAIT" ||
		{ machine_dead "the machine does not boot" "$BOOT_WAIT" $?; return 1; }
	# A machine with guests may lose its timer's interrupt: "Facts found" in docs/hooks.md.
	machine_run 'lab-agent tick /dev/hpet < /dev/null > /dev/null 2>&1 &'
	MACHINE_WAIT=$BOOT_WAIT machine_run 'systemctl is-system-running --wait > /dev/null; true' ||
		{ machine_dead "the machine does not finish its boot" "$BOOT_WAIT" $?; return 1; }
}

# machine_dead WHAT SECONDS STATUS: says what is wrong, and ends the machine.
machine_dead()
{
	case $3 in
	124) say "$1 within $2 s" ;;
	*) say "$1: the emulator has ended" ;;
	esac
	[ ! -s "$work/emulator.log" ] || tail -n 5 "$work/emulator.log" | sed 's/^/lab: | /' >&2
	console_tail "$work/console"
	stop_emulator
}

# machine_run COMMAND: for sh, as root; its output and its status. 124: takes too long, 125: the
# machine is gone.
machine_run()
{
	[ -n "$emulator_pid" ] || { say "no machine runs"; return 125; }
	"$build_dir/lab/lab-agent" run "$work/agent.in" "$work/agent.out" "$emulator_pid" \
		"$MACHINE_WAIT" "$1"
}

# Until the emulator has ended by itself, however that came about.
machine_wait_off()
{
	local left=$((STOP_WAIT * 4))

	while kill -0 "$emulator_pid" 2> /dev/null; do
		[ $((left--)) -gt 0 ] || { machine_dead "$1" "$STOP_WAIT" 124; return 1; }
		sleep 0.25
	done
	wait_emulator
}

machine_stop()
{
	machine_run 'systemctl --no-block poweroff' &&
		machine_wait_off "the machine does not shut down"
}

# The emulator ends at a reset, and the next one starts: a cold boot.
machine_reboot()
{
	machine_run 'systemctl --no-block reboot' &&
		machine_wait_off "the machine does not shut down" && machine_start
}

# Power fails: nothing is written that was not yet.
machine_kill()
{
	stop_emulator
}

# machine_log_check [REGEX]...: nothing in the kernel logs of all boots that nobody expects.
machine_log_check()
{
	local bad

	printf '%s\n' "$@" | sed '/^$/d' >> "$work/log-allowed"
	bad=$(bad_lines "$work/console")
	[ -z "$bad" ]
	result $? "the kernel logs are clean" || diag "$bad"
}

mkdir -p "$images_dir"
build lab/lab-agent
