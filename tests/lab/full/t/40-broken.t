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
		update-grub 2>&1"
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
like "$(machine_run 'kvmpvctl doctor')" 'FAIL.*sign|sign.*FAIL|mokutil' \
	"enforced signatures: kvmpvctl doctor names it"

option kvmpv.enable=0
machine_reboot
result $? "kvmpv.enable=0: the machine boots" || exit 1
is "$(machine_run 'systemctl is-system-running')" running "kvmpv.enable=0: no unit failed"
is "$(machine_run 'systemctl show -P ConditionResult kvmpv-host.service')" no \
	"kvmpv.enable=0: the service was skipped"
machine_log_check
machine_stop
machine_cleanup

# ---- a machine without headers ----

debs=("$debs_dir/kvmpv-tools_$version"*.deb "$debs_dir/kvmpv-host-dkms_$version"*.deb)
image=$(stage host-headless "apt-get install -y --no-install-recommends /mnt/*.deb gcc \
	> /root/apt.log 2>&1 || { cat /root/apt.log; exit 1; }" "${debs[@]}") || exit
machine_new "$image"
machine_start
boots_without $? "no headers" 'headers|kvmpv_host'
said=$(machine_run 'cat /root/apt.log')
is "$(grep -c 'no module for .* headers are not installed' <<< "$said")" 1 \
	"no headers: that was said, once" || diag "$said"
like "$said" 'linux-headers' "no headers: they are asked for by name"
is "$(machine_run 'dpkg --audit')" "" "no headers: dpkg is content"
like "$(machine_run 'kvmpvctl doctor')" 'FAIL.*headers|headers.*FAIL' \
	"no headers: kvmpvctl doctor names them"

# The disk fills up while the module is built, and somebody finds room before dpkg goes on.
machine_run 'cd /etc/kernel/header_postinst.d
	printf "#!/bin/sh\nfree=\$(df -k --output=avail / | tail -n 1)\n%s\n" \
		"fallocate -l \$((free - 1536))k /var/filler" > 00-fill
	printf "#!/bin/sh\nrm /var/filler\n" > zz-free; chmod +x 00-fill zz-free'
said=$(MACHINE_WAIT=3600 machine_run 'apt-get install -y linux-headers-amd64 2>&1')
is $? 0 "full disk: apt is content" || diag "$(tail -n 40 <<< "$said")"
is "$(grep -c 'No space left' <<< "$said")" 1 "full disk: it says so, once" || diag "$said"
is "$(machine_run 'dpkg --audit; ls /var/filler 2> /dev/null')" "" "full disk: dpkg is content"
machine_run 'rm /etc/kernel/header_postinst.d/??-f*'
machine_reboot
boots_without $? "full disk" 'kvmpv_host'
MACHINE_WAIT=3600
ok "with room again, DKMS builds it" machine_run \
	"sh /usr/src/kvmpv-host-$version/dkms-install.sh && modinfo kvmpv_host"
ok "and it works" machine_run 'systemctl restart kvmpv-host.service'
machine_log_check
done_testing
