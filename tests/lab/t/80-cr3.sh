# SPDX-License-Identifier: GPL-2.0-only
# The cr3 cache: its interface, translations that must not be outdated, and guests that mean harm.
# lab: --timeout 600
# guest: no
HOST=/sys/kernel/kvmpv/host

program() # program NAME PROGRAM [OPTION]...: its checks, counted with ours
{
	local name=$1 program=$2 status line

	shift 2
	kvmpv-vmm storm "/guest-programs/$program.bin" --timeout 200 "$@" > /tmp/program 2>&1
	status=$?
	while read -r line; do
		case $line in
		"ok "*) result 0 "$name: ${line#ok * - }" ;;
		"not ok "*) result 1 "$name: ${line#not ok * - }" ;;
		1..*) ;;
		*) echo "# $line" ;;
		esac
	done < /tmp/program
	is $status 0 "$name: exit status"
}

# hostile CASE SEEDS [OPTION]...: guests that may wreck themselves; 98: triple fault, 99: exception
hostile()
{
	local name="hostile guest: $1" case=$1 seeds=$2 seed=0 status ends='' bad=0

	shift 2
	while [ $seed -lt "$seeds" ]; do
		kvmpv-vmm storm /guest-programs/cr3-hostile.bin --trust --memory 240 --timeout 60 \
			--arg "case=$case" --arg seed=$seed --arg vm=7 "$@" > /tmp/program 2>&1
		status=$?
		ends="$ends $status"
		case $status in
		0) ;;
		98 | 99) [ $MAY_DIE = yes ] ;;
		*) false ;;
		esac || { bad=1; diag "seed $seed: $(cat /tmp/program)"; }
		seed=$((seed + 1))
	done
	result $bad "$name $*"
	diag "ended with$ends; $(grep '^# .*switches' /tmp/program)"
}

kvm_load ept=0 kvm.force_emulation_prefix=1
ok "load kvmpv_host" insmod /mod/kvmpv_host.ko
is "$(cat $HOST/reasons/cr3-cache)" "" "this host can"
is "$(cat $HOST/features/cr3-cache)" 0 "new VMs may not, unless somebody says so"
program "not allowed" cr3-abi --arg stock
ok "they may" sh -c "echo 1 > $HOST/features/cr3-cache"
program interface cr3-abi --smm
program "interface, PCID" cr3-abi --smm --arg pcid
program "interface, two vCPUs" cr3-abi --smp 2
program "32-bit guest" cr3-none32 --mode 32
program "outdated?" cr3-stale
program "outdated, PCID?" cr3-stale --arg pcid
program "outdated, two vCPUs?" cr3-stale --smp 2 --arg rounds=100
program "outdated, two vCPUs, PCID?" cr3-stale --smp 2 --arg pcid --arg rounds=50

# Another VM, whose memory nobody else must see, and who must not notice anything
kvmpv-vmm storm /guest-programs/cr3-storm.bin --timeout 500 --arg vm=3 > /tmp/victim 2>&1 &
victim=$!
MAY_DIE=no
hostile flight 2 --smp 2
hostile flight 2 --smp 2 --arg pcid
hostile other 1 --smp 2
hostile trap 1 --arg step
MAY_DIE=yes
hostile values 2
hostile values 2 --arg pcid
hostile tables 2
hostile tables 2 --arg pcid
hostile windows 5
hostile pages 12
hostile shared 2 --smp 2
kill -TERM $victim
wait $victim
is $? 0 "a VM beside them noticed nothing"
diag "$(cat /tmp/victim)"
is "$(ls $HOST/vm)" "" "no VM is left behind"
diag "$(grep ^cr3 $HOST/stats)"
ok "unload kvmpv_host" rmmod kvmpv_host
lab_log_check
done_testing
