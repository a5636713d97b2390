# run: the program, its streams, its life and its end.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_program_runs_and_its_output_comes_out() {
	ok "$engine" run --rm "$image" sh -c 'echo out; echo err >&2'
	is out
	equal "$errors" err "the error stream"
}

what_is_piped_in_reaches_the_program() {
	head -c 300000 /dev/zero | tr '\0' x >in
	"$engine" run --rm --interactive "$image" md5sum <in >out
	equal "$(cat out)" "$(md5sum <in)" "the checksum of stdin"
}

stdin_is_empty_unless_it_is_asked_for() {
	try "$engine" run --rm "$image" cat <<<"not for the container"
	is ''
}

a_detached_container_runs_on() {
	sleeping
	matches '^[0-9a-f]{64}$'
	status_is running || differs "a running container" "$("$engine" ps --all)"
	runtime_is_ours || differs "the runtime of the tests" "$("$engine" inspect "$tag")"
}

with_a_terminal_the_program_sees_one() {
	ok script -qec "$engine run --rm --tty $image sh -c 'tty; test -t 0 && test -t 1 && test -t 2 && echo yes'" /dev/null
	has /dev/pts/0
	has yes
}

a_terminal_has_the_size_of_ours() {
	# (podman tells it a little later)
	ok script -qec "stty rows 33 cols 99
		$engine run --rm --tty --interactive $image sh -c 'until stty size | grep 33; do usleep 50000; done'" /dev/null
	has '33 99'
}

what_is_typed_reaches_a_terminal() {
	mkfifo keys
	script -qec "$engine run --rm --tty --interactive $image sh" /dev/null <keys >screen &
	exec 3>keys
	soon "a prompt" grep -q '#' screen
	echo 'echo typed $((20 + 3))' >&3
	soon "an answer" grep -q 'typed 23' screen
	echo 'exit 3' >&3
	status=0
	wait $! || status=$?
	exec 3>&-
	equal "$status" 3 "the exit code"
}

attach_hands_in_input_and_shows_output() {
	ok "$engine" run --detach --interactive --name "$tag" "$image" \
		sh -c 'read -r line; echo "got $line"; read -r line; exit 4'
	mkfifo keys
	exec 3<>keys
	"$engine" attach "$tag" <keys >out &
	echo 'one line' >&3
	soon "the output" grep -qx 'got one line' out
	echo 'another' >&3
	wait $! || true # docker gives the program's exit code here, too
	exec 3>&-
	ok "$engine" wait "$tag"
	is 4
}

a_created_container_starts_later() {
	ok "$engine" create --name "$tag" "$image" sh -c 'echo late; exit 3'
	status_is created || differs "a created container" "$("$engine" ps --all)"
	code 3 "$engine" start --attach "$tag"
	is late
}

the_log_keeps_what_was_printed() {
	ok "$engine" run --name "$tag" "$image" sh -c 'echo first; echo second >&2'
	ok "$engine" logs "$tag"
	is first
	equal "$errors" second "the logged error stream"
}

the_exit_code_of_the_program_is_ours() {
	local wanted
	for wanted in 1 42 255; do
		code "$wanted" "$engine" run --rm "$image" sh -c "exit $wanted"
	done
}

an_engine_error_gives_125() {
	code 125 "$engine" run --rm --no-such-option "$image" true
}

a_program_that_cannot_be_executed_gives_126() {
	code 126 "$engine" run --rm "$image" /bin/not-executable
	says 'ermission denied'
	code 126 "$engine" run --rm "$image" /etc
}

a_missing_program_gives_127() {
	code 127 "$engine" run --rm "$image" no-such-program
	says 'exec: "no-such-program": executable file not found in $PATH'
	[[ $errors != *seccomp* ]] || differs "no suspicion of the filter" "$errors"
	code 127 "$engine" run --rm "$image" /no/such/program
	says '"/no/such/program"'
}

a_program_ended_by_a_signal_gives_128_and_its_number() {
	code 143 "$engine" run --rm --init "$image" sh -c 'kill -TERM $$; sleep 5'
	code 137 "$engine" run --rm --init "$image" sh -c 'kill -KILL $$'
}

wait_gives_the_exit_code() {
	ok "$engine" run --detach --name "$tag" "$image" sh -c 'sleep 0.3; exit 9'
	ok "$engine" wait "$tag"
	is 9
}

stop_lets_the_program_end_by_itself() {
	ok "$engine" run --detach --name "$tag" "$image" sh -c 'trap "echo bye; exit 5" TERM; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok "$engine" stop "$tag"
	inspected '{{.State.ExitCode}}' 5 || differs "exit code 5" "$("$engine" inspect "$tag")"
	log_has bye || differs "a last word" "$("$engine" logs "$tag")"
}

