/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pv-spinlock in a guest with PV_UNHALT: docs/pv-spinlocks.md. CPUs take one lock ROUNDS times
 * while an administrator switches the feature on and off. Whoever comes through the hook steals
 * for a while and then does what the kernel does (__pv_queued_spin_lock_slowpath, modelled here
 * step by step); whoever does not, does that at once. A nap is a look more: an interrupt ends it.
 *
 * Shown: mutual exclusion; at most one entry of a lock in the kernel's hash table, and one whenever
 * an unlocker looks for it; nobody is left halted or waiting, however switching falls between.
 *
 * A wait in which a CPU only looks is a wait for what it looks at, so that a CPU left behind is a
 * deadlock and not an endless loop. Interrupts are off throughout: nothing but a kick ends a HLT. A
 * kick is latched, as KVM does. Sequential consistency; the kernel's own barriers make it so where
 * it matters (smp_store_mb() before HLT, locked instructions everywhere else).
 *
 * Controls, each must fail: -DNO_KICK, an unlocker that kicks nobody; -DBLIND, a thief that does
 * not look whether the lock is free; -DTAKE_TAIL, one that takes over the queue's tail too;
 * -DNO_LATCH, a kick before the HLT is forgotten.
 */
#ifndef CPUS
#define CPUS 3
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#define SWITCHES 2

#define HELD 1
#define SLOW 3 /* _Q_SLOW_VAL */
#define RUNNING 0
#define HALTED 1
#define HASHED 2

#define NOBODY 0 /* CPUs are 1 to CPUS */

/* The lock word */
byte locked;
bit pending;
byte tail;

/* The kernel's node of a CPU, and its hash table */
byte next[CPUS + 1];
bit granted[CPUS + 1]; /* mcs.locked */
byte state[CPUS + 1];
byte hashed = NOBODY;

bit kicked[CPUS + 1]; /* KVM's pv_unhalted */
bit asleep[CPUS + 1];

/* Each function is switched at a moment of its own. */
bit hook_lock, hook_wait, hook_kick;
bit host; /* a kvmpv host is there */

byte owners;

inline hash(cpu)
{
	assert(hashed == NOBODY);
	hashed = cpu
}

inline halt(cpu)
{
	atomic {
#ifdef NO_LATCH
		kicked[cpu] = 0;
#endif
		asleep[cpu] = 1
	}
	atomic { kicked[cpu]; kicked[cpu] = 0; asleep[cpu] = 0 }
}

/* kvm_kick_cpu(), and what comes in its place: the host's answer decides, not what it was before */
inline kick(cpu)
{
#ifndef NO_KICK
	if
	:: hook_kick ->
		if
		:: atomic { host -> kicked[cpu] = 1 }
		:: !host -> kicked[cpu] = 1 /* refused: KVM's own hypercall */
		fi
	:: !hook_kick -> kicked[cpu] = 1
	fi
#endif
	skip
}

/* kvm_wait(), in two steps: looks, then sleeps. What comes in its place counts and calls it. */
inline wait_state(cpu)
{
	if
	:: state[cpu] == HALTED -> halt(cpu)
	:: else
	fi
}

inline wait_locked(cpu)
{
	if
	:: locked == SLOW -> halt(cpu)
	:: else
	fi
}

/* What comes in the slow path's place: got says whether the lock was taken. */
inline steal(cpu)
{
	do
	:: atomic {
#ifdef BLIND
		!pending ->
#else
		locked == 0 && !pending ->
#endif
			locked = HELD;
#ifdef TAKE_TAIL
			tail = 0;
#endif
			got = 1
		}
		break
	:: break /* long enough: queue */
	od
}

/* pv_hybrid_queued_unfair_trylock() */
inline hybrid(cpu)
{
	do
	:: atomic { locked == 0 && !pending -> locked = HELD; got = 1 } break
	:: (locked != 0 || pending) && (tail == 0 || pending) -> break
	od
}

