// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machines: memory, interrupt controllers, vCPUs, and one thread a vCPU.
 *
 * The interrupt controllers are always KVM's own: only then does HLT block inside the kernel, which
 * is what kicks, directed yields and mp_state are about.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "ports.h"
#include "vmm.h"

/* Intel hosts need a few pages of guest-physical space for themselves, below the firmware */
#define TSS_ADDRESS 0xfffbd000
#define IDENTITY_MAP_ADDRESS 0xfffbc000

static __thread struct vcpu *self;

static void on_signal(int number)
{
	if (self)
		self->run->immediate_exit = 1;
}

/**
 * kvm_device() - /dev/kvm, opened once
 *
 * Return: the file; does not return when there is none.
 */
int kvm_device(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("open /dev/kvm");
	return fd;
}

static void *map_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("%zu bytes of guest memory", size);
	return p;
}

/**
 * machine_set_slot() - add, change or (size 0) remove a slot of guest memory
 * @m: the machine
 * @slot: its number, KVM's address space in the upper half
 * @flags: KVM_MEM_...
 * @address: guest-physical
 * @size: in bytes
 * @host: our memory
 *
 * Does not return on failure.
 */
void machine_set_slot(const struct machine *m, uint32_t slot, uint32_t flags, uint64_t address,
		      uint64_t size, void *host)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = address,
		.memory_size = size,
		.userspace_addr = (uintptr_t)host,
	};

	if (ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region))
		die("guest memory at 0x%llx", (unsigned long long)address);
}

static void add_ram(const struct machine *m)
{
	const uint64_t pages = BARE_CR3_PAGES, behind = BARE_CR3_PAGES + BARE_CR3_PAGES_SIZE;
	const struct machine_options *options = &m->options;

	if (!options->split) {
		machine_set_slot(m, SLOT_LOW, 0, 0, options->memory, m->ram);
		return;
	}
	machine_set_slot(m, SLOT_LOW, 0, 0, pages, m->ram);
	machine_set_slot(m, SLOT_CR3_PAGES, 0, pages, BARE_CR3_PAGES_SIZE, m->ram + pages);
	machine_set_slot(m, SLOT_HIGH, 0, behind, options->memory - behind, m->ram + behind);
}

/* KVM's offset becomes 0: what the guest reads is what the host reads. */
static void share_tsc(const struct vcpu *vcpu)
{
	uint64_t offset = 0;
	struct kvm_device_attr attr = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)&offset,
	};

	if (ioctl(vcpu->fd, KVM_SET_DEVICE_ATTR, &attr))
		die("set the offset of the TSC");
}

static void create_vcpu(struct machine *m, unsigned int id)
{
	struct vcpu *vcpu = &m->vcpus[id];
	int size = ioctl(kvm_device(), KVM_GET_VCPU_MMAP_SIZE, 0);

	vcpu->machine = m;
	vcpu->id = id;
	vcpu->fd = ioctl(m->vm, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0)
		die("create vCPU %u", id);
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		die("map vCPU %u", id);
	vcpu_set_cpuid(vcpu);
	if (m->options.tsc)
		share_tsc(vcpu);
}

/*
 * KVM makes its table of APIC ids while a vCPU is created, when the new one is not in the VM's list
 * yet: the last one would miss every message until somebody writes to an APIC.
 */
static void renew_apic_table(struct machine *m)
{
	const struct vcpu *vcpu = &m->vcpus[m->options.vcpus - 1];
	struct kvm_lapic_state state;

	if (ioctl(vcpu->fd, KVM_GET_LAPIC, &state) || ioctl(vcpu->fd, KVM_SET_LAPIC, &state))
		die("KVM_SET_LAPIC");
}

/**
 * machine_create() - a VM with memory and vCPUs that do not run yet
 * @m: where to; overwritten
 * @options: what it is made of
 *
 * Does not return on failure.
 */
