# SPDX-License-Identifier: GPL-2.0-only
# In the lab host: the same exits again and again, with a stamp at one point of their way each time,
# then without any while somebody counts them. Prints "path KIND POINT TICKS", the least of all: from
# the guest's instruction to the point, or all of it.
# shellcheck shell=dash
PROGRAM=/guest-programs/bench-exit-path.bin

kvm_load
vendor=vmx
! grep -qw svm /proc/cpuinfo || vendor=svm

run() # run KIND: what the guest prints
{
	kvmpv-vmm bare $PROGRAM --tsc --arg "$1" --timeout 200
}

# whole KIND NAME: undisturbed exits, and how far the VMM is
whole()
{
	run "$1" | awk -v kind="$1" -v name="$2" '
		/^empty / { empty = $2 }
		/^out / && (!least || $4 - $2 - empty < least) {
			least = $4 - $2 - empty
			vmm = $3 ? $3 - $2 : 0
		}
		END {
			if (vmm && name == "all")
				print "path", kind, "vmm", vmm
			print "path", kind, name, least
		}'
}

# point KIND NAME WHERE [NTH]: WHERE is passed for the NTH time within the exit. That of the shortest
# exit: in a longer one the host was interrupted, and may have come by WHERE for that.
point()
{
	insmod /mod/exit_points.ko point="$3" || return
	run "$1" > /tmp/out
	cp /sys/kernel/debug/exit_points /tmp/stamps
	awk -v kind="$1" -v name="$2" -v nth="${4:-1}" \
		-v cost="$(cat /sys/module/exit_points/parameters/cost)" '
		FNR == NR { stamp[n++] = $1; next }
		/^out / {
			seen = 0
			for (i = 0; i < n; i++) {
				if (stamp[i] <= $2 || stamp[i] >= $4 || ++seen != nth)
					continue
				if (!least || $4 - $2 < least) {
					least = $4 - $2
					way = stamp[i] - $2 - cost
				}
			}
		}
		END { print "path", kind, name, way }' /tmp/stamps /tmp/out
	rmmod exit_points
}

# watched NAME COMMAND...: exits while COMMAND runs
watched()
{
	local name=$1 watcher

	shift
	"$@" > /dev/null 2>&1 &
	watcher=$!
	sleep 20 # perf takes its time, and does not say when it begins
	whole light "$name"
	whole heavy "$name"
	kill -INT $watcher
	wait $watcher
}

for kind in heavy light; do
	whole $kind all
	point $kind exit trace:kvm_exit
	point $kind handler func:${vendor}_handle_exit
	point $kind search trace:kvm_pio
done
point light found func:${vendor}_skip_emulated_instruction
point light entry trace:kvm_entry
point heavy found func:fpu_swap_kvm_fpstate
point heavy user trace:kvm_userspace_exit
point heavy kernel func:kvm_vcpu_ioctl
point heavy fpu func:fpu_swap_kvm_fpstate 2
point heavy entry trace:kvm_entry

watched kvmpvctl kvmpvctl exits --watch 3600
kvmpv-vmm bare /guest-programs/exits.bin --arg count=0 --arg hold=1000000 &
other=$!
sleep 1
watched kvmpvctl-other kvmpvctl exits --watch 3600 --vm $other
kill $other
watched perf perf kvm stat record -a -o /tmp/perf.data
whole light after
whole heavy after
