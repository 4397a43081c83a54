// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpv-vmm storm: run a bare program, and meanwhile do to its machine what a VMM may do at any
 * moment. At each exit to us it is checked that nothing of the cr3 cache is left open: the gate is
 * shut, no look-up goes on with what it read, CR3 is a value of the guest's.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kvmpv/abi.h"
#include "vmm.h"

#define STEPS 200
#define AWHILE_US 500
#define MAX_DOS 16
#define SMM_SLOT (1U << 16)
#define SMM_BASE 0x20000UL
#define MSR_SMBASE 0x9e

enum wish { WISH_STEP = 1, WISH_SREGS = 2, WISH_SMI = 4 };

/**
 * struct storm - one run
 * @machines: the machine that runs and, during a migration, the next one
 * @m: the one that runs
 * @options: of the program
 * @dos: what is done, in turn
 * @ndos: number of these
 * @every_us: pause between two; 0: each has its own
 * @times: end the program after so many; 0: it ends by itself
 * @load: go on with the machine saved there
 * @save: do not end the program, but save the machine there after @ms
 * @ms: how long it runs then
 * @trust: no checks: the guest writes into its page itself
 * @smm: there is memory in system management mode
 * @watch: what each vCPU has told about its cache
 * @wish: for a vCPU's own thread to do
 * @steps: left of a vCPU's single-stepping
 * @on: state of whatever is switched on and off
 * @gates: times the gate was found open
 * @rips: times a look-up was going to go on
 * @cr3s: times CR3 was not the guest's
 * @dirty: times the dirty log was wrong
 */
static struct storm {
	struct machine machines[2];
	struct machine *m;
	struct bare_options options;
	const struct act *dos[MAX_DOS];
	unsigned int ndos;
	unsigned int every_us;
	unsigned int times;
	const char *load;
	const char *save;
	unsigned int ms;
	bool trust;
	bool smm;
	struct bare_cr3 watch[VMM_MAX_VCPUS];
	volatile unsigned int wish[VMM_MAX_VCPUS];
	unsigned int steps[VMM_MAX_VCPUS];
	bool on;
	unsigned int gates, rips, cr3s, dirty;
} storm = {
	.options = {.machine = {.vcpus = 1, .memory = 16 << 20, .split = true},
		    .bits = 64,
		    .timeout_ms = 60000},
};

static bool (*program_io)(struct vcpu *vcpu, uint16_t port, bool out, unsigned int size,
			  uint8_t *data);

static void *cr3_pages(void)
{
	return storm.m->ram + BARE_CR3_PAGES;
}

/* The slot with the registered pages goes for a moment */
static void act_page_slot(struct machine *m)
{
	machine_set_slot(m, SLOT_CR3_PAGES, 0, BARE_CR3_PAGES, 0, cr3_pages());
	usleep(AWHILE_US);
	machine_set_slot(m, SLOT_CR3_PAGES, 0, BARE_CR3_PAGES, BARE_CR3_PAGES_SIZE, cr3_pages());
}

