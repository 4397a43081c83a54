# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl exits on a real KVM: known numbers of exits of a bare guest are counted exactly, perf and
# KVM itself count the same, and nothing is left in the kernel, however the counting ends.
# lab: --timeout 900 --file /usr/bin/perf:/bin/perf --file /usr/bin/setpriv:/usr/bin/setpriv
# amd: --single
# intel: --memory 1024
# guest: no
kvm_load
PROGRAM=/guest-programs/exits.bin

# programs: how many BPF programs of ours the kernel has. It takes seconds, so not again and again.
programs()
{
	grep -cE 'bpf_prog_[0-9a-f]+_kvm_(entry|exit|userspace_exit|msr|mmio)\b' /proc/kallsyms
}

# attached PID: it has its tracepoints; two of the five are no events of perf
attached()
{
	# shellcheck disable=SC2010 # it is where the links lead that is of interest
	[ "$(ls -l "/proc/$1/fd" 2> /dev/null | grep -c perf_event)" -eq 3 ]
}

# recording PID: perf has its events, and has mapped them
recording()
{
	grep -q perf_event /proc/"$1"/maps
}

# idle PID: it has used no CPU for a while
idle()
{
	local before

	before=$(cut -d ' ' -f 14,15 /proc/"$1"/stat)
	sleep 2
	[ "$before" = "$(cut -d ' ' -f 14,15 /proc/"$1"/stat)" ]
}

# count OUT [OPTION]...: start to count, in the background
count()
{
	local out=$1

	shift
	kvmpvctl exits --watch 3600 --count 1 "$@" > "$out" 2>&1 &
	counter=$!
	soon 30 attached $counter
}

# counted: end it and wait for its report
counted()
{
	kill -INT $counter
	wait $counter
}

# look [OPTION]...: at a VM that its VMM runs with OPTIONs
look()
{
	local vm status

	kvmpv-vmm bare $PROGRAM --arg count=2000 --arg hold=6000 "$@" &
	vm=$!
	sleep 2
	kvmpvctl exits --vm $vm > /tmp/ours 2>&1
	status=$?
	wait $vm
	return $status
}

# says TEXT: the last look did
says()
{
	grep -qF "$1" /tmp/ours
	result $? "it says: $1" || diag "$(cat /tmp/ours)"
}

# row OUT NAME...: count, heavy of the lines that start with NAME, which may be of two reasons
row()
{
	local out=$1

	shift
	awk -v name="$*" 'index($0, "  " name " ") == 1 {
		sub("^  " name "( [(][A-Z_]+[)])? +", ""); count += $1; heavy = $6 } END { print count + 0, heavy + 0 }' "$out"
}

# growth NAME...: from run /tmp/few to run /tmp/many
growth()
{
	local few many

	few=$(row /tmp/few "$@") many=$(row /tmp/many "$@")
	echo $((${many% *} - ${few% *}))
}

if grep -qw svm /proc/cpuinfo; then
	CPUID=CPUID VMCALL=HYPERCALL IO=IO MSRS="MSR" MSR_EXITS=2000 MMIO=NPF
else
	CPUID=CPUID VMCALL=VMCALL IO=IO_INSTRUCTION MSRS="MSR_READ MSR_WRITE" MSR_EXITS=1000
	MMIO=EPT_MISCONFIG
fi

for run in few:500 many:1500; do
	count "/tmp/${run%:*}"
	ok "a guest with ${run#*:} exits of each kind" kvmpv-vmm bare $PROGRAM --arg "count=${run#*:}"
	counted
	result $? "the report"
	diag "$(cat "/tmp/${run%:*}")"
done
is "$(growth $CPUID)" 1000 "CPUID"
is "$(growth $VMCALL)" 1000 "hypercalls"
is "$(growth $IO)" 2000 "port accesses"
for msr in $MSRS; do
	is "$(growth "$msr")" $MSR_EXITS "$msr"
done
is "$(growth $MMIO)" 1000 "accesses to memory that is not there"
is "$(row /tmp/many out 0x80)" "1500 100" "a port that the VMM has: heavy"
is "$(row /tmp/many in 0x21)" "1500 0" "a port that KVM has: light"
is "$(row /tmp/many wrmsr 0x79)" "1500 0" "writes of an MSR"
is "$(row /tmp/many rdmsr 0x1a0)" "1500 0" "reads of an MSR"
is "$(row /tmp/many write at 0xd0000000)" "1500 100" "an address that the VMM has: heavy"
is "$(programs)" 0 "nothing is left in the kernel"

