// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest with a guest of its own and the cr3 cache: each vCPU is a tiny hypervisor (L1) that takes
 * turns with its guest (L2). Both switch between the same address spaces, change their page tables
 * and check each switch. While L2 runs the gate must be shut, for its look-ups too; L1's own hits
 * must go on behind it.
 *
 * KVM offers L1 no CR3 targets of its own: what is left to check is that it means it.
 *
 * --arg rounds=N: entries into L2 of each vCPU (200)
 * --arg pcid: with PCIDs, and loads that do not flush
 * --arg targets: L2 also loads values of the host's, which is the end of it. Not with storms: stock
 *	KVM loses such a load when an NMI comes with it, and shows the value to its VMM
 * --arg nohits: there is no cache
 */
#include "cr3.h"
#include "vmx.h"

#define SWITCHES 24 /* of L1 in a round */
#define L2_DONE 0x4c32UL /* L2's VMCALL: back to L1 for good */
#define L1_ANSWER 0x4c31L /* to its others */
#define OTHER_PAGE (BARE_CR3_PAGES + 0xf000) /* registered by nobody */

enum order { WORK, CALLS, TARGET };

/* What is checked nowhere else, as counts of what must not be */
struct bad {
	u64 gates; /* found open */
	u64 hits; /* of L2 */
	u64 cr3s; /* CR3 read back otherwise */
	u64 answers; /* to a hypercall, not by L1 */
	u64 ends; /* of L2, not as ordered */
};

/**
 * struct nested - one vCPU's L1 and L2
 * @vmx: its VMX
 * @random: L1's
 * @random2: L2's
 * @order: what L2 is to do
 * @target: the host's value that L2 is to load, with @order TARGET
 * @space: where L2 is to start
 * @from: edits of @space that it must see then; NOT_FLUSHED: it need not
 * @vpid: of L2; 0: none
 * @pin: controls of L2 that must be set
 * @cpu: the same
 * @loads_exit: L2's loads of CR3 come to L1
 * @cr3: L2's, as it said itself before it loaded it
 * @home: where L1 goes on after an exit
 * @seen: counts that must not be 0 in the end
 * @bad: counts that must
 */
static struct nested {
	struct vmx vmx;
	u64 random, random2;
	enum order order;
	u64 target;
	unsigned int space;
	u64 from;
	u32 vpid;
	u32 pin, cpu;
	bool loads_exit;
	u64 cr3;
	unsigned int home;
	struct {
		u64 entries, switches, cr_exits, calls, nmi_exits, targets, refused, hit_rounds;
		u64 forgotten; /* CR3s of L2, by KVM */
	} seen;
	struct bad bad;
} nested[MAX_CPUS];

#define NOT_FLUSHED (~0UL)

static u32 rounds;
static bool have_vpid, targets;
static volatile unsigned int ended;

/* ---- L2 ---- */

static void look_at_gate(struct nested *n, unsigned int cpu)
{
	n->bad.gates += *(volatile u64 *)&cr3_cpus[cpu].page->gate != 0;
}

static void arrived(unsigned int cpu, unsigned int space, u64 from)
{
	cr3_cpus[cpu].wrong += space_shows(OWN) != space;
	if (from != NOT_FLUSHED)
		check_edit(cpu, space, from);
}

static void l2_switch(struct nested *n, unsigned int cpu, u32 r)
{
	unsigned int space = r % SPACES;
	u64 noflush = cr3_pcid && r / SPACES % 2 ? KVMPV_CR3_NOFLUSH : 0;
	u64 from = noflush ? NOT_FLUSHED : edits_done(space);

	n->cr3 = space_cr3(space);
	if (r / SPACES % 4 < 2)
		write_cr3(space_cr3(space) | noflush);
	else
		n->bad.hits += cr3_load(space_cr3(space) | noflush, cr3_cpus[cpu].page);
	arrived(cpu, space, from);
	n->seen.switches++;
	if (r / SPACES % 32 < 4)
		n->bad.cr3s += read_cr3() != space_cr3(space);
}

/* They must get no farther than L1 */
static void l2_call(struct nested *n, u32 r)
{
	static const u32 calls[] = {KVMPV_HC_CR3_REGISTER, KVMPV_HC_CR3_UNREGISTER,
				    KVMPV_HC_CR3_RELEASE, KVMPV_HC_BYE};

	n->bad.answers += hypercall(calls[r % ARRAY_SIZE(calls)], OTHER_PAGE, (u64)cr3_start,
				    (u64)cr3_end, (u64)cr3_abort) != L1_ANSWER;
	n->seen.calls++;
}

