#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Broken on purpose: there is one clear message each time, dpkg stays content, the machine boots.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../machine.sh"
. "$lab_dir/full/kvmpv.sh"
check_debs

# boots_without STATUS NAME REGEX: the machine came up, as STATUS says, with a failed
# kvmpv-host.service that says REGEX.
boots_without()
{
	local said

	result "$1" "$2: the machine boots" || exit 1
	shift
	is "$(machine_run 'systemctl --failed --no-legend --plain | cut -d " " -f 1')" \
		kvmpv-host.service "$1: kvmpv-host.service failed, nothing else"
	said=$(machine_run 'journalctl -qb -u kvmpv-host.service -t kvmpvctl -o cat')
	like "$said" "$2" "$1: the journal says why"
	[ "$(wc -l <<< "$said")" -le 2 ]
	result $? "$1: in two lines at most" || diag "$said"
	is "$(machine_run 'virsh -q list > /dev/null && echo yes')" yes "$1: libvirt works"
}

# option NAME: the kernel's command line gets it. Instead of that which an earlier call gave it.
option()
{
	machine_run "sed -i 's/mitigations=off.*\"/mitigations=off ${1:-}\"/' /etc/default/grub
		update-grub > /dev/null 2>&1"
}

# ---- a machine that has it ----

image=$(installed host-corrupt 'echo "no such setting" >> /etc/kvmpv/host.conf') || exit
machine_new "$image"
machine_start
boots_without $? "corrupt configuration" \
	"/etc/kvmpv/host.conf:$(machine_run 'wc -l < /etc/kvmpv/host.conf'):"
machine_run 'sed -i "\$d" /etc/kvmpv/host.conf; systemctl restart kvmpv-host.service'
is "$(machine_run 'systemctl is-active kvmpv-host.service')" active "with the old configuration it works"

# DKMS signs with a key of its own, which no kernel knows before somebody enrolls it.
option module.sig_enforce=1
machine_reboot
boots_without $? "enforced signatures" 'sign|[Kk]ey was rejected'
is "$(machine_run 'ls -d /sys/module/kvmpv_host 2> /dev/null')" "" \
	"enforced signatures: the module is not loaded"
like "$(machine_run 'kvmpvctl doctor')" '^FAIL +host\.signature +kvmpv_host is not signed' \
	"enforced signatures: kvmpvctl doctor names it"

option kvmpv.enable=0
machine_reboot
result $? "kvmpv.enable=0: the machine boots" || exit 1
is "$(machine_run 'systemctl is-system-running')" running "kvmpv.enable=0: no unit failed"
is "$(machine_run 'systemctl show -P ConditionResult kvmpv-host.service')" no \
	"kvmpv.enable=0: the service was skipped"
is "$(machine_run 'modprobe kvmpv_host && cat /sys/kernel/kvmpv/host/state')" disabled \
	"kvmpv.enable=0: the module does nothing, whoever loads it"
like "$(machine_run 'kvmpvctl status')" 'take kvmpv.enable=0 off the kernel command line' \
	"kvmpv.enable=0: kvmpvctl status says so"
machine_log_check
machine_stop
machine_cleanup

# ---- machines for which DKMS has built nothing ----

# without_module NAME REGEX: what apt said when it installed the packages, and a boot with them.
without_module()
{
	machine_new "$image"
	machine_start
	boots_without $? "$1" 'kvmpv_host'
	said=$(machine_run 'grep -E "^kvmpv-host: no module for" /root/apt.log')
	like "$said" "$2" "$1: it was said when the package was installed"
	[ "$(wc -l <<< "$said")" -le 2 ]
	result $? "$1: in two lines at most" || diag "$said"
	is "$(machine_run 'dpkg --audit')" "" "$1: dpkg is content"
	like "$(machine_run 'kvmpvctl doctor')" '^FAIL +host\.module .*DKMS has not built it' \
		"$1: kvmpvctl doctor names what is missing"
}

image=$(installed host-headless "" --no-install-recommends gcc) || exit
without_module "no headers" 'its headers are not installed \(package linux-headers-'
like "$(machine_run 'kvmpvctl doctor')" '^WARN +headers +no headers of' "no headers: kvmpvctl doctor names them"
machine_log_check
machine_stop
machine_cleanup

# Just the folder that DKMS builds in, so that dpkg has room, as if somebody had found some.
image=$(before='mkdir -p /var/lib/dkms && mount -t tmpfs -o size=4m tmpfs /var/lib/dkms' \
	installed host-full 'cp -a /var/lib/dkms /var/lib/kept
		umount /var/lib/dkms
		rm -r /var/lib/dkms
		mv /var/lib/kept /var/lib/dkms') || exit
without_module "full disk" 'No space left'
machine_log_check
done_testing