void machine_create(struct machine *m, const struct machine_options *options)
{
	struct kvm_pit_config pit = {.flags = KVM_PIT_SPEAKER_DUMMY};
	uint64_t identity_map = IDENTITY_MAP_ADDRESS;
	struct sigaction action = {.sa_handler = on_signal};
	unsigned int i;

	memset(m, 0, sizeof(*m));
	m->options = *options;
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->changed, NULL);
	sigaction(SIGUSR1, &action, NULL);

	m->vm = ioctl(kvm_device(), KVM_CREATE_VM, 0);
	if (m->vm < 0)
		die("create a VM");
	if (ioctl(m->vm, KVM_SET_TSS_ADDR, TSS_ADDRESS))
		die("KVM_SET_TSS_ADDR");
	if (ioctl(m->vm, KVM_SET_IDENTITY_MAP_ADDR, &identity_map))
		die("KVM_SET_IDENTITY_MAP_ADDR");
	if (ioctl(m->vm, KVM_CREATE_IRQCHIP, 0))
		die("KVM_CREATE_IRQCHIP");
	if (options->pit && ioctl(m->vm, KVM_CREATE_PIT2, &pit))
		die("KVM_CREATE_PIT2");
	m->ram = map_memory(options->memory);
	add_ram(m);
	if (options->rom) {
		m->rom = map_memory(BARE_ROM_SIZE);
		machine_set_slot(m, SLOT_ROM, KVM_MEM_READONLY, BARE_ROM, BARE_ROM_SIZE, m->rom);
	}
	for (i = 0; i < options->vcpus; i++)
		create_vcpu(m, i);
	renew_apic_table(m);
}

/**
 * machine_destroy() - stop the vCPUs and give everything back
 * @m: the machine
 */
void machine_destroy(struct machine *m)
{
	int size = ioctl(kvm_device(), KVM_GET_VCPU_MMAP_SIZE, 0);
	unsigned int i;

	machine_stop(m);
	for (i = 0; i < m->options.vcpus; i++) {
		munmap(m->vcpus[i].run, size);
		close(m->vcpus[i].fd);
	}
	close(m->vm);
	munmap(m->ram, m->options.memory);
	if (m->rom)
		munmap(m->rom, BARE_ROM_SIZE);
	pthread_cond_destroy(&m->changed);
	pthread_mutex_destroy(&m->lock);
}

/**
 * vcpu_print() - where a stopped vCPU is, for a person to read
 * @vcpu: the vCPU
 */
void vcpu_print(const struct vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;
	struct kvm_sregs sregs = {};
	struct kvm_regs regs = {};

	ioctl(vcpu->fd, KVM_GET_SREGS, &sregs);
	ioctl(vcpu->fd, KVM_GET_REGS, &regs);
	fprintf(stderr,
		"kvmpv-vmm: vCPU %u: exit %u hw 0x%llx suberror %u mp %u rip 0x%llx rsp 0x%llx rax "
		"0x%llx "
		"cr0 0x%llx cr2 0x%llx cr3 0x%llx efer 0x%llx\n",
		vcpu->id, run->exit_reason, run->hw.hardware_exit_reason, run->internal.suberror,
		mp_state(vcpu), regs.rip, regs.rsp, regs.rax, sregs.cr0, sregs.cr2, sregs.cr3,
		sregs.efer);
}

static bool handle_io(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	bool out = run->io.direction == KVM_EXIT_IO_OUT;
	bool leave = false;
	unsigned int i;

	for (i = 0; i < run->io.count; i++, data += run->io.size) {
		/* What nobody drives reads as all ones */
		if (!out)
			memset(data, 0xff, run->io.size);
		leave |= vcpu->machine->io(vcpu, run->io.port, out, run->io.size, data);
	}
	return leave;
}

static bool handle_exit(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		return handle_io(vcpu);
	case KVM_EXIT_MMIO:
		if (!run->mmio.is_write)
			memset(run->mmio.data, 0xff, sizeof(run->mmio.data));
		return false;
	case KVM_EXIT_INTR:
	case KVM_EXIT_DEBUG:
		return false;
	default:
		/* Linux reboots by triple fault: for a machine with a timer that is an end */
		if (run->exit_reason == KVM_EXIT_SHUTDOWN && vcpu->machine->options.pit) {
			machine_end(vcpu->machine, MACHINE_EXITED, 0);
			return true;
		}
		vcpu_print(vcpu);
		machine_end(vcpu->machine, MACHINE_EXITED, STATUS_CRASH);
		return true;
	}
}