static void l2_step(struct nested *n, unsigned int cpu, u32 r)
{
	switch (r % 8) {
	case 0:
		edit_own(cpu, r / 8);
		break;
	case 1:
		inl(PORT_TIME); /* as far as the VMM, past L1 */
		break;
	case 2:
		if (n->order == CALLS)
			l2_call(n, r / 8);
		break;
	default:
		l2_switch(n, cpu, r / 8);
	}
	look_at_gate(n, cpu);
}

static void l2_main(unsigned int cpu)
{
	struct nested *n = &nested[cpu];
	unsigned int i;

	look_at_gate(n, cpu);
	arrived(cpu, n->space, n->from);
	for (i = next_random(&n->random2) % 16; i; i--)
		l2_step(n, cpu, next_random(&n->random2));
	if (n->order == TARGET)
		write_cr3(n->target);
	asm volatile("vmcall" : : "a"(L2_DONE) : "memory");
}

/* ---- L1: L2's exits ---- */

/* SDM vol. 3, table "Exit Qualification for Control-Register Accesses"; only CR3 exits here */
static void emulate_cr3(struct nested *n)
{
	u64 qualification = vmread(EXIT_QUALIFICATION);
	u64 *reg = &n->vmx.regs[qualification >> 8 & 15];

	n->seen.cr_exits++;
	if (qualification & 0x30) {
		*reg = n->loads_exit ? vmread(GUEST_CR3) : n->cr3;
	} else {
		vmwrite(GUEST_CR3, *reg & ~KVMPV_CR3_NOFLUSH);
		/* Without PCIDs all spaces share the VPID */
		if (n->vpid && !(*reg & KVMPV_CR3_NOFLUSH))
			invvpid(n->vpid);
	}
	vmx_skip();
}

/* Return: is this the end of L2, for now */
static bool handle_exit(struct nested *n)
{
	switch (vmread(EXIT_REASON)) {
	case EXIT_CR_ACCESS:
		emulate_cr3(n);
		return false;
	case EXIT_EXCEPTION_NMI:
		/* The handler's IRET lets the next one come */
		asm volatile("int $2" : : : "memory");
		n->seen.nmi_exits++;
		return false;
	case EXIT_VMCALL:
		if (n->vmx.regs[RAX] == L2_DONE)
			return true;
		n->vmx.regs[RAX] = L1_ANSWER;
		vmx_skip();
		return false;
	default:
		return true;
	}
}

static bool is_mine(unsigned int cpu, unsigned int space)
{
	return space % INFO->vcpus == cpu;
}

/*
 * Each exit takes L1 to the space that the VMCS says. Without a VPID it also flushes: changes by
 * others must show if they were made before the entry, our L2's in any case.
 */
static bool run_once(struct nested *n, unsigned int cpu)
{
	u64 from = edits_done(n->home);

	if (!vmx_run(&n->vmx))
		return false;
	n->seen.entries++;
	if (is_mine(cpu, n->home))
		from = edits_done(n->home);
	arrived(cpu, n->home, n->vpid ? NOT_FLUSHED : from);
	n->bad.cr3s += read_cr3() != space_cr3(n->home);
	return true;
}

/* Without PCIDs no VPID tells L1's spaces apart: then an exit must not change them */
static void choose_home(struct nested *n, unsigned int cpu)
{
	unsigned int space = next_random(&n->random) % 4;

	if (n->vpid && !cr3_pcid)
		space = space_shows(OWN);
	vmwrite(HOST_CR3, space_cr3(space));
	n->home = space;
}

/*
 * What L2 has loaded without an exit to us should be in the VMCS after any exit; without EPT, KVM
 * leaves there what we wrote (sync_vmcs02_to_vmcs12()). Only counted: that is stock KVM's.
 */
static void restore_cr3(struct nested *n)
{
	if (n->loads_exit)
		return;
	n->seen.forgotten += vmread(GUEST_CR3) != n->cr3;
	vmwrite(GUEST_CR3, n->cr3);
}

static void run_to_end(struct nested *n, unsigned int cpu)
{
	u32 reason;

	do {
		choose_home(n, cpu);
		restore_cr3(n);
		if (!run_once(n, cpu)) {
			n->bad.ends++;
			print("not ok - no entry: error %u\n", (u32)vmread(VM_INSTRUCTION_ERROR));
			return;
		}
	} while (!handle_exit(n));
	reason = vmread(EXIT_REASON);
	if (reason == (n->order == TARGET ? EXIT_TRIPLE_FAULT : EXIT_VMCALL))
		return;
	n->bad.ends++;
	print("# order %u: exit reason 0x%x, qualification 0x%llx, at 0x%llx, target 0x%llx\n",
	      n->order, reason, vmread(EXIT_QUALIFICATION), vmread(GUEST_RIP), n->target);
}

/* ---- L1: before an entry ---- */

