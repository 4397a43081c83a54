# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl features: each row follows the very bit it stands for. Every feature has a number; there is
# a guest for each binary digit, from which all with that digit set are withheld. So no two rows can
# be mistaken for each other, with few guests. One by one: 97-features-each.sh.
# lab: --timeout 2000
# lab: --file tests/lab/t/features-guest.sh:/lib/features-guest.sh
# amd: --smp 1
# intel: --timeout 3000
GUEST_WAIT=300
HOST=/sys/kernel/kvmpv/host
. /lib/features-guest.sh

# host_view [OPTION...]: name, offered, exposed, used
host_view()
{
	kvmpvctl features --host --no-legend "$@" | awk '{ print $1, $2, $3, $4 }'
}

kvm_load
kvmpvctl features --host --json > /tmp/before
like "$(tr -d '\n ' < /tmp/before)" '"pv-unhalt","group":"kvm","bit":7,.*"offered":\{"is":"yes"' "no module: what KVM offers"
modprobe kvmpv_host
start_without
in_guest 'modprobe kvmpv_guest'
look /tmp/all
is "$(awk '$1 != "" && $2 == "?" && !/^(nested-paging|srcu-memslots|user-return-msrs|irqchip|pit|ple|apicv|halt-poll) /' /tmp/all)" "" \
	"what is exposed is known of every row that a guest can see"
is "$(wrong_used /tmp/all)" "" "what is used is what this kernel does"
diag "$(sed 's/^/  /' /tmp/all | head -60)"
is "$(in_guest 'kvmpvctl features --guest | grep -c "^not seen"')" 0 "nothing is missing"

# The host looks from outside, and sees the same.
vm=$(basename $HOST/vm/*-*)
diag "$(cat "$HOST/vm/$vm/kvm")"
host_view --vm "$vm" > /tmp/host
awk 'NR == FNR { guest[$1] = $2 " " $3; next }
	$1 in guest && $3 != "?" && $3 != "-" { split(guest[$1], g)
		if (g[1] != "?" && g[1] != $3) print $1, "exposed", g[1], $3 }
	$1 in guest && $4 != "?" && $4 != "-" { split(guest[$1], g)
		if (g[2] != "?" && g[2] != $4) print $1, "used", g[2], $4 }' /tmp/all /tmp/host > /tmp/differ
is "$(cat /tmp/differ)" "" "host and guest agree"
is "$(awk '$3 ~ /yes|no/ { n++ } END { print (n >= 19) }' /tmp/host)" 1 "the host sees each bit of the VM"
like "$(kvmpvctl features --host)" ' pv-eoi +yes +1 of 1 +1 of 1' "one VM of one"
like "$(host_view --vm "$vm")" 'irqchip yes - yes' "its APICs are in the kernel"
like "$(kvmpvctl features --host)" 'srcu-memslots +yes' "struct kvm has srcu"
like "$(kvmpvctl features --host)" 'user-return-msrs +yes' "MSRs are restored late"
like "$(kvmpvctl features --host)" 'lazy-fpu +yes' "no lazy FPU"

# Without root, and without the module
in_guest 'rmmod kvmpv_guest'
look /tmp/alone
is "$(awk 'NR == FNR { all[$1] = $0; next } all[$1] != $0 && $3 != "?"' /tmp/all /tmp/alone | grep -vE '^(kick|yield|unhalt|stats|page|cr3-cache|pv-spinlock) ')" "" \
	"without the module nothing is said that is not so"
like "$(in_guest 'kvmpvctl features --guest --no-legend')" 'pv-unhalt +\? +yes +yes' \
	"the boot log knows of spinlocks"

# What a running kernel still switches
is "$(in_guest 'kvmpvctl enable --runtime no-io-delay >/dev/null 2>&1; echo $?; cat /proc/sys/kernel/io_delay_type')" "0
3" "the delay is switched off"
is "$(in_guest 'kvmpvctl disable --runtime no-io-delay >/dev/null 2>&1; echo $?; cat /proc/sys/kernel/io_delay_type')" "0
0" "and on again"
ok "halt polling off" kvmpvctl disable --runtime halt-poll
is "$(cat /sys/module/kvm/parameters/halt_poll_ns)" 0 "it is"
ok "halt polling on" kvmpvctl enable --runtime halt-poll
is "$(cat /sys/module/kvm/parameters/halt_poll_ns)" 200000 "it is"
ok "the guest stops" guest_stop g

# coded DIGIT: the rows in whose numbers it is set
coded()
{
	local row n=0

	for row in $(echo "$ROWS" | awk '{ print $1 }'); do
		n=$((n + 1))
		[ $((n >> $1 & 1)) = 0 ] || echo "$row"
	done
}

for digit in 0 1 2 3; do
	without=$(coded $digit)
	# shellcheck disable=SC2086 # words
	start_without $without
	in_guest 'modprobe kvmpv_guest'
	look /tmp/now
	awk 'NR == FNR { all[$1] = $2; next } $1 in all && all[$1] != $2 { print $1 }' /tmp/all /tmp/now |
		sort > /tmp/changed
	like "$(cat /tmp/changed)" . "digit $digit: some are gone"
	# shellcheck disable=SC2086 # words
	is "$(cat /tmp/changed)" "$(for row in $(together $without); do
		grep -q "^$row yes" /tmp/all && echo "$row"; done)" "digit $digit: these cells changed and no other"
	is "$(wrong_used /tmp/now)" "" "digit $digit: used as this kernel does"
	ok "digit $digit: the guest stops" guest_stop g
done
lab_log_check
done_testing
