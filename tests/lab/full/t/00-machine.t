#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The lab itself: what the other tests take for granted.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../machine.sh"

plan 16
image=$(plain_image) || exit
machine_new "$image"
echo hello > "$work/hello"
machine_file "$work/hello"
machine_start
result $? "the machine boots" || exit 1
is "$(machine_run 'systemctl is-system-running; systemctl --failed --no-legend')" running \
	"everything that starts at boot did"
is "$(machine_run 'cat /lab/hello')" hello "files from outside"
machine_run 'exit 3'
is $? 3 "status of a command"
is "$(machine_run 'ls -d /usr/src/* /var/lib/dkms 2> /dev/null; command -v gcc dkms')" "" \
	"it has neither headers, nor dkms, nor a compiler"
ok "apt finds all that dkms needs in the image" machine_run \
	'apt-get --simulate install dkms gcc linux-headers-amd64'
ok "the emulated SVM works" machine_run 'modprobe kvm_amd && test -c /dev/kvm'
host=$(machine_run 'virt-host-validate qemu')
is "$(grep -E 'hardware virtualization|/dev/kvm' <<< "$host" | grep -c PASS)" 3 \
	"libvirt finds KVM" || diag "$host"
like "$(machine_run 'virsh version --daemon')" 'Running hypervisor: QEMU' "libvirtd answers"
unlike "$(machine_run 'ip -o link')" 'eth|enp|ens' "there is no network"

first=$(machine_run 'cat /proc/sys/kernel/random/boot_id')
machine_run 'echo survives > /root/file; echo "# lab" >> /etc/initramfs-tools/initramfs.conf
	mkdir -p /etc/initramfs-tools/scripts/init-top
	printf "#!/bin/sh\n[ \"\$1\" = prereqs ] || echo lab-initramfs > /dev/kmsg\n" \
		> /etc/initramfs-tools/scripts/init-top/lab
	chmod +x /etc/initramfs-tools/scripts/init-top/lab
	sed -i "s/mitigations=off/& lab.option=1/" /etc/default/grub'
ok "a new initramfs and boot menu" machine_run 'update-initramfs -u && update-grub'
machine_reboot
result $? "the machine reboots" || exit 1
is "$(machine_run 'cat /root/file')" survives "what was written is there"
[ "$first" != "$(machine_run 'cat /proc/sys/kernel/random/boot_id')" ]
result $? "it is another boot"
is "$(machine_run 'journalctl -qkb -o cat --grep "^lab-initramfs$"; grep -ow lab.option=1 /proc/cmdline')" \
	"lab-initramfs
lab.option=1" "with the new initramfs and the new command line"
machine_log_check
done_testing