/* The same, and it comes back with other memory behind it */
static void act_page_swap(struct machine *m)
{
	static void *other;

	if (!other)
		other = mmap(NULL, BARE_CR3_PAGES_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	storm.on = !storm.on;
	machine_set_slot(m, SLOT_CR3_PAGES, 0, BARE_CR3_PAGES, 0, cr3_pages());
	machine_set_slot(m, SLOT_CR3_PAGES, 0, BARE_CR3_PAGES, BARE_CR3_PAGES_SIZE,
			 storm.on ? other : cr3_pages());
}

static void act_dirty(struct machine *m)
{
	if (!machine_check_dirty(m, &storm.watch[0]))
		storm.dirty++;
}

static void wish_all(unsigned int wish)
{
	unsigned int i;

	for (i = 0; i < storm.m->options.vcpus; i++) {
		__atomic_fetch_or(&storm.wish[i], wish, __ATOMIC_SEQ_CST);
		vcpu_kick(&storm.m->vcpus[i]);
	}
}

static void act_step(struct machine *m)
{
	wish_all(WISH_STEP);
}

static void act_sregs(struct machine *m)
{
	wish_all(WISH_SREGS);
}

static void act_smi(struct machine *m)
{
	wish_all(WISH_SMI);
}

static void act_dontneed(struct machine *m)
{
	if (madvise(cr3_pages(), BARE_CR3_PAGES_SIZE, MADV_DONTNEED))
		die("MADV_DONTNEED");
}

static void act_ksm(struct machine *m)
{
	storm.on = !storm.on;
	if (madvise(cr3_pages(), 4 << 20, storm.on ? MADV_MERGEABLE : MADV_UNMERGEABLE))
		die("MADV_MERGEABLE");
}

static void act_pageout(struct machine *m)
{
	if (madvise(cr3_pages(), 4 << 20, MADV_PAGEOUT))
		die("MADV_PAGEOUT");
}

static void after_run(struct vcpu *vcpu, bool interrupted);
static bool storm_io(struct vcpu *vcpu, uint16_t port, bool out, unsigned int size, uint8_t *data);

/* SDM vol. 3, 31.4: each vCPU saves its state in, and starts from, memory of its own */
static void prepare_smm(struct machine *m)
{
	static const uint8_t code[] = {0x0f, 0xa2, 0x0f, 0xaa}; /* cpuid; rsm */
	unsigned int i;

	machine_set_slot(m, SMM_SLOT, 0, 0, m->options.memory, m->ram);
	for (i = 0; i < m->options.vcpus; i++) {
		uint64_t base = SMM_BASE + i * 0x1000;

		memcpy(m->ram + base + 0x8000, code, sizeof(code));
		if (!msr_set(&m->vcpus[i], MSR_SMBASE, base))
			die("SMBASE of vCPU %u", i);
	}
}

static void prepare(struct machine *m)
{
	program_io = m->io;
	m->io = storm_io;
	m->after_run = after_run;
	if (storm.smm)
		prepare_smm(m);
}

static void act_migrate(struct machine *m)
{
	struct machine *to = storm.machines + (storm.m == storm.machines);

	if (!machine_migrate(storm.m, to, &storm.options))
		storm.dirty++;
	prepare(to);
	if (storm.m->end == MACHINE_RUNS)
		machine_start(to);
	else
		machine_end(to, storm.m->end, storm.m->status);
	machine_destroy(storm.m);
	storm.m = to;
}

/* Those that only bare programs can take; the others: vmm-acts.c */
static const struct act acts[] = {
	{"page-slot", act_page_slot, 50000, false}, {"page-swap", act_page_swap, 50000, false},
	{"dirty", act_dirty, 1000, true},	    {"step", act_step, 10000, false},
	{"sregs", act_sregs, 2000, false},	    {"smi", act_smi, 20000, false},
	{"dontneed", act_dontneed, 5000, false},    {"ksm", act_ksm, 50000, false},
	{"pageout", act_pageout, 20000, false},	    {"migrate", act_migrate, 20000, true},
};

static const struct act *find_act(const char *name, size_t length)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(acts); i++)
		if (!strncmp(acts[i].name, name, length) && !acts[i].name[length])
			return &acts[i];
	return act_find(name, length);
}

static void single_step(const struct vcpu *vcpu, bool on)
{
	struct kvm_guest_debug debug = {
		.control = on ? KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP : 0};

	if (ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug))
		die("KVM_SET_GUEST_DEBUG");
}

static void round_trip(const struct vcpu *vcpu)
{
	struct kvm_vcpu_events events = {};
	struct kvm_sregs sregs = {};
	struct kvm_regs regs = {};

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) || ioctl(vcpu->fd, KVM_GET_REGS, &regs) ||
	    ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &events) ||
	    ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) || ioctl(vcpu->fd, KVM_SET_REGS, &regs) ||
	    ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &events))
		die("vCPU %u: KVM_SET_SREGS", vcpu->id);
}

/*
 * What must hold whenever the vCPU is not in the guest. It may be in the window, but not with a key
 * (in RDI: cr3-window.S) that was made while the gate was open.
 */
