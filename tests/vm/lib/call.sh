# One call of a machine: a temporary folder, the running emulator, the end of it.
# shellcheck shell=bash

# The children that have not been waited for; the indices are their ids.
call_children=()

# begin_call: makes a temporary folder, goes there, and sees to it that the folder goes away however this process ends.
#
# A watcher in a session of its own waits for the end of a pipe that only this process holds open: so SIGKILL, which no
# trap sees, leaves nothing behind either.  (The children have asked the kernel to be killed with us.)
begin_call() {
	call_folder=$(mktemp -d "${TMPDIR:-/tmp}/oci-rt-vm.XXXXXX")
	# shellcheck disable=SC2016  # $0 is the watcher's
	exec {call_pipe}> >(exec setsid bash -c 'read -r; rm -rf -- "$0"' "$call_folder" >/dev/null 2>&1)
	call_watcher=$!
	trap end_call EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	cd "$call_folder" || return
}

end_call() {
	trap '' HUP INT TERM
	cd /
	((${#call_children[@]} == 0)) || kill -KILL "${!call_children[@]}" 2>/dev/null || true
	reap "${!call_children[@]}"
	[[ -z ${call_terminal-} ]] || stty "$call_terminal" || true
	exec {call_pipe}>&-
	wait "$call_watcher" || true
}

# child COMMAND...: starts COMMAND in the background; it is killed when the call ends or this process dies.
child() {
	# Without <&0 the shell would give it /dev/null.
	setpriv --pdeathsig KILL -- "$@" <&0 {call_pipe}>&- &
	call_children[$!]=$*
}

# reap ID...: waits for children, whose ids may belong to anybody from then on.
reap() {
	local id
	for id; do
		wait "$id" 2>/dev/null || true # (the shell would say "Killed")
		unset "call_children[$id]"
	done
}

# start_machine restore|boot command|console LIMIT: starts the loaded machine with the parcel of the current folder.  Its
# stdout and stderr go to ours (command), or its console is our terminal (console).  LIMIT: seconds, 0 for none.
start_machine() {
	local start=$1 mode=$2 limit=$3 command devices monitor
	ln -s "${machine_folder:?}" machine
	machine_command "$start"
	timer='' readers=()
	if [[ $mode = console ]]; then
		# signal=off: ^C goes to the guest; mux=on: ^A x ends the machine.
		devices=(-chardev "stdio,id=console,signal=off,mux=on" -chardev "null,id=stdout" -chardev "null,id=stderr")
		[[ ! -t 0 ]] || call_terminal=$(stty -g)
	else
		# Not our own stdout and stderr: the emulator makes what it writes to non-blocking, which would hit everybody
		# else who has them open.
		devices=(-chardev "file,id=console,path=console" -chardev "file,id=stdout,path=stdout" -chardev "file,id=stderr,path=stderr")
		mkfifo stdout stderr
		child cat stdout
		child cat stderr >&2
		readers=("${!call_children[@]}")
	fi
	if ((limit > 0)); then
		child sleep "$limit"
		timer=$!
	fi
	if [[ $mode != console ]]; then
		# Held open until the emulator has ended, so that the readers come to an end even if it never opened them.
		exec {stdout_pipe}>stdout {stderr_pipe}>stderr
	fi
	mkfifo monitor.in monitor.out
	if [[ $start = restore ]]; then
		# Opened for both directions, since opening for one waits for the other end; what is written waits in the pipe.
		exec {monitor}<>monitor.in
		printf '%s\n' 'migrate_set_capability x-ignore-shared on' 'migrate_incoming "exec:cat machine/devices"' >&"$monitor"
	fi
	child "${command[@]}" "${devices[@]}" -chardev "pipe,id=monitor,path=monitor" 2>qemu.log
	emulation=$!
}

# await_machine: returns when the machine has ended and all that it wrote has been passed on; false if its time was up.
await_machine() {
	local ended status in_time=0
	wait -n -p ended "${!call_children[@]}" && status=0 || status=$?
	unset "call_children[$ended]"
	case $ended in
	"$emulation") ;;
	"$timer")
		kill -KILL "$emulation"
		reap "$emulation"
		in_time=1
		;;
	*) exit "$status" ;; # Whoever read our output has gone away.
	esac
	if ((${#readers[@]} > 0)); then
		exec {stdout_pipe}>&- {stderr_pipe}>&-
		reap "${readers[@]}"
	fi
	return "$in_time"
}
