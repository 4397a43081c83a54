#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A second kernel: DKMS builds the module for it when it comes, and forgets it when it goes.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/../machine.sh"
. "$lab_dir/full/kvmpv.sh"
check_debs

# With its headers, as apt does it on a machine that runs the first one.
# shellcheck disable=SC2016 # for sh in the chroot
image=$(installed host-kernel 'second=$(apt-cache pkgnames linux-image-6.12)
	second=${second#linux-image-}
	ls /lib/modules > /root/first
	apt-get install -y "linux-image-$second" "linux-headers-$second" > /root/kernel.log 2>&1 ||
		{ cat /root/kernel.log; exit 1; }') || exit
machine_new "$image"
machine_start
result $? "the machine boots" || exit 1
first=$(machine_run 'cat /root/first')
second=$(machine_run 'uname -r')
like "$second" '^6\.12\.' "it runs the second kernel"
like "$(machine_run 'cat /root/kernel.log')" \
	"^kvmpv-host: kvmpv_host $version is there for ${second//+/[+]}\$" "the module was built when it came"
# readelf, which dkms calls, has something to say about Debian's headers of 6.12.
is "$(machine_run 'dkms status 2> /dev/null | sort')" "$(printf 'kvmpv-host/%s, %s, x86_64: installed\n' \
	"$version" "$first" "$version" "$second" | sort)" "dkms status: both kernels"
is "$(machine_run 'systemctl is-active kvmpv-host.service')" active "kvmpv-host.service is active"
is "$(machine_run 'cat /sys/module/kvmpv_host/version')" "$version" "the module is loaded"
ok "KVM for AMD is there" machine_run 'modprobe kvm_amd && kvmpvctl status'
diag "$(machine_run 'kvmpvctl status')"
ok "apt removes the first kernel" machine_run "apt-get purge -y linux-image-$first 2>&1"
is "$(machine_run 'dkms status 2> /dev/null')" "kvmpv-host/$version, $second, x86_64: installed" \
	"dkms status: the second kernel"
is "$(machine_run "ls -d /lib/modules/$first/updates 2> /dev/null")" "" "its modules are gone"
machine_log_check
done_testing
