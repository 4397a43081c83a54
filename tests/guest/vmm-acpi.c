// SPDX-License-Identifier: GPL-2.0-only
/*
 * The least ACPI that starts a stock Linux with several CPUs: Debian's cloud kernels have no MP
 * table parser. Hardware-reduced, so no legacy timer or interrupt controller has to be described;
 * the serial port is in the DSDT with its interrupt, without which Linux would poll it. Offsets are
 * those of the ACPI specification, 6.0, chapter 5.2.
 */
#include <string.h>

#include "vmm.h"

#define ACPI_XSDT (ACPI_RSDP + 0x100)
#define ACPI_FADT (ACPI_RSDP + 0x200)
#define ACPI_DSDT (ACPI_RSDP + 0x400)
#define ACPI_MADT (ACPI_RSDP + 0x600)

#define FADT_SIZE 276
#define FADT_NO_VGA_NO_RTC 0x24
#define FADT_RESET_SUPPORTED (1 << 10)
#define FADT_HW_REDUCED (1 << 20)

/*
 * Scope (\_SB) { Device (COM1) {
 *	Name (_HID, EisaId ("PNP0501"))
 *	Name (_UID, 0)
 *	Name (_CRS, ResourceTemplate () {
 *		IO (Decode16, 0x3f8, 0x3f8, 1, 8)
 *		Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) { 4 } }) } }
 * Name (\_S5, Package () { 5, 0, 0, 0 })
 */
/* clang-format off */
static const uint8_t aml[] = {
	0x10, 57, '\\', '_', 'S', 'B', '_', 0x5b, 0x82, 49, 'C', 'O', 'M', '1',
	0x08, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x05, 0x01,
	0x08, '_', 'U', 'I', 'D', 0x00,
	0x08, '_', 'C', 'R', 'S', 0x11, 22, 0x0a, 19,
	0x47, 0x01, 0xf8, 0x03, 0xf8, 0x03, 0x01, 0x08,
	0x89, 0x06, 0x00, 0x03, 0x01, 0x04, 0x00, 0x00, 0x00,
	0x79, 0x00,
	0x08, '_', 'S', '5', '_', 0x12, 0x07, 0x04, 0x0a, 0x05, 0x00, 0x00, 0x00,
};
/* clang-format on */

static void put16(uint8_t *p, uint16_t value)
{
	memcpy(p, &value, sizeof(value));
}

static void put32(uint8_t *p, uint32_t value)
{
	memcpy(p, &value, sizeof(value));
}

static void put64(uint8_t *p, uint64_t value)
{
	memcpy(p, &value, sizeof(value));
}

static void set_checksum(uint8_t *table, size_t size, size_t where)
{
	uint8_t sum = 0;
	size_t i;

	table[where] = 0;
	for (i = 0; i < size; i++)
		sum += table[i];
	table[where] = -sum;
}

/* Header of everything but the RSDP; call it last, it sums up the table */
static void finish_table(uint8_t *table, const char *signature, size_t size, uint8_t revision)
{
	memcpy(table, signature, 4);
	put32(table + 4, size);
	table[8] = revision;
	memcpy(table + 10, "KVMPV ", 6);
	memcpy(table + 16, "KVMPVTST", 8);
	put32(table + 24, 1);
	memcpy(table + 28, "KVPV", 4);
	put32(table + 32, 1);
	set_checksum(table, size, 9);
}

static void put_io_register(uint8_t *p, uint16_t port)
{
	p[0] = 1; /* system I/O */
	p[1] = 8; /* bits */
	p[3] = 1; /* byte access */
	put64(p + 4, port);
}

static void build_fadt(uint8_t *ram)
{
	uint8_t *t = ram + ACPI_FADT;

	put32(t + 40, ACPI_DSDT);
	put16(t + 109, FADT_NO_VGA_NO_RTC);
	put32(t + 112, FADT_HW_REDUCED | FADT_RESET_SUPPORTED);
	put_io_register(t + 116, ACPI_RESET_PORT);
	t[128] = 1; /* value that resets */
	put64(t + 140, ACPI_DSDT);
	put_io_register(t + 244, ACPI_SLEEP_PORT);
	put_io_register(t + 256, ACPI_SLEEP_PORT + 1);
	finish_table(t, "FACP", FADT_SIZE, 6);
}

static void build_madt(uint8_t *ram, unsigned int vcpus)
{
	uint8_t *t = ram + ACPI_MADT;
	size_t size = 44;
	unsigned int i;

	put32(t + 36, 0xfee00000);
	for (i = 0; i < vcpus; i++, size += 8) {
		t[size] = 0; /* a CPU with a local APIC: processor id, APIC id, enabled */
		t[size + 1] = 8;
		t[size + 2] = i;
		t[size + 3] = i;
		put32(t + size + 4, 1);
	}
	t[size] = 1; /* I/O APIC, interrupts from 0 */
	t[size + 1] = 12;
	put32(t + size + 4, 0xfec00000);
	finish_table(t, "APIC", size + 12, 3);
}

/**
 * acpi_build() - put the tables into guest memory, RSDP at ACPI_RSDP
 * @ram: guest memory, zero where the tables go
 * @vcpus: number of CPUs, APIC ids from 0
 */
void acpi_build(uint8_t *ram, unsigned int vcpus)
{
	uint8_t *rsdp = ram + ACPI_RSDP, *xsdt = ram + ACPI_XSDT, *dsdt = ram + ACPI_DSDT;

	memcpy(dsdt + 36, aml, sizeof(aml));
	finish_table(dsdt, "DSDT", 36 + sizeof(aml), 2);
	build_fadt(ram);
	build_madt(ram, vcpus);
	put64(xsdt + 36, ACPI_FADT);
	put64(xsdt + 44, ACPI_MADT);
	finish_table(xsdt, "XSDT", 52, 1);
	memcpy(rsdp, "RSD PTR ", 8);
	memcpy(rsdp + 9, "KVMPV ", 6);
	rsdp[15] = 2;
	put32(rsdp + 20, 36);
	put64(rsdp + 24, ACPI_XSDT);
	set_checksum(rsdp, 20, 8);
	set_checksum(rsdp, 36, 32);
}