/* pv_wait_node() */
inline wait_node(cpu)
{
	do
	:: granted[cpu] -> break
	:: !granted[cpu] -> /* looked for long enough */
		state[cpu] = HALTED;
		if
		:: !granted[cpu] -> wait_state(cpu)
		:: else
		fi;
		atomic {
			if
			:: state[cpu] == HALTED -> state[cpu] = RUNNING
			:: else
			fi
		}
	od;
	granted[cpu]
}

/* pv_wait_head_or_lock() */
inline wait_head(cpu)
{
	in_hash = (state[cpu] == HASHED);
	do
	:: state[cpu] = RUNNING;
		pending = 1;
		if
		:: atomic { locked == 0 -> locked = HELD; pending = 0 } break
		:: locked != 0 /* looked for long enough */
		fi;
		pending = 0;
		if
		:: !in_hash ->
			hash(cpu);
			in_hash = 1;
			atomic { old = locked; locked = SLOW }
			if
			:: old == 0 ->
				locked = HELD;
				hashed = NOBODY;
				break
			:: else
			fi
		:: else
		fi;
		state[cpu] = HASHED;
		wait_locked(cpu)
	od
}

/* pv_kick_node() */
inline kick_node(cpu)
{
	atomic {
		if
		:: state[cpu] == HALTED -> state[cpu] = HASHED; old = 1
		:: else -> old = 0
		fi
	}
	if
	:: old ->
		locked = SLOW;
		hash(cpu)
	:: else
	fi
}

/* __pv_queued_spin_lock_slowpath() behind its ftrace site */
inline slowpath(cpu)
{
	atomic { next[cpu] = NOBODY; granted[cpu] = 0; state[cpu] = RUNNING }
	hybrid(cpu);
	if
	:: got
	:: !got ->
		atomic { prev = tail; tail = cpu }
		if
		:: prev != NOBODY ->
			next[prev] = cpu;
			wait_node(cpu)
		:: else
		fi;
		wait_head(cpu);
		atomic {
			if
			:: tail == cpu && locked == HELD && !pending -> tail = NOBODY; old = 1
			:: else -> old = 0
			fi
		}
		if
		:: old
		:: else ->
			locked = HELD;
			next[cpu] != NOBODY;
			granted[next[cpu]] = 1;
			kick_node(next[cpu])
		fi
	fi
}

/* __pv_queued_spin_unlock(), which nothing is hooked of */
inline unlock(cpu)
{
	atomic {
		if
		:: locked == HELD -> locked = 0; old = 0
		:: else -> old = locked
		fi
	}
	if
	:: old ->
		assert(old == SLOW);
		assert(hashed != NOBODY);
		atomic { prev = hashed; hashed = NOBODY }
		locked = 0;
		kick(prev)
	:: else
	fi
}

proctype cpu(byte me)
{
	byte round, prev, old;
	bit got, in_hash;

	do
	:: round < ROUNDS ->
		atomic {
			got = 0;
			prev = NOBODY;
			/* The fast path */
			if
			:: locked == 0 && !pending && tail == 0 -> locked = HELD; got = 1
			:: else
			fi
		}
		if
		:: !got ->
			if
			:: hook_lock -> steal(me)
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
		unlock(me);
		atomic { round++; prev = 0; old = 0; got = 0; in_hash = 0 }
	:: else -> break
	od
}

proctype administrator()
{
	byte n;

	do
	:: n < SWITCHES ->
		if
		:: hook_lock = !hook_lock
		:: hook_kick = !hook_kick
		:: host = !host
		fi;
		n++
	:: break
	od
}

init {
	byte i;

	atomic {
		if :: hook_lock = 0 :: hook_lock = 1 fi;
		if :: hook_kick = 0 :: hook_kick = 1 fi;
		if :: host = 0 :: host = 1 fi;
		i = 1;
		do
		:: i <= CPUS -> run cpu(i); i++
		:: else -> break
		od;
		run administrator()
	}
	/* Everybody has gone: nothing is left behind */
	_nr_pr == 1;
	assert(locked == 0 && !pending && tail == NOBODY && hashed == NOBODY)
}
