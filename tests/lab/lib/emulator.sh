# SPDX-License-Identifier: GPL-2.0-only
# The emulator as a process; emulator_pid is empty while there is none.
# shellcheck shell=bash disable=SC2034

emulator_pid=''

# The emulator leads a process group of its own: whatever it started goes with it. timeout(1) hands
# the signal on, waits for the emulator and kills it when it does not listen.
stop_emulator()
{
	[ -n "$emulator_pid" ] || return
	kill -TERM -- "-$emulator_pid" 2>/dev/null
	wait "$emulator_pid" 2>/dev/null
	emulator_status=$?
	kill -KILL -- "-$emulator_pid" 2>/dev/null
	emulator_pid=''
}

wait_emulator()
{
	[ -n "$emulator_pid" ] || return
	wait "$emulator_pid" 2>/dev/null
	emulator_status=$?
	emulator_pid=''
}
