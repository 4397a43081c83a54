# SPDX-License-Identifier: GPL-2.0-only
# Load, unload, toggle, kill: with guests that use the interface as hard as they can meanwhile.
# lab: --timeout 900
# amd: --single
# guest: no
# make check has the first, make check-all the second
case $LAB-$LAB_KERNEL in
amd-6.1) CYCLES=30 TOGGLES=100 VMS=200 KILLS=5 ;;
amd-*) CYCLES=50 TOGGLES=200 VMS=200 KILLS=5 ;;
*) CYCLES=6 TOGGLES=12 VMS=20 KILLS=2 ;;
esac
HOST=/sys/kernel/kvmpv/host

counter() # counter NAME
{
	sed -n "s/^$1 //p" $HOST/stats
}

# Slab objects of the size classes that our objects would be in, and all kernfs nodes. A slab that a
# CPU has to itself counts as full, so those have to go back first.
slab_use()
{
	local caches="kmalloc-cg-512 kmalloc-cg-1k kmalloc-cg-2k kernfs_node_cache dentry" cache

	for cache in $caches; do
		echo 1 > "/sys/kernel/slab/$cache/shrink"
	done
	awk -v caches=" $caches " 'index(caches, " " $1 " ") { sum += $2 } END { print sum + 0 }' \
		/proc/slabinfo
}

cycles() # cycles N: load and unload
{
	local i=0

	while [ $i -lt "$1" ]; do
		modprobe kvmpv_host || return 1
		usleep 20000
		rmmod kvmpv_host || return 1
		i=$((i + 1))
	done
}

possible() # possible FILE: this host can offer the feature
{
	[ -z "$(cat "$HOST/reasons/${1##*/}")" ]
}

toggles() # toggles N: every feature off and on, and all of them at once (hooks go and come)
{
	local i=0 feature value

	while [ $i -lt "$1" ]; do
		value=$((i % 2))
		for feature in "$HOST"/features/* "$HOST"/vm/*/features/*; do
			possible "$feature" || continue
			echo $value > "$feature" || [ ! -e "$feature" ] || return 1
		done
		i=$((i + 1))
	done
	for feature in "$HOST"/features/*; do
		! possible "$feature" || echo 1 > "$feature"
	done
}

kvm_load

kvmpv-vmm hammer 600 > /tmp/hammer &
hammer=$!
sleep 1
ok "$CYCLES times load and unload under a hammering guest" cycles $CYCLES
ok "the guest is still there" kill -0 $hammer
modprobe kvmpv_host
ok "$TOGGLES toggles of every feature under a hammering guest" toggles $TOGGLES
ok "the guest is still there" kill -0 $hammer
like "$(counter calls_refused)" '^[1-9]' "its calls were counted"
kill -TERM $hammer
wait $hammer
is $? 0 "the guest saw right answers or a stock host's, no other"
diag "$(cat /tmp/hammer)"

kvmpv-vmm sleeper 600 > /tmp/sleeper &
sleeper=$!
sleep 2
ok "$CYCLES times load and unload while vCPUs sleep in a hook" cycles $CYCLES
kill -TERM $sleeper
wait $sleeper
is $? 0 "the sleeping guest saw right answers"
diag "$(cat /tmp/sleeper)"

modprobe kvmpv_host
i=0
while [ $i -lt $KILLS ]; do
	kvmpv-vmm hammer 600 > /tmp/hammer &
	sleep 1
	kill -KILL $!
	wait $! 2>/dev/null
	i=$((i + 1))
done
sleep 1
is "$(ls $HOST/vm)" "" "$KILLS VMs killed in the middle: none is left"
before=$(counter hellos)
ok "unload after the kills" rmmod kvmpv_host

modprobe kvmpv_host
kvmpv-vmm churn 10 > /tmp/churn # fills caches
sync
echo 3 > /proc/sys/vm/drop_caches
sleep 1
before=$(slab_use)
ok "$VMS VMs come and go" kvmpv-vmm churn $VMS
is "$(counter hellos)" $((VMS + 10)) "each made its handshake"
is "$(ls $HOST/vm)" "" "none is left"
echo 3 > /proc/sys/vm/drop_caches
sleep 1
after=$(slab_use)
diag "slab objects before $before, after $after"
if [ $VMS -ge 100 ]; then
	[ $((after - before)) -lt $((VMS / 2)) ]
	result $? "no memory is left behind"
else
	skip "no memory is left behind" "$VMS VMs are too few to tell a leak from the kernel's own"
fi
ok "unload" rmmod kvmpv_host
ok "KVM can go" kvm_unload
lab_log_check
done_testing
