#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What apt made of a plain Debian with the downloaded host packages: the first boot with them, removal,
# purge.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../machine.sh"
. "$lab_dir/full/kvmpv.sh"
check_debs

image=$(installed host) || exit
machine_new "$image"
machine_start
result $? "the machine boots with the packages" || exit 1
kernel=$(machine_run 'uname -r')

# what apt did
log=$(machine_run 'cat /root/apt.log')
like "$log" 'Setting up dkms' "apt brought dkms"
like "$log" 'Setting up linux-headers-amd64' "apt brought the headers"
is "$(grep -E '^([EW]: |dpkg: (error|warning)|Errors? )' <<< "$log")" "" \
	"apt had nothing to complain about"
is "$(machine_run 'dpkg --audit; apt-get -q check 2>&1 | grep -E "^E"')" "" "dpkg is content"

# after the reboot
is "$(machine_run "dkms status")" "kvmpv-host/$version, $kernel, x86_64: installed" "dkms status"
is "$(machine_run 'systemctl is-active kvmpv-host.service')" active "kvmpv-host.service is active"
is "$(machine_run 'systemctl is-system-running; systemctl --failed --no-legend')" running \
	"no unit failed"
order=$(machine_run 'echo $(systemctl show -P ActiveEnterTimestampMonotonic kvmpv-host.service) \
	$(systemctl show -P ExecMainStartTimestampMonotonic libvirtd.service)')
awk '{ exit !($1 > 0 && $1 <= $2) }' <<< "$order"
result $? "it was active before libvirtd started" || diag "$order"
module=$(machine_run 'modinfo -n kvmpv_host')
like "$module" "^/lib/modules/$kernel/updates/dkms/kvmpv_host\.ko" "the module is the one DKMS built"
is "$(machine_run 'cat /sys/module/kvmpv_host/version')" "$version" "it is loaded"
ok "KVM for AMD is there" machine_run 'modprobe kvm_amd'
status=$(machine_run 'kvmpvctl status')
is $? 0 "kvmpvctl status" || diag "$status"
diag "$status"
doctor=$(machine_run 'kvmpvctl doctor')
unlike "$doctor" '^ *FAIL' "kvmpvctl doctor finds nothing that fails"
diag "$doctor"

# a feature as a unit; it saves nothing
kick='cat /sys/kernel/kvmpv/host/features/kick'
is "$(machine_run "kvmpvctl disable --runtime kick > /dev/null && $kick")" 0 "a feature is off"
is "$(machine_run "systemctl start kvmpv-feature@kick.service && $kick")" 1 "its unit starts: it is on"
is "$(machine_run 'systemctl is-active kvmpv-feature@kick.service')" active "its unit is active"
is "$(machine_run "systemctl stop kvmpv-feature@kick.service && $kick")" 0 "its unit stops: it is off"
machine_run 'systemctl start kvmpv-feature@no-such.service 2> /dev/null'
result $(($? == 0)) "no unit for what is no feature"
is "$(machine_run 'ls /etc/kvmpv/host.conf.d')" "" "nothing of it is saved"
machine_run 'systemctl reset-failed; systemctl -q enable kvmpv-feature@yield.service'

# removal: the module that VMs may use stays until the reboot
remove=$(MACHINE_WAIT=900 machine_run 'apt-get remove -y kvmpv-host-dkms kvmpv-tools 2>&1')
is $? 0 "apt remove" || diag "$remove"
is "$(machine_run 'cat /sys/module/kvmpv_host/version')" "$version" "the module is still loaded"
is "$(machine_run "dkms status; find /lib/modules -name 'kvmpv*'")" "" "DKMS has nothing of it any more"
ok "the configuration stays" machine_run 'test -s /etc/kvmpv/host.conf'
purge=$(MACHINE_WAIT=900 machine_run 'apt-get purge -y kvmpv-host-dkms kvmpv-tools 2>&1')
is $? 0 "apt purge" || diag "$purge"
is "$(tr '\r' '\n' <<< "$remove$purge" | grep -E 'not empty|warning|Failed|No such file')" "" \
	"without a complaint"

is "$(machine_run "$traces")" "" "nothing is left of them"
machine_reboot
result $? "the machine reboots" || exit 1
is "$(machine_run 'ls -d /sys/module/kvmpv* /sys/kernel/kvmpv 2> /dev/null')" "" "nothing is loaded"
is "$(machine_run 'systemctl is-system-running; systemctl --failed --no-legend')" running \
	"no unit failed after removal"
machine_log_check
done_testing
