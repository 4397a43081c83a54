#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The rpm packages, installed by dnf from a local repository: a boot with them, removal by dnf. The
# machine is the same Debian with dnf and rpm; what the packages require is Debian's, see
# tests/packages/rpm-repository.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../machine.sh"
. "$lab_dir/full/kvmpv.sh"

rpms=("$build_dir"/rpm/RPMS/*/kvmpv-{host-dkms,guest-dkms,tools}-"$version"-*.rpm)
[ -e "${rpms[0]}" ] || die "no packages of version $version in build/rpm: make rpm"

image=$(stage rpm '{
	apt-get install -y dkms gcc make linux-headers-amd64 libjson-c5 libkmod2 dnf createrepo-c rpm
	mkdir /srv/rpm
	cp /mnt/*.rpm /srv/rpm/
	bash /mnt/rpm-repository /srv/rpm
	dnf -y install kvmpv-host-dkms | tee /root/dnf.log
	} > /root/log 2>&1 || { cat /root/log; exit 1; }' \
	"${rpms[@]}" "$top_dir/tests/packages/rpm-repository") || exit
machine_new "$image"
machine_start
result $? "the machine boots with the packages" || exit 1
kernel=$(machine_run 'uname -r')

# what dnf did
packages="kvmpv-host-dkms-$version
kvmpv-tools-$version"
is "$(machine_run 'rpm -qa --qf "%{NAME}-%{VERSION}\n" kvmpv\* | sort')" "$packages" \
	"dnf brought the tools, too"
log=$(machine_run 'cat /root/dnf.log')
like "$log" "kvmpv-host: kvmpv_host $version is there for $kernel" "a scriptlet had DKMS build the module"
unlike "$log" '[Ss]criptlet failed|[Ee]rror:' "dnf had nothing to complain about"
is "$(machine_run 'rpm -V kvmpv-host-dkms kvmpv-tools')" "" "rpm finds all files as they were packaged"

# after the reboot
is "$(machine_run "dkms status")" "kvmpv-host/$version, $kernel, x86_64: installed" "dkms status"
is "$(machine_run 'systemctl is-active kvmpv-host.service')" active "kvmpv-host.service is active"
is "$(machine_run 'systemctl is-system-running; systemctl --failed --no-legend')" running \
	"no unit failed"
is "$(machine_run 'cat /sys/module/kvmpv_host/version')" "$version" "the module is loaded"
ok "KVM for AMD is there" machine_run 'modprobe kvm_amd'
status=$(machine_run 'kvmpvctl status')
is $? 0 "kvmpvctl status" || diag "$status"
diag "$status"
unlike "$(machine_run 'kvmpvctl doctor')" '^ *FAIL' "kvmpvctl doctor finds nothing that fails"

# removal
said=$(MACHINE_WAIT=1800 machine_run 'dnf -y remove kvmpv-host-dkms kvmpv-tools 2>&1')
is $? 0 "dnf remove" || diag "$said"
unlike "$said" '[Ss]criptlet failed|[Ee]rror:|warning:' "without a complaint"
is "$(machine_run 'cat /sys/module/kvmpv_host/version')" "$version" "the module is still loaded"
is "$(machine_run 'dkms status; rpm -qa kvmpv\*')" "" "neither DKMS nor rpm has anything of it"
is "$(machine_run "$traces" | grep -vE '^/(srv/rpm/|var/lib/dnf)')" "" "nothing is left of them"
machine_reboot
result $? "the machine reboots" || exit 1
is "$(machine_run 'ls -d /sys/module/kvmpv* 2> /dev/null')" "" "nothing is loaded"
is "$(machine_run 'systemctl is-system-running; systemctl --failed --no-legend')" running \
	"no unit failed after removal"
machine_log_check
done_testing
