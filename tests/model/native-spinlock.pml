/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pv-spinlock in a guest without PV_UNHALT: docs/pv-spinlocks.md. As pv-spinlock.pml, for
 * native_queued_spin_lock_slowpath: nobody halts, but the owner of the pending bit and the head of
 * the queue take the lock with plain stores, so a thief must never take it while one of them may.
 *
 * -DVIRT: virt_spin_lock_key is on, as without nopvspin; the kernel's own is a test-and-set then.
 *
 * Controls, each must fail: -DBYTE, a thief that looks at the locked byte only; -DNO_GRANT, a head
 * of the queue that goes without telling the next.
 */
#ifndef CPUS
#define CPUS 3
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#define SWITCHES 2
#define NOBODY 0 /* CPUs are 1 to CPUS */

/* The lock word */
bit locked;
bit pending;
byte tail;

/* The kernel's node of a CPU */
byte next[CPUS + 1];
bit granted[CPUS + 1]; /* mcs.locked */

bit hook_lock;
byte owners;

#define FREE (locked == 0 && !pending && tail == NOBODY)

/* What comes in the slow path's place */
inline steal()
{
	do
	:: atomic {
#ifdef BYTE
		!locked ->
#else
		FREE ->
#endif
			locked = 1;
			got = 1
		}
		break
	:: break /* long enough */
	od
}

inline queue(cpu)
{
	atomic { next[cpu] = NOBODY; granted[cpu] = 0 }
	atomic {
		if
		:: FREE -> locked = 1; got = 1
		:: else
		fi
	}
	if
	:: got
	:: !got ->
		atomic { prev = tail; tail = cpu }
		if
		:: prev != NOBODY ->
			next[prev] = cpu;
			granted[cpu]
		:: else
		fi;
		!locked && !pending;
		atomic {
			if
			:: tail == cpu && !locked && !pending -> tail = NOBODY; locked = 1; last = 1
			:: else -> last = 0
			fi
		}
		if
		:: last
		:: else ->
			locked = 1; /* set_locked(), a plain store */
			next[cpu] != NOBODY;
#ifndef NO_GRANT
			granted[next[cpu]] = 1
#endif
		fi
	fi
}

/* native_queued_spin_lock_slowpath() behind its ftrace site; @contended: what its caller saw */
inline slowpath(cpu)
{
#ifdef VIRT
	atomic { FREE -> locked = 1 }
#else
	if
	:: contended -> queue(cpu)
	:: !contended ->
		/* queued_fetch_set_pending_acquire() */
		atomic { was_pending = pending; prev = tail; pending = 1 }
		if
		:: was_pending || prev != NOBODY ->
			if
			:: !was_pending -> pending = 0
			:: else
			fi;
			queue(cpu)
		:: else ->
			!locked;
			atomic { pending = 0; locked = 1 } /* one plain 16-bit store */
		fi
	fi
#endif
}

proctype cpu(byte me)
{
	byte round, prev;
	bit got, contended, last, was_pending;

	do
	:: round < ROUNDS ->
		atomic {
			got = 0;
			if
			:: FREE -> locked = 1; got = 1
			:: else -> contended = pending || tail != NOBODY
			fi
		}
		if
		:: !got ->
			if
			:: hook_lock ->
				steal();
				/* Behind the hook the lock is looked at again */
				if
				:: !got -> contended = pending || tail != NOBODY
				:: else
				fi
			:: !hook_lock
			fi;
			if
			:: !got -> slowpath(me)
			:: else
			fi
		:: else
		fi;
		owners++;
		assert(owners == 1);
		owners--;
		locked = 0; /* inlined in each caller, a plain store */
		atomic { round++; prev = 0; got = 0; contended = 0; last = 0; was_pending = 0 }
	:: else -> break
	od
}

proctype administrator()
{
	byte n;

	do
	:: n < SWITCHES -> hook_lock = !hook_lock; n++
	:: break
	od
}

init {
	byte i;

	atomic {
		if :: hook_lock = 0 :: hook_lock = 1 fi;
		i = 1;
		do
		:: i <= CPUS -> run cpu(i); i++
		:: else -> break
		od;
		run administrator()
	}
	_nr_pr == 1;
	assert(FREE)
}
