# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl features: a guest without each single feature shows exactly that cell changed. On amd the VMM
# has one property for both sets of the clock's MSRs: two cells. Each case does one row of three.
# lab: --timeout 3000
# lab: --file tests/lab/t/features-guest.sh:/lib/features-guest.sh
# amd: --smp 1
# intel: --timeout 9000
GUEST_WAIT=300
. /lib/features-guest.sh

kvm_load
start_without
in_guest 'modprobe kvmpv_guest'
look /tmp/all
ok "the guest stops" guest_stop g
for row in $(echo "$ROWS" | awk -v part="$LAB_CASE" 'NR % 3 == part % 3 { print $1 }'); do
	grep -q "^$row yes" /tmp/all || { diag "$row is not exposed here"; continue; }
	start_without "$row"
	in_guest 'modprobe kvmpv_guest'
	look /tmp/now
	is "$(awk 'NR == FNR { all[$1] = $2; next } $1 in all && all[$1] != $2 { print $1, $2 }' /tmp/all /tmp/now)" \
		"$(together "$row" | sed 's/$/ no/')" "without $row: that cell says no, and no other changed"
	is "$(wrong_used /tmp/now)" "" "without $row: used as this kernel does"
	ok "without $row: the guest stops" guest_stop g
done
lab_log_check
done_testing
