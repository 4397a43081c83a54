# SPDX-License-Identifier: GPL-2.0-only
# In the lab host: the same guest program without, with, and again without the host module.
# shellcheck shell=dash
bench() # bench WHEN
{
	echo "when $1"
	kvmpv-vmm bare /guest-programs/bench-hooks.bin --timeout 250
}

kvm_load
bench base
insmod /mod/kvmpv_host.ko
bench kvmpv
rmmod kvmpv_host
bench after