static void check_closed(const struct vcpu *vcpu)
{
	const struct bare_cr3 *watch = &storm.watch[vcpu->id];
	struct kvm_sregs sregs = {};
	struct kvm_regs regs = {};

	if (!watch->page || storm.trust)
		return;
	if (*(volatile uint64_t *)(vcpu->machine->ram + watch->page) == KVMPV_CR3_OPEN)
		storm.gates++;
	if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) || ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		die("vCPU %u: KVM_GET_SREGS", vcpu->id);
	if (regs.rip > watch->start && regs.rip < watch->end && regs.rdi >> 61 == 2)
		storm.rips++;
	if ((sregs.cr3 & ~0xfffULL) >= vcpu->machine->options.memory)
		storm.cr3s++;
}

/* Only where KVM is not in the middle of an instruction: it might overwrite our changes */
static void grant(struct vcpu *vcpu)
{
	unsigned int wish = __atomic_exchange_n(&storm.wish[vcpu->id], 0, __ATOMIC_SEQ_CST);

	if (wish & WISH_SREGS)
		round_trip(vcpu);
	if (wish & WISH_SMI && ioctl(vcpu->fd, KVM_SMI))
		die("KVM_SMI");
	if (wish & WISH_STEP && !storm.steps[vcpu->id]) {
		storm.steps[vcpu->id] = STEPS;
		single_step(vcpu, true);
	}
}

static void after_run(struct vcpu *vcpu, bool interrupted)
{
	check_closed(vcpu);
	if (interrupted)
		grant(vcpu);
	else if (vcpu->run->exit_reason == KVM_EXIT_DEBUG && storm.steps[vcpu->id] &&
		 !--storm.steps[vcpu->id])
		single_step(vcpu, false);
}

static uint64_t set_cr3(const struct vcpu *vcpu, uint64_t value)
{
	struct kvm_sregs sregs;
	uint64_t before;

	vcpu_settle((struct vcpu *)vcpu);
	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		die("KVM_GET_SREGS");
	before = sregs.cr3;
	sregs.cr3 = value;
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		die("KVM_SET_SREGS");
	return before;
}

static int act_by_name(uint64_t address)
{
	const char *name = (char *)storm.m->ram + address;
	const struct act *act = find_act(name, strlen(name));

	if (!act || act->stops)
		return -1;
	act->run(storm.m);
	return 0;
}

static void serve(struct vcpu *vcpu, struct bare_request *request)
{
	request->result = 0;
	switch (request->what) {
	case REQUEST_WATCH:
		memcpy(&storm.watch[vcpu->id], vcpu->machine->ram + request->arg,
		       sizeof(struct bare_cr3));
		break;
	case REQUEST_SET_CR3:
		request->arg = set_cr3(vcpu, request->arg);
		break;
	case REQUEST_ACT:
		request->result = act_by_name(request->arg);
		break;
	case REQUEST_SMI:
		request->result = storm.smm ? ioctl(vcpu->fd, KVM_SMI) : -1;
		break;
	default:
		request->result = -1;
	}
}

static bool storm_io(struct vcpu *vcpu, uint16_t port, bool out, unsigned int size, uint8_t *data)
{
	uint32_t address;

	if (port != PORT_REQUEST || !out || size != sizeof(address))
		return program_io(vcpu, port, out, size, data);
	memcpy(&address, data, sizeof(address));
	if (address < vcpu->machine->options.memory - sizeof(struct bare_request))
		serve(vcpu, (struct bare_request *)(vcpu->machine->ram + address));
	return false;
}

static volatile sig_atomic_t stop_asked;

static void on_term(int signal)
{
	stop_asked = 1;
}

/* An NMI that comes before a program can take it is the end of it */
static void wait_for_watches(void)
{
	uint64_t until = vmm_time_ms() + 5000;
	unsigned int i;

	for (i = 0; i < storm.options.machine.vcpus; i++)
		while (!storm.watch[i].page && storm.m->end == MACHINE_RUNS &&
		       vmm_time_ms() < until)
			usleep(1000);
}

static bool is_enough(uint64_t ms, unsigned int done)
{
	const struct bare_options *o = &storm.options;

	return (o->stop_after_ms && ms >= o->stop_after_ms) ||
	       (o->timeout_ms && ms >= o->timeout_ms) || (storm.times && done == storm.times) ||
	       (storm.save && ms >= storm.ms);
}