# The same run, seen by perf and by KVM's own counters, which the VMM has open
count /tmp/ours
perf kvm stat record -a -o /tmp/perf.data > /tmp/perf.log 2>&1 &
perf=$!
soon 60 recording $perf
soon 60 idle $perf # then it reads all of /proc, and does not say when it begins to record
ok "a guest" kvmpv-vmm bare $PROGRAM --arg count=2000 --stats /tmp/stats
kill -INT $perf
wait $perf
counted
result $? "the report"
# Its report goes to stderr
perf kvm -i /tmp/perf.data stat report > /tmp/theirs 2>&1
same=0
for reason in $CPUID $VMCALL $IO $MSRS $MMIO; do
	ours=$(row /tmp/ours "$reason")
	ours=${ours% *}
	theirs=$(awk -v name="$reason" 'toupper($1) == name { print $2 }' /tmp/theirs)
	diag "$reason: kvmpvctl $ours, perf ${theirs:-none}"
	[ "${theirs:-0}" -gt 1900 ] && [ $((ours * 100)) -ge $((theirs * 99)) ] &&
		[ $((ours * 100)) -le $((theirs * 101)) ] || same=1
done
result $same "perf kvm stat counts the same, within 1 %" ||
	diag "$(cat /tmp/ours /tmp/theirs)"

# While the VM lives, KVM's counters are there, too
kvmpvctl exits --watch 1 > /tmp/ours 2>&1 &
counter=$!
soon 30 attached $counter
kvmpv-vmm bare $PROGRAM --arg count=2000 --arg hold=8000 --stats /tmp/stats &
vm=$!
sleep 6
counted
exits=$(sed -n 's/^VM [0-9]* (kvmpv-vmm): 1 vCPU, \([0-9]*\) exits.*/\1/p' /tmp/ours | tail -n 1)
stat=$(sed -n "s/^  KVM's own counters, from the VMM's files: \([0-9]*\) exits/\1/p" /tmp/ours |
	tail -n 1)
diag "tracepoints: ${exits:-none}, KVM's own count: ${stat:-none}"
[ "${exits:-0}" -gt 14000 ] && [ $((stat * 100)) -ge $((exits * 99)) ] &&
	[ $((stat * 100)) -le $((exits * 101)) ]
result $? "KVM's own counter, taken from the VMM's files, says the same, within 1 %" ||
	diag "$(cat /tmp/ours)"

# However it ends
count /tmp/ours --vm $vm
kill -9 $counter
wait $counter
sleep 1
is "$(programs)" 0 "killed: nothing is left in the kernel"
is "$(cat /sys/kernel/tracing/events/kvm/enable)" 0 "no tracepoint is on"

# What doctor says of a port
wait $vm
kvmpv-vmm bare $PROGRAM --arg ports --stop-after 15 --stats /tmp/stats &
vm=$!
sleep 2
kvmpvctl doctor --host > /tmp/doctor 2>&1
grep -qE "port 0x80 takes VM $vm to its VMM [0-9]{4,} times a second" /tmp/doctor
result $? "doctor finds a port that the guest hammers" || diag "$(cat /tmp/doctor)"

# Who is nobody
/usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups kvmpvctl exits > /tmp/ours 2>&1
is $? 1 "without root"
says "next: run it as root"

kvmpvctl exits --vm 1 > /tmp/ours 2>&1
is $? 1 "a process without VM is refused"
wait $vm

# Without tracefs: it is in debugfs, too. Without both, KVM's counters are in the VMM's files.
umount /sys/kernel/tracing
look
is $? 0 "without tracefs"
says "by programs at KVM's tracepoints"
says "KVM's own counters, from debugfs"
umount -l /sys/kernel/debug
look --stats /tmp/stats
is $? 0 "without tracefs and debugfs"
says "KVM's own counters, from the VMM's files"
says "next: mount -t tracefs"
look
is $? 4 "and a VMM without statistics"
kvmpvctl exits > /tmp/ours 2>&1
is $? 3 "no VM: nothing to show, nothing to wait for"

# A locked-down kernel, which cannot be unlocked again. Reasons it shows, as far as it shows the
# tracepoints' numbers; the counters in debugfs it does not.
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
if mount -t securityfs securityfs /sys/kernel/security 2> /dev/null &&
	echo confidentiality 2> /dev/null > /sys/kernel/security/lockdown; then
	look --stats /tmp/stats
	is $? 0 "lockdown: a VMM with statistics"
	says "KVM's own counters, from the VMM's files"
	grep -qE "by programs at KVM's tracepoints|locked down .confidentiality." /tmp/ours
	result $? "lockdown: there are reasons, or it says why not" || diag "$(cat /tmp/ours)"
	diag "$(tail -n 3 /tmp/ours)"
	look
	says "counters"
	! grep -q debugfs /tmp/ours
	result $? "lockdown: no counters from debugfs" || diag "$(cat /tmp/ours)"
else
	skip "lockdown" "this kernel has no lockdown"
fi
lab_log_check
done_testing
