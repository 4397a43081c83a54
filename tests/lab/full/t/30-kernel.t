#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A second kernel: DKMS builds the module for it when it comes, and forgets it when it goes.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../machine.sh"
. "$lab_dir/full/kvmpv.sh"
check_debs

image=$(installed host) || exit
machine_new "$image"
machine_start
result $? "the machine boots" || exit 1
first=$(machine_run 'uname -r')
package=$(machine_run 'apt-cache pkgnames linux-image-6.12')
second=${package#linux-image-}
like "$second" '^6\.12\.' "there is a second kernel to install"
install=$(MACHINE_WAIT=3600 machine_run \
	"apt-get install -y linux-image-$second linux-headers-$second 2>&1")
is $? 0 "apt installs it with its headers" || diag "$(tail -n 40 <<< "$install")"
is "$(machine_run 'dkms status | sort')" "$(printf 'kvmpv-host/%s, %s, x86_64: installed\n' \
	"$version" "$first" "$version" "$second" | sort)" "dkms status: both kernels"
machine_reboot
result $? "the machine reboots" || exit 1
is "$(machine_run 'uname -r')" "$second" "it runs the second kernel"
is "$(machine_run 'systemctl is-active kvmpv-host.service')" active "kvmpv-host.service is active"
is "$(machine_run 'cat /sys/module/kvmpv_host/version')" "$version" "the module is loaded"
ok "KVM for AMD is there" machine_run 'modprobe kvm_amd && kvmpvctl status'
diag "$(machine_run 'kvmpvctl status')"
ok "apt removes the first kernel" machine_run "apt-get purge -y linux-image-$first 2>&1"
is "$(machine_run 'dkms status')" "kvmpv-host/$version, $second, x86_64: installed" \
	"dkms status: the second kernel"
is "$(machine_run "ls -d /lib/modules/$first/updates 2> /dev/null")" "" "its modules are gone"
machine_log_check
done_testing
