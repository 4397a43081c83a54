# SPDX-License-Identifier: GPL-2.0-only
# What the tests in a chroot share, for Debian packages and others: "kernels", the first and the second
# one, and questions.
# shellcheck shell=bash disable=SC2034

mapfile -t kernels < /kernels
first=${kernels[0]}
second=${kernels[1]:-}

apt()
{
	apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" > /tmp/log 2>&1
	local status=$?

	cat /tmp/log
	return $status
}

# status ARGUMENT...: dkms status without what its readelf has to say about Debian's headers of 6.12
status()
{
	dkms status "$@" 2> /dev/null
}

# installed NAME VERSION KERNEL: dkms has installed it, and the file is there and is this version.
installed()
{
	local module

	status "$1/$2" -k "$3" | grep -qx "$1/$2, $3, x86_64: installed" || return 1
	module=$(find "/lib/modules/$3/" -name "${1/-/_}.ko*") && echo "$module" &&
		[ "$(modinfo -F version "$module")" = "$2" ] &&
		modinfo -F vermagic "$module" | grep -q "^$3 "
}

both()
{
	dkms status
	installed kvmpv-host "$1" "$2" && installed kvmpv-guest "$1" "$2" &&
		[ "$(modinfo -F version "$(find "/lib/modules/$2/" -name 'kvmpv_bench.ko*')")" = "$1" ]
}

# Nothing is half installed.
dpkg_happy()
{
	nothing dpkg --audit && nothing dkms_odd
}

# Lines of dkms status that are not "installed", or name a version that is not that of the package
dkms_odd()
{
	local want

	want=$(dpkg-query -W -f '${Version}' kvmpv-host-dkms)
	status | grep -vE "^kvmpv-(host|guest)/$want, .*: installed\$"
}

said() # PATTERN
{
	cat /tmp/log
	grep -qE -- "$1" /tmp/log
}

files()
{
	# Not of kvmpv: logs and caches; dkms' signing key; what depmod makes for a kernel, and a kernel
	# that was installed for the tests
	find / -xdev \( -path /tmp -o -path /run -o -path /var/log -o -path /var/cache -o \
		-path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/lib/dnf -o \
		-path /root/.rpmdb \) -prune -o -print |
		grep -vE '^/var/lib/dkms/mok\.|^(/usr)?/lib/modules/[^/]*/modules\.' |
		grep -vF -- "${second:-no second kernel}" | sort
}

# left BEFORE: what is there that is not in BEFORE, made by files
left()
{
	files | diff "$1" - | grep '^>'
}