static void choose_controls(struct nested *n)
{
	u32 r = next_random(&n->random);

	/* An NMI comes at any time: L2's CR3 must be known then */
	n->loads_exit = r & 4;
	vmx_select(&n->vmx, r % NR_VMCS);
	n->vpid = have_vpid && r & 16 ? 1 + r / 32 % 2 : 0;
	vmwrite(VMCS_VPID, n->vpid);
	vmwrite(PIN_CONTROLS, n->pin | (r & 2 ? PIN_NMI_EXITING : 0));
	vmwrite(CPU_CONTROLS, n->cpu | (r & 4 ? CPU_CR3_LOAD_EXITING : 0) |
				      (r & 8 ? CPU_CR3_STORE_EXITING : 0) |
				      (n->vpid ? CPU_SECONDARY : 0));
	if (have_vpid)
		vmwrite(CPU_CONTROLS_2, n->vpid ? CPU_2_VPID : 0);
}

/*
 * A value that the host has shown us, for L2 to load where it does not exit to us: to enter L2 with
 * it is more than KVM of 6.1 can take (it warns, and stops the VM). None: something else to do
 */
static u64 known_target(unsigned int cpu)
{
	const volatile struct kvmpv_cr3_page *page = cr3_cpus[cpu].page;
	unsigned int i;

	for (i = 0; i < KVMPV_CR3_SLOTS; i++)
		if (page->entry[0][i].guest != KVMPV_CR3_NOTHING)
			return page->entry[0][i].host;
	return 0;
}

static void choose_order(struct nested *n, unsigned int cpu)
{
	u32 r = next_random(&n->random);

	n->order = r & 8 ? CALLS : WORK;
	n->target = !targets || n->loads_exit || r % 4 ? 0 : known_target(cpu);
	if (n->target)
		n->order = TARGET;
	n->seen.targets += n->order == TARGET;
	n->space = r / 16 % SPACES;
	n->from = edits_done(n->space);
	n->cr3 = space_cr3(n->space);
	vmwrite(GUEST_CR3, n->cr3);
	if (n->vpid)
		invvpid(n->vpid);
	vmx_start_at(&n->vmx, l2_main, cpu);
}

/* Entries that fail, in the three ways there are: not begun, by KVM's checks, by the processor */
static void refused_entry(struct nested *n, unsigned int cpu, u32 r)
{
	bool as_expected;
	u64 cr4;

	choose_home(n, cpu);
	switch (r % 3) {
	case 0:
		vmwrite(CR3_TARGET_COUNT, 1);
		as_expected =
			!run_once(n, cpu) && vmread(VM_INSTRUCTION_ERROR) == ERROR_BAD_CONTROL;
		vmwrite(CR3_TARGET_COUNT, 0);
		break;
	case 1:
		cr4 = vmread(GUEST_CR4);
		vmwrite(GUEST_CR4, 0);
		as_expected = run_once(n, cpu) && vmread(EXIT_REASON) == EXIT_BAD_GUEST_STATE;
		vmwrite(GUEST_CR4, cr4);
		break;
	default:
		vmwrite(GUEST_RFLAGS, 0);
		as_expected = run_once(n, cpu) && vmread(EXIT_REASON) == EXIT_BAD_GUEST_STATE;
		vmwrite(GUEST_RFLAGS, 0x202);
	}
	n->seen.refused++;
	n->bad.ends += !as_expected;
}

/* ---- L1: between two entries ---- */

/* With exits in between, or the host finds the cache not worth its while */
static void l1_switches(struct nested *n, unsigned int cpu)
{
	struct cr3_cpu *c = &cr3_cpus[cpu];
	u64 hits = c->hits;
	unsigned int i;

	for (i = 0; i < SWITCHES; i++) {
		u32 r = next_random(&n->random);
		unsigned int space = r % 4;
		u64 noflush = cr3_pcid && r / 4 % 2 ? KVMPV_CR3_NOFLUSH : 0;
		u64 from = edits_done(space);

		switch_to(cpu, space, noflush);
		if (!noflush)
			check_edit(cpu, space, from);
		if (r / 8 % 32 == 0)
			edit_own(cpu, r / 256);
		if (r / 8 % 2)
			cpuid(0, 0);
	}
	n->seen.hit_rounds += c->hits != hits;
}

static void renew_vmx(struct nested *n, unsigned int cpu)
{
	vmx_off();
	if (!vmx_on(&n->vmx, cpu))
		n->bad.ends++;
}

static void l1_step(struct nested *n, unsigned int cpu)
{
	u32 r = next_random(&n->random);

	switch (r % 32) {
	case 0:
		hypercall(KVMPV_HC_CR3_UNREGISTER, 0, 0, 0, 0);
		break;
	case 1:
		hypercall(KVMPV_HC_CR3_RELEASE, (u64)space_table(r / 32 % SPACES, 4), 0, 0, 0);
		break;
	case 2:
		renew_vmx(n, cpu);
		break;
	case 3:
	case 4:
		cr3_register(cpu);
	}
}