stop_ends_a_program_that_ignores_sigterm() {
	ok "$engine" run --detach --name "$tag" "$image" sh -c 'trap "" TERM; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok "$engine" stop --time 1 "$tag"
	inspected '{{.State.ExitCode}} {{.State.Status}}' '137 exited' || differs "137" "$("$engine" inspect "$tag")"
}

kill_sends_any_signal() {
	ok "$engine" run --detach --name "$tag" "$image" \
		sh -c 'trap "echo hup" HUP; trap "echo usr2" USR2; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok "$engine" kill --signal HUP "$tag"
	soon "the hang-up to be seen" log_has hup
	ok "$engine" kill --signal SIGUSR2 "$tag"
	soon "SIGUSR2 to be seen" log_has usr2
	ok "$engine" kill "$tag"
	ok "$engine" wait "$tag"
	is 137
}

kill_of_a_stopped_container_is_an_error() {
	ok "$engine" run --name "$tag" "$image" true
	fails "$engine" kill "$tag"
	says running
}

signals_to_the_engines_run_reach_the_program() {
	"$engine" run --name "$tag" "$image" sh -c 'trap "exit 7" CONT; echo on; while :; do sleep 0.1; done' >out 2>err &
	soon "the program to be on" log_has on
	# The engine begins to hand signals on a little later; until then this one does nothing to it.
	soon "the end of the program" is_ended_by CONT "$!"
	status=0
	wait $! || status=$?
	equal "$status" 7 "the exit code of the engine"
}

a_paused_container_is_paused() {
	ok "$engine" run --detach --name "$tag" --volume "$PWD:/there" "$image" \
		sh -c 'while :; do echo tick >>/there/ticks; sleep 0.02; done'
	soon "a tick" test -s ticks
	ok "$engine" pause "$tag"
	status_is paused || differs "a paused container" "$("$engine" ps --all)"
	local before
	before=$(wc -l <ticks)
	sleep 0.2
	equal "$(wc -l <ticks)" "$before" "the number of ticks"
	ok "$engine" unpause "$tag"
	status_is running || differs "a running container" "$("$engine" ps --all)"
	soon "further ticks" is_longer_than ticks "$before"
}

a_paused_container_can_be_removed() {
	sleeping
	ok "$engine" pause "$tag"
	ok remove "$tag"
	fails "$engine" inspect "$tag"
}

a_running_container_can_be_removed() {
	sleeping
	ok remove "$tag"
	fails "$engine" inspect "$tag"
}

restart_begins_again() {
	ok "$engine" run --detach --name "$tag" "$image" sh -c 'echo begun; exec sleep 100'
	soon "the first begin" log_has begun
	ok "$engine" restart --time 0 "$tag"
	soon "the second begin" log_has $'begun\nbegun'
}

on_failure_a_container_is_restarted() {
	ok "$engine" run --detach --restart on-failure:2 --name "$tag" "$image" sh -c 'echo try; exit 1'
	soon "three tries" log_has $'try\ntry\ntry'
	soon "the end" inspected '{{.State.Status}} {{.RestartCount}}' 'exited 2'
}

a_container_that_is_always_restarted_begins_again_until_it_is_stopped() {
	ok "$engine" run --detach --restart always --name "$tag" "$image" sh -c 'echo begun; sleep 0.2'
	soon "the third begin" log_has $'begun\nbegun\nbegun'
	soon "its end" stops_for_good
}

with_init_orphans_are_reaped() {
	ok "$engine" run --detach --init --name "$tag" "$image" \
		sh -c 'sh -c "sleep 0.1 & exit"; until ps -o pid,stat,comm >/tmp/table; ! grep sleep /tmp/table; do :; done
			cat /tmp/table; exec sleep 100'
	soon "the process table" log_has COMMAND
	ok "$engine" logs "$tag"
	matches ' 1 .*(init|catatonit)'
}

files_are_copied_both_ways() {
	sleeping
	echo content >file
	ok "$engine" cp file "$tag:/tmp/there"
	ok "$engine" exec "$tag" cat /tmp/there
	is content
	ok "$engine" cp "$tag:/etc/passwd" passwd
	equal "$(md5sum <passwd)" "$(md5sum <"$house/rootfs/etc/passwd")" "the checksum of the copy"
}

# The engine pauses it meanwhile.
a_running_container_becomes_an_image() {
	sleeping
	ok "$engine" exec "$tag" sh -c 'echo changed >/etc/motd'
	ok "$engine" commit --pause "$tag" "localhost/$tag"
	ok "$engine" exec "$tag" true
	ok "$engine" run --rm "localhost/$tag" cat /etc/motd
	is changed
	ok "$engine" rmi --force "localhost/$tag"
}
