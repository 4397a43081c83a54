// SPDX-License-Identifier: GPL-2.0-only
/*
 * A 16550A between the guest's first serial port and our stdin and stdout.
 *
 * Input is only shown to the guest while it has the receive interrupt enabled, that is while
 * somebody has the terminal open: Linux throws away what is in the receiver when it opens a port,
 * and a test that writes its commands into a pipe early must not lose them.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <linux/serial_reg.h>

#include "vmm.h"

#define UART_IRQ 4
#define QUEUE_SIZE 4096

/**
 * struct uart - the port
 * @machine: whose interrupt line is driven
 * @lock: protects everything below; the reader thread and all vCPUs come here
 * @room: the reader may go on
 * @queue: input that the guest has not read yet
 * @head: count of bytes that went in
 * @tail: count of bytes that came out
 * @registers: what was written to IER, LCR, MCR, SCR and the divisor
 * @fifo: FIFOs are on; only shown in IIR
 * @transmit_irq: the transmitter has become empty and nobody has read IIR since
 */
struct uart {
	struct machine *machine;
	pthread_mutex_t lock;
	pthread_cond_t room;
	uint8_t queue[QUEUE_SIZE];
	unsigned int head, tail;
	uint8_t ier, lcr, mcr, scr, dll, dlm;
	bool fifo;
	bool transmit_irq;
};

static bool receive_ready(const struct uart *uart)
{
	return (uart->ier & UART_IER_RDI) && uart->head != uart->tail;
}

static bool transmit_ready(const struct uart *uart)
{
	return (uart->ier & UART_IER_THRI) && uart->transmit_irq;
}

static void update_irq(struct uart *uart)
{
	struct kvm_irq_level level = {
		.irq = UART_IRQ,
		.level = receive_ready(uart) || transmit_ready(uart),
	};

	ioctl(uart->machine->vm, KVM_IRQ_LINE, &level);
}

static void *read_stdin(void *arg)
{
	struct uart *uart = arg;
	char chunk[256];
	ssize_t n, i;

	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0) {
		pthread_mutex_lock(&uart->lock);
		for (i = 0; i < n; i++) {
			while (uart->head - uart->tail == QUEUE_SIZE)
				pthread_cond_wait(&uart->room, &uart->lock);
			uart->queue[uart->head++ % QUEUE_SIZE] = chunk[i];
			update_irq(uart);
		}
		pthread_mutex_unlock(&uart->lock);
	}
	return NULL;
}

/**
 * uart_create() - a serial port, and the thread that feeds it
 * @m: the machine it belongs to
 *
 * It lives as long as the process.
 *
 * Return: the port.
 */
struct uart *uart_create(struct machine *m)
{
	struct uart *uart = calloc(1, sizeof(*uart));
	pthread_t reader;

	if (!uart)
		die("serial port");
	uart->machine = m;
	uart->lcr = UART_LCR_WLEN8;
	pthread_mutex_init(&uart->lock, NULL);
	pthread_cond_init(&uart->room, NULL);
	if (pthread_create(&reader, NULL, read_stdin, uart))
		die("thread for stdin");
	pthread_detach(reader);
	return uart;
}

/**
 * uart_hold() - have a serial port wait, while its machine is between two VMs
 * @uart: the port; no vCPU runs while it is held
 * @on: which
 */
void uart_hold(struct uart *uart, bool on)
{
	if (on)
		pthread_mutex_lock(&uart->lock);
	else
		pthread_mutex_unlock(&uart->lock);
}

static uint8_t read_iir(struct uart *uart)
{
	uint8_t fifo = uart->fifo ? 0xc0 : 0;

	if (receive_ready(uart))
		return UART_IIR_RDI | fifo;
	if (transmit_ready(uart)) {
		uart->transmit_irq = false;
		return UART_IIR_THRI | fifo;
	}
	return UART_IIR_NO_INT | fifo;
}

static uint8_t read_data(struct uart *uart)
{
	uint8_t value = 0;

	if (receive_ready(uart)) {
		value = uart->queue[uart->tail++ % QUEUE_SIZE];
		pthread_cond_signal(&uart->room);
	}
	return value;
}

/* In loop-back the modem outputs are the modem inputs: Linux probes for that */
static uint8_t read_modem_status(const struct uart *uart)
{
	if (!(uart->mcr & UART_MCR_LOOP))
		return UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS;
	return (uart->mcr & UART_MCR_OUT2 ? UART_MSR_DCD : 0) |
	       (uart->mcr & UART_MCR_OUT1 ? UART_MSR_RI : 0) |
	       (uart->mcr & UART_MCR_DTR ? UART_MSR_DSR : 0) |
	       (uart->mcr & UART_MCR_RTS ? UART_MSR_CTS : 0);
}

static uint8_t uart_read(struct uart *uart, unsigned int reg)
{
	bool divisor = uart->lcr & UART_LCR_DLAB;

	switch (reg) {
	case UART_RX:
		return divisor ? uart->dll : read_data(uart);
	case UART_IER:
		return divisor ? uart->dlm : uart->ier;
	case UART_IIR:
		return read_iir(uart);
	case UART_LCR:
		return uart->lcr;
	case UART_MCR:
		return uart->mcr;
	case UART_LSR:
		return UART_LSR_THRE | UART_LSR_TEMT | (receive_ready(uart) ? UART_LSR_DR : 0);
	case UART_MSR:
		return read_modem_status(uart);
	default:
		return uart->scr;
	}
}

static void write_data(struct uart *uart, uint8_t value)
{
	ssize_t n;

	if (!(uart->mcr & UART_MCR_LOOP))
		do
			n = write(STDOUT_FILENO, &value, 1);
		while (n < 0);
	/* An edge for each character: the line has to go down before it comes up */
	uart->transmit_irq = false;
	update_irq(uart);
	uart->transmit_irq = true;
}

static void write_ier(struct uart *uart, uint8_t value)
{
	if (value & ~uart->ier & UART_IER_THRI)
		uart->transmit_irq = true;
	uart->ier = value & 0xf;
}

static void uart_write(struct uart *uart, unsigned int reg, uint8_t value)
{
	bool divisor = uart->lcr & UART_LCR_DLAB;

	switch (reg) {
	case UART_TX:
		if (divisor)
			uart->dll = value;
		else
			write_data(uart, value);
		break;
	case UART_IER:
		if (divisor)
			uart->dlm = value;
		else
			write_ier(uart, value);
		break;
	case UART_FCR:
		uart->fifo = value & UART_FCR_ENABLE_FIFO;
		break;
	case UART_LCR:
		uart->lcr = value;
		break;
	case UART_MCR:
		uart->mcr = value & 0x1f;
		break;
	case UART_SCR:
		uart->scr = value;
		break;
	}
}

/**
 * uart_io() - a guest's access
 * @uart: the port
 * @reg: register, 0 to 7
 * @out: write
 * @data: the byte
 */
void uart_io(struct uart *uart, unsigned int reg, bool out, uint8_t *data)
{
	pthread_mutex_lock(&uart->lock);
	if (out)
		uart_write(uart, reg, *data);
	else
		*data = uart_read(uart, reg);
	update_irq(uart);
	pthread_mutex_unlock(&uart->lock);
}
