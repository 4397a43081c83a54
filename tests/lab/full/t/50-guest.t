#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A Debian guest with the guest packages, under libvirt, in a host with the host packages. The guest's
# disk is an image that apt made like the host's; the machine has it as its second disk.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../machine.sh"
. "$lab_dir/full/kvmpv.sh"
check_debs

host=$(installed host) || exit
# What the guest does not need would cost minutes.
guest=$(installed guest 'echo "enable = on" > /etc/kvmpv/guest.conf.d/50-on.conf
	kvmpvctl check-config
	kvmpvctl initramfs enable
	lsinitramfs "$(readlink -f /initrd.img)" | grep kvmpv
	systemctl -q disable libvirtd.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket \
		libvirt-guests.service virtlockd.socket virtlogd.socket' \
		) || exit

# quoted TEXT: as one word for sh
quoted()
{
	printf "'%s'" "${1//\'/\'\\\'\'}"
}

# guest_run COMMAND: as machine_run, in the guest
guest_run()
{
	machine_run "lab-agent run /run/guest/agent.in /run/guest/out \
		\$(cat /run/libvirt/qemu/guest.pid) $MACHINE_WAIT $(quoted "$1")"
}

MACHINE_MB=3072
machine_options=(-drive "file=$guest,if=virtio,format=qcow2,snapshot=on")
machine_new "$host"
machine_start
result $? "the host boots" || exit 1
machine_run 'mkdir -m 755 /run/guest && cd /run/guest && mkfifo -m 666 agent.in agent.out && touch out
systemd-run -q --unit=guest-out --working-directory=/run/guest sh -c "exec cat <> agent.out > out"
cat > guest.xml <<XML
<domain type="kvm">
  <name>guest</name><memory unit="MiB">1024</memory><vcpu>1</vcpu>
  <os><type machine="q35">hvm</type></os>
  <features><acpi/></features><cpu mode="host-passthrough" migratable="off"/>
  <on_reboot>destroy</on_reboot>
  <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
  <disk type="block" device="disk"><driver name="qemu" type="raw" cache="unsafe"/>
    <source dev="/dev/vdb"/><target dev="vda" bus="virtio"/></disk>
  <serial type="file"><source path="/var/log/libvirt/qemu/guest.console"/></serial>
  <channel type="pipe"><source path="/run/guest/agent"/><target type="virtio" name="lab.agent"/>
  </channel></devices>
</domain>
XML'
MACHINE_WAIT=1800
ok "libvirt starts the guest" machine_run 'virsh -q define /run/guest/guest.xml && virsh -q start guest'
machine_run 'lab-agent wait /run/guest/out $(cat /run/libvirt/qemu/guest.pid) 1500'
result $? "its agent answers" || {
	diag "$(machine_run 'tail -n 30 /var/log/libvirt/qemu/guest.console /var/log/libvirt/qemu/guest.log')"
	exit 1
}
guest_run 'systemctl is-system-running --wait' > /dev/null
is "$(guest_run 'systemd-detect-virt')" kvm "it is a guest of KVM"
is "$(guest_run 'systemctl is-active kvmpv-guest.service')" active "kvmpv-guest.service is active"
is "$(guest_run 'dkms status')" "kvmpv-guest/$version, $(guest_run 'uname -r'), x86_64: installed" \
	"dkms status"
is "$(guest_run 'lsinitramfs "$(readlink -f /initrd.img)" | grep -c "/kvmpv_[a-z]*[.]ko"')" 1 \
	"one module is in the initramfs"
is "$(guest_run 'cat /sys/module/kvmpv_guest/version')" "$version" "the module is loaded"
status=$(guest_run 'kvmpvctl status')
is $? 0 "kvmpvctl status in the guest" || diag "$status"
like "$status" '^  in use +ABI 1' "guest and host have agreed"
like "$status" "^  versions +kvmpvctl $version; module loaded: $version, on disk: $version, in initramfs: $version\$" \
	"the four versions are one"
diag "$status"
order=$(guest_run 'journalctl -qkb -o short-monotonic | grep -iE "kvmpv|EXT4-fs.*mounted"')
awk -F '[][]' '/kvmpv_guest: active: ABI 1/ && !active { active = $2 }
	/EXT4-fs .*mounted/ && !mounted { mounted = $2 }
	END { exit !(active > 0 && active < mounted) }' <<< "$order"
result $? "it was paravirtual before the root file system was mounted"
diag "$order"
status=$(machine_run 'kvmpvctl status')
like "$status" '^  VMs +1$' "the host knows it"
diag "$status"
ok "the guest shuts down" machine_run 'virsh -q shutdown guest
	until [ "$(virsh domstate guest | head -n 1)" = "shut off" ]; do sleep 2; done'
machine_run 'cat /var/log/libvirt/qemu/guest.console' > "$work/guest"
is "$(grep -aoh 'Linux version' "$work/guest"; bad_lines "$work/guest")" "Linux version" \
	"the guest's kernel log is clean"
machine_log_check
done_testing