static void play(unsigned int cpu)
{
	struct nested *n = &nested[cpu];
	u32 i;

	n->random = 88172645463325252ULL + cpu;
	n->random2 = 36243606912345678ULL + cpu;
	if (!vmx_on(&n->vmx, cpu)) {
		n->bad.ends++;
		return;
	}
	n->pin = vmread(PIN_CONTROLS);
	n->cpu = vmread(CPU_CONTROLS);
	for (i = 0; i < rounds; i++) {
		choose_controls(n);
		choose_order(n, cpu);
		if (i % 16 == 15)
			refused_entry(n, cpu, i / 16);
		run_to_end(n, cpu);
		l1_switches(n, cpu);
		l1_step(n, cpu);
		cr3_attach_again(cpu);
	}
	vmx_off();
}

/* ---- reports ---- */

static void report_vcpu(unsigned int cpu)
{
	const struct nested *n = &nested[cpu];
	const struct cr3_cpu *c = &cr3_cpus[cpu];

	print("# vCPU %u: %u entries, %u switches of L2, %u exits of it for CR3, %u for NMIs, %u "
	      "calls, %u targets tried, %u refused entries\n",
	      cpu, (u32)n->seen.entries, (u32)n->seen.switches, (u32)n->seen.cr_exits,
	      (u32)n->seen.nmi_exits, (u32)n->seen.calls, (u32)n->seen.targets,
	      (u32)n->seen.refused);
	print("# vCPU %u: KVM forgot %u loads of CR3\n", cpu, (u32)n->seen.forgotten);
	print("# vCPU %u: %u switches of L1, %u hits, in %u of %u rounds, %u NMIs\n", cpu,
	      (u32)(c->hits + c->misses), (u32)c->hits, (u32)n->seen.hit_rounds, rounds, nmis[cpu]);
	report_value(c->wrong, 0, "vCPU %u: every switch, entry and exit in the right space", cpu);
	report_value(c->stale, 0, "vCPU %u: and with the changes made before it", cpu);
	report_value(n->bad.gates, 0, "vCPU %u: L2 never saw the gate open", cpu);
	report_value(n->bad.hits, 0, "vCPU %u: no look-up of L2 hit", cpu);
	report_value(n->bad.cr3s, 0, "vCPU %u: CR3 reads as it should", cpu);
	report_value(n->bad.answers, 0, "vCPU %u: L2's hypercalls are L1's", cpu);
	report_value(n->bad.ends, 0, "vCPU %u: entries end as they should", cpu);
	report(n->seen.switches && n->seen.cr_exits && n->seen.calls && n->seen.refused,
	       "vCPU %u: there was something of each", cpu);
	if (targets)
		report(n->seen.targets != 0, "vCPU %u: L2 tried values of the host's", cpu);
	if (!have_arg("nohits"))
		report(n->seen.hit_rounds > rounds / 8, "vCPU %u: hits go on behind L2", cpu);
}

static void report_targets(void)
{
	u64 misc = 0;

	rdmsr_safe(MSR_VMX_MISC, &misc);
	report_value(VMX_MISC_CR3_TARGETS(misc), 0, "KVM offers L1 no CR3 targets");
	if (!vmx_on(&nested[0].vmx, 0))
		return;
	report(vmwrite(CR3_TARGET_VALUE0, 0) && vmread(VM_INSTRUCTION_ERROR) == ERROR_BAD_FIELD,
	       "and its VMCS has none");
	vmx_off();
}

void program_ap(unsigned int cpu)
{
	cr3_init_cpu(cpu);
	write_cr3(space_cr3(0));
	if (!have_arg("nohits"))
		cr3_attach(cpu);
	play(cpu);
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
}

void program_main(void)
{
	unsigned int cpu;

	rounds = arg_number("rounds", 200);
	cr3_patience = 256;
	if (!vmx_have()) {
		report(false, "KVM offers nested guests");
		finish();
	}
	have_vpid = vmx_have_vpid();
	targets = have_arg("targets");
	cr3_init();
	report_targets();
	if (!have_arg("nohits"))
		report(cr3_attach(0), "registered");
	play(0);
	while (ended != INFO->vcpus - 1)
		relax();
	for (cpu = 0; cpu < INFO->vcpus; cpu++)
		report_vcpu(cpu);
	report(*(u64 *)OTHER_PAGE == 0, "nothing was registered for L2");
	print("# total: %u switches of L1\n",
	      (u32)(cr3_cpus[0].hits + cr3_cpus[0].misses + cr3_cpus[1].hits + cr3_cpus[1].misses));
}