static void *vcpu_thread(void *arg)
{
	struct vcpu *vcpu = arg;

	self = vcpu;
	while (!vcpu->stop) {
		int ret = ioctl(vcpu->fd, KVM_RUN, 0), error = errno;

		if (vcpu->machine->after_run)
			vcpu->machine->after_run(vcpu, ret);
		errno = error;
		if (!ret) {
			if (handle_exit(vcpu))
				break;
		} else if (errno == EINTR || errno == EAGAIN) {
			/* Whoever wants us to stop has set @stop before the signal came */
			vcpu->run->immediate_exit = 0;
		} else {
			perror("kvmpv-vmm: KVM_RUN");
			vcpu_print(vcpu);
			machine_end(vcpu->machine, MACHINE_EXITED, STATUS_CRASH);
			break;
		}
	}
	return NULL;
}

/**
 * machine_start() - let all vCPUs run that do not
 * @m: the machine
 */
void machine_start(struct machine *m)
{
	unsigned int i;

	m->end = MACHINE_RUNS;
	for (i = 0; i < m->options.vcpus; i++) {
		struct vcpu *vcpu = &m->vcpus[i];

		if (vcpu->started)
			continue;
		vcpu->stop = false;
		vcpu->run->immediate_exit = 0;
		errno = pthread_create(&vcpu->thread, NULL, vcpu_thread, vcpu);
		if (errno)
			die("thread for vCPU %u", i);
		vcpu->started = true;
	}
}

/**
 * machine_end() - a run has ended; the first one to say so counts
 * @m: the machine
 * @end: how
 * @status: exit status
 */
void machine_end(struct machine *m, enum machine_end end, int status)
{
	pthread_mutex_lock(&m->lock);
	if (m->end == MACHINE_RUNS) {
		m->end = end;
		m->status = status;
	}
	pthread_cond_signal(&m->changed);
	pthread_mutex_unlock(&m->lock);
}

/**
 * machine_wait() - wait for the end of a run, and stop all vCPUs
 * @m: the machine
 * @timeout_ms: how long at most; 0: for ever
 *
 * Return: how it ended.
 */
enum machine_end machine_wait(struct machine *m, unsigned int timeout_ms)
{
	struct timespec until;
	int error = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += timeout_ms % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&m->lock);
	while (m->end == MACHINE_RUNS && !error) {
		if (timeout_ms)
			error = pthread_cond_timedwait(&m->changed, &m->lock, &until);
		else
			pthread_cond_wait(&m->changed, &m->lock);
	}
	if (m->end == MACHINE_RUNS)
		m->end = MACHINE_TIMED_OUT;
	pthread_mutex_unlock(&m->lock);
	machine_stop(m);
	return m->end;
}

/**
 * vcpu_kick() - take a vCPU out of the guest for a moment
 * @vcpu: the vCPU; harmless when it does not run
 */
void vcpu_kick(const struct vcpu *vcpu)
{
	if (vcpu->started)
		pthread_kill(vcpu->thread, SIGUSR1);
}

/**
 * vcpu_stop() - take a vCPU out of KVM_RUN and end its thread
 * @vcpu: the vCPU; not the caller's own
 */
void vcpu_stop(struct vcpu *vcpu)
{
	if (!vcpu->started)
		return;
	vcpu->stop = true;
	vcpu->run->immediate_exit = 1;
	pthread_kill(vcpu->thread, SIGUSR1);
	pthread_join(vcpu->thread, NULL);
	vcpu->started = false;
}

/**
 * vcpu_settle() - let KVM finish the instruction whose I/O was just handled
 * @vcpu: a stopped vCPU
 *
 * KVM moves RIP past an IN or OUT only at the next entry: without this a saved state would repeat
 * the access.
 */
void vcpu_settle(struct vcpu *vcpu)
{
	vcpu->run->immediate_exit = 1;
	if (!ioctl(vcpu->fd, KVM_RUN, 0) || errno != EINTR)
		die("vCPU %u does not settle", vcpu->id);
	vcpu->run->immediate_exit = 0;
}

/**
 * machine_stop() - end all threads; vCPUs keep their state
 * @m: the machine
 */
void machine_stop(struct machine *m)
{
	unsigned int i;

	for (i = 0; i < m->options.vcpus; i++)
		vcpu_stop(&m->vcpus[i]);
	if (m->watchdog_runs) {
		m->watchdog_runs = false;
		pthread_join(m->watchdog, NULL);
	}
}
