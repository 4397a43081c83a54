# SPDX-License-Identifier: GPL-2.0-only
# Labs "intel" and "ibt": Bochs with VMX.
# shellcheck shell=bash disable=SC2034,SC2154

# What a host can do without costs seconds of emulated time: self-tests of the crypto code, keys and
# certificates, a keyboard that is not there, enum names in trace formats, tracefs' kprobe_events.
# Nothing here changes what KVM, ftrace or kprobes themselves do.
BOCHS_NOT_NEEDED="load_system_certificate_list,trace_eval_init,init_kprobe_trace,init_blk_tracer,\
init_ima,init_evm,init_encrypted,crypto_kdf108_init,inet_diag_init,cubictcp_register,i8042_init"

BOCHS_CMDLINE="console=ttyS0,115200 loglevel=5 panic=-1 reboot=t mitigations=off nokaslr tsc=reliable \
no_timer_check random.trust_cpu=on cryptomgr.notests ipv6.disable=1 initcall_blacklist=$BOCHS_NOT_NEEDED"

BOCHS_GUEST_CMDLINE="$BOCHS_CMDLINE pci=off"

BOCHS_IPS=50000000

# Debian's Bochs has its debugger in and starts with a prompt, where "c" continues; the only display
# of it that needs no window is a VNC server. tests/lab/bochs builds one that is three times as fast;
# that is a newer version, whose Tiger Lake refuses KVM's VM entries (VM-instruction error 7).
bochs_is_ours()
{
	[ "$lab" != ibt ] && [ -x "$build_dir/bochs/bochs" ]
}

bochs_program()
{
	bochs_is_ours && echo "$build_dir/bochs/bochs" || echo bochs-bin
}

bochs_display()
{
	bochs_is_ours && echo nogui || echo "rfb, options=\"timeout=0\""
}

bochs_check()
{
	need lz4 lz4
	bochs_is_ours || need bochs-bin bochs
	[ -e /usr/share/bochs/BIOS-bochs-latest ] || die "missing: bochsbios; tests/lab/deps installs it"
}

bochs_config()
{
	local cylinders=$1 model=corei7_haswell_4770

	[ "$lab" != ibt ] || model=tigerlake
	cat <<-CONFIG
	config_interface: textconfig
	display_library: $(bochs_display)
	cpu: model=$model, count=$smp, ips=$BOCHS_IPS, reset_on_triple_fault=0
	memory: guest=$memory, host=$memory
	romimage: file=/usr/share/bochs/BIOS-bochs-latest
	vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
	vga: extension=vbe, update_freq=1, realtime=0
	ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
	ata0-master: type=disk, mode=flat, path="$work/disk", cylinders=$cylinders, heads=16, spt=63
	boot: disk
	clock: sync=none, time0=1700000000
	com1: enabled=1, mode=file, dev=$work/console
	com2: enabled=1, mode=file, dev=$work/out
	log: $work/bochs.log
	panic: action=fatal
	error: action=ignore
	info: action=ignore
	debug: action=ignore
	plugin_ctrl: unmapped=1, biosdev=1, speaker=0, extfpuirq=1, parallel=0, serial=1
	CONFIG
}

# Sets emulator=() to the command. The script's output comes through com2's file, a FIFO.
bochs_command()
{
	local cpus=nosmp cylinders

	build lab/mkdisk lab/preload.so lab/boot.bin
	[ "$smp" -eq 1 ] || cpus=maxcpus=$smp
	# Tiger Lake as Bochs has it describes its XSAVE area in a way that kernels warn of; 7.x panics.
	[ "$lab" != ibt ] || cpus+=" noxsave"
	cylinders=$("$build_dir/lab/mkdisk" "$build_dir/lab/boot.bin" "$(vmlinux "$kernel")" \
		"$build_dir/kernels/$kernel/boot/vmlinuz" "$work/initrd" "$memory" \
		"$BOCHS_CMDLINE $cpus$append" "$work/disk") || die "cannot make the disk"
	rm -f "$work/initrd"
	bochs_config "$cylinders" > "$work/bochsrc"
	emulator=(env "LD_PRELOAD=$build_dir/lab/preload.so" "LAB_SERIAL=$work/")
	[ "$deterministic" = no ] || emulator+=(LAB_DETERMINISTIC=1)
	emulator+=("$(bochs_program)" -q -f "$work/bochsrc")
	bochs_is_ours || {
		echo c > "$work/debugger"
		emulator+=(-rc "$work/debugger")
	}
}
