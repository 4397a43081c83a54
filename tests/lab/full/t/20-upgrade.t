#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An upgrade of the host packages with a VM running.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../machine.sh"
. "$lab_dir/full/kvmpv.sh"
check_debs

image=$(installed host) || exit
next=$(next_debs) || exit
machine_new "$image"
machine_start
result $? "the machine boots with $version" || exit 1
kernel=$(machine_run 'uname -r')

# A VM without a disk: its kernel says so and waits, which is all that is asked of it.
machine_run 'cat > /root/vm.xml <<XML
<domain type="kvm">
  <name>vm</name><memory unit="MiB">256</memory><vcpu>1</vcpu>
  <os><type machine="q35">hvm</type><kernel>/vmlinuz</kernel><initrd>/initrd.img</initrd>
  <cmdline>console=ttyS0 break=top noxsave</cmdline></os>
  <features><acpi/></features><cpu mode="host-passthrough" migratable="off"/>
  <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
  <serial type="file"><source path="/var/log/libvirt/qemu/vm.console"/></serial></devices>
</domain>
XML'
ok "libvirt starts a VM" machine_run 'virsh -q define /root/vm.xml && virsh -q start vm'
vm_said='grep -aq "(initramfs)" /var/log/libvirt/qemu/vm.console'
MACHINE_WAIT=900 machine_run "until $vm_said; do sleep 2; done"
result $? "its kernel is up" || diag "$(machine_run 'tail -n 20 /var/log/libvirt/qemu/vm.console')"
vms='for vm in /sys/kernel/kvmpv/host/vm/*; do echo "${vm##*/}"; done'
before=$(machine_run "$vms")
like "$before" '^[0-9]+-[0-9]+$' "kvmpv knows the VM"
switches='cd /sys/kernel/kvmpv/host/features && echo $(cat stats yield page)'
is "$(machine_run "kvmpvctl disable --persistent stats > /dev/null
	kvmpvctl disable --runtime yield > /dev/null; $switches")" "0 0 1" "two features are switched off"

apt_install "$next/kvmpv-tools_$next_version"*.deb "$next/kvmpv-host-dkms_$next_version"*.deb
result $? "the upgrade to $next_version" || diag "$(machine_run 'tail -n 30 /root/apt.log')"
is "$(machine_run 'dkms status')" "kvmpv-host/$next_version, $kernel, x86_64: installed" \
	"DKMS has the new version only"
is "$(machine_run 'cat /sys/module/kvmpv_host/version')" "$version" "the old module is still loaded"
is "$(machine_run 'virsh domstate vm | head -n 1')" running "the VM lives"
is "$(machine_run "$vms")" "$before" "kvmpv still knows it"
status=$(machine_run 'kvmpvctl status')
like "$status" '[Rr]eboot' "kvmpvctl status says that a reboot is needed"
diag "$status"
ok "the VM can be ended" machine_run 'virsh -q destroy vm && virsh -q autostart vm'

machine_reboot
result $? "the machine reboots" || exit 1
is "$(machine_run 'cat /sys/module/kvmpv_host/version')" "$next_version" "the new module is loaded"
is "$(machine_run 'systemctl is-active kvmpv-host.service')" active "kvmpv-host.service is active"
unlike "$(machine_run 'kvmpvctl status')" '[Rr]eboot' "kvmpvctl status asks for nothing"
is "$(machine_run "$switches")" "0 1 1" "what was to be kept is off, the other is on again"
MACHINE_WAIT=300 machine_run 'until [ "$(virsh domstate vm | head -n 1)" = running ]; do sleep 2; done'
result $? "libvirt has started the VM"
like "$(machine_run 'kvmpvctl status')" ' qemu-system-x86 +1 +[01] +kick,yield,unhalt,page ' \
	"which was offered what is configured: the settings were there before it"
machine_run 'virsh -q destroy vm'
machine_log_check
done_testing