/* Return: how it ended, and *ret_done: how often something was done */
static enum machine_end rage(unsigned int *ret_done)
{
	uint64_t start = vmm_time_ms();
	unsigned int done = 0, us;

	wait_for_watches();
	while (storm.m->end == MACHINE_RUNS && !stop_asked) {
		if (is_enough(vmm_time_ms() - start, done))
			break;
		us = 20000;
		if (storm.ndos) {
			const struct act *act = storm.dos[done++ % storm.ndos];

			act->run(storm.m);
			us = storm.every_us ? storm.every_us : act->every_us;
		}
		usleep(us);
	}
	*ret_done = done;
	if (storm.save && storm.m->end == MACHINE_RUNS) {
		machine_save(storm.m, storm.save, storm.watch, sizeof(storm.watch));
		return MACHINE_PAUSED;
	}
	bare_stop_program(storm.m);
	return machine_wait(storm.m, storm.options.timeout_ms);
}

static int complain(void)
{
	const struct storm *s = &storm;

	if (!(s->gates + s->rips + s->cr3s + s->dirty))
		return EXIT_PASS;
	printf("# VMM: found the gate open %u times, a look-up going on %u, a strange CR3 %u, the "
	       "dirty log wrong %u\n",
	       s->gates, s->rips, s->cr3s, s->dirty);
	return EXIT_FAIL;
}

static int run_storm(void)
{
	const struct sigaction action = {.sa_handler = on_term};
	unsigned int i, done = 0;
	enum machine_end end;
	int status;

	sigaction(SIGTERM, &action, NULL);
	storm.m = &storm.machines[0];
	bare_create(storm.m, &storm.options);
	if (storm.load)
		machine_load(storm.m, storm.load, storm.watch, sizeof(storm.watch));
	prepare(storm.m);
	machine_start(storm.m);
	end = rage(&done);
	for (i = 0; end == MACHINE_TIMED_OUT && i < storm.options.machine.vcpus; i++)
		vcpu_print(&storm.m->vcpus[i]);
	status = end == MACHINE_EXITED	 ? storm.m->status
		 : end == MACHINE_PAUSED ? EXIT_PASS
					 : STATUS_TIMEOUT;
	machine_destroy(storm.m);
	printf("# VMM: %u things done\n", done);
	return complain() && !status ? EXIT_FAIL : status;
}

static void parse_dos(const char *names)
{
	size_t length;

	for (; *names; names += length + (names[length] == ',')) {
		length = strcspn(names, ",");
		if (storm.ndos == MAX_DOS || !(storm.dos[storm.ndos++] = find_act(names, length)))
			die("--do: nobody knows '%s', or too many", names);
	}
}

static int parse_option(char **words)
{
	if (!strcmp(words[0], "--trust")) {
		storm.trust = true;
		return 1;
	}
	if (!strcmp(words[0], "--smm")) {
		storm.smm = true;
		return 1;
	}
	if (!strcmp(words[0], "--do") && words[1])
		parse_dos(words[1]);
	else if (!strcmp(words[0], "--every"))
		storm.every_us = parse_number(words[0], words[1], 10000000);
	else if (!strcmp(words[0], "--load"))
		storm.load = words[1];
	else if (!strcmp(words[0], "--save"))
		storm.save = words[1];
	else if (!strcmp(words[0], "--ms"))
		storm.ms = parse_number(words[0], words[1], 1000000);
	else if (!strcmp(words[0], "--times"))
		storm.times = parse_number(words[0], words[1], 1000000);
	else
		return bare_option(&storm.options, words);
	return 2;
}

/**
 * cmd_storm() - kvmpv-vmm storm
 * @argc: number of words
 * @argv: words, the subcommand first
 *
 * Return: exit status: the program's, or EXIT_FAIL when a check of ours failed.
 */
int cmd_storm(int argc, char **argv)
{
	int i;

	errno = 0;
	for (i = 1; i < argc;)
		i += parse_option(argv + i);
	if (!storm.options.program || !storm.options.machine.vcpus ||
	    storm.options.machine.memory < BARE_MIN_MEMORY)
		die("storm: needs a program, at least one vCPU and 16 MB");
	return run_storm();
}
