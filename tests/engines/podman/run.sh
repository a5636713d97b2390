# podman run: the program, its streams, its end.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_program_runs_and_its_output_comes_out() {
	ok podman run --rm "$image" echo hello
	is hello
	quiet
}

the_two_output_streams_stay_apart() {
	ok podman run --rm "$image" sh -c 'echo out; echo err >&2'
	is out
	equal "$errors" err "the error stream"
}

what_is_piped_in_reaches_the_program() {
	head -c 300000 /dev/zero | tr '\0' x >in
	podman run --rm --interactive "$image" md5sum <in >out
	equal "$(cat out)" "$(md5sum <in)" "the checksum of stdin"
}

stdin_is_empty_unless_it_is_asked_for() {
	try podman run --rm "$image" cat <<<"not for the container"
	is ''
}

a_detached_container_runs_on() {
	ok podman run --detach --name "$tag" "$image" sleep 100
	matches '^[0-9a-f]{64}$'
	ok podman inspect --format '{{.State.Status}} {{.OCIRuntime}}' "$tag"
	is "running ${runtime##*/}"
}

with_a_terminal_the_program_sees_one() {
	ok script -qec "podman run --rm --tty $image sh -c 'tty; test -t 0 && test -t 1 && test -t 2 && echo yes'" /dev/null
	has /dev/pts/0
	has yes
}

a_terminal_has_the_size_of_ours() {
	# (podman tells it a little later)
	ok script -qec "stty rows 33 cols 99
		podman run --rm --tty --interactive $image sh -c 'until stty size | grep 33; do usleep 50000; done'" /dev/null
	has '33 99'
}

what_is_typed_reaches_a_terminal() {
	mkfifo keys
	script -qec "podman run --rm --tty --interactive $image sh" /dev/null <keys >screen &
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
	ok podman run --detach --interactive --name "$tag" "$image" sh -c 'read -r line; echo "got $line"; exit 4'
	printf 'one line\n' >in
	podman attach "$tag" <in >out 2>err || true
	equal "$(cat out)" 'got one line' "the attached output"
	ok podman wait "$tag"
	is 4
}

a_created_container_starts_later() {
	ok podman create --name "$tag" "$image" sh -c 'echo late; exit 3'
	ok podman inspect --format '{{.State.Status}}' "$tag"
	is created
	code 3 podman start --attach "$tag"
	is late
}

an_initialised_container_waits_at_the_gate() {
	ok podman create --name "$tag" "$image" sh -c 'echo through'
	ok podman init "$tag"
	ok podman inspect --format '{{.State.Status}}' "$tag"
	is initialized
	ok podman start --attach "$tag"
	is through
}

an_initialised_container_can_be_removed() {
	ok podman create --name "$tag" "$image" sh -c 'echo through'
	ok podman init "$tag"
	ok podman rm --force --time 0 "$tag"
	code 1 podman container exists "$tag"
}

the_log_keeps_what_was_printed() {
	ok podman run --name "$tag" "$image" sh -c 'echo first; echo second >&2'
	ok podman logs "$tag"
	is first
	equal "$errors" second "the logged error stream"
}

the_exit_code_of_the_program_is_ours() {
	local wanted
	for wanted in 1 42 255; do
		code "$wanted" podman run --rm "$image" sh -c "exit $wanted"
	done
}

an_engine_error_gives_125() {
	code 125 podman run --rm --no-such-option "$image" true
}

a_program_that_cannot_be_executed_gives_126() {
	code 126 podman run --rm "$image" /bin/not-executable
	code 126 podman run --rm "$image" /etc
}

a_missing_program_gives_127() {
	code 127 podman run --rm "$image" no-such-program
	[[ $errors != *seccomp* ]] || differs "no suspicion of the filter" "$errors"
	code 127 podman run --rm "$image" /no/such/program
}

a_program_ended_by_a_signal_gives_128_and_its_number() {
	code 143 podman run --rm --init "$image" sh -c 'kill -TERM $$; sleep 5'
	code 137 podman run --rm --init "$image" sh -c 'kill -KILL $$'
}

wait_gives_the_exit_code() {
	ok podman run --detach --name "$tag" "$image" sh -c 'sleep 0.3; exit 9'
	ok podman wait "$tag"
	is 9
}

stop_lets_the_program_end_by_itself() {
	ok podman run --detach --name "$tag" "$image" sh -c 'trap "echo bye; exit 5" TERM; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok podman stop "$tag"
	ok podman inspect --format '{{.State.ExitCode}}' "$tag"
	is 5
	ok podman logs "$tag"
	has bye
}

stop_ends_a_program_that_ignores_sigterm() {
	ok podman run --detach --name "$tag" "$image" sh -c 'trap "" TERM; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok podman stop --time 1 "$tag"
	ok podman inspect --format '{{.State.ExitCode}} {{.State.Status}}' "$tag"
	is '137 exited'
}

stop_sends_the_signal_of_the_image() {
	ok podman run --detach --stop-signal USR1 --name "$tag" "$image" \
		sh -c 'trap "exit 6" USR1; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok podman stop "$tag"
	ok podman wait "$tag"
	is 6
}

kill_sends_any_signal() {
	ok podman run --detach --name "$tag" "$image" \
		sh -c 'trap "echo hup" HUP; trap "echo usr2" USR2; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok podman kill --signal HUP "$tag"
	soon "the hang-up to be seen" log_has hup
	ok podman kill --signal SIGUSR2 "$tag"
	soon "SIGUSR2 to be seen" log_has usr2
	ok podman kill "$tag"
	ok podman wait "$tag"
	is 137
}

kill_of_a_stopped_container_is_an_error() {
	ok podman run --name "$tag" "$image" true
	code 125 podman kill "$tag"
}

signals_to_podman_run_reach_the_program() {
	podman run --name "$tag" "$image" sh -c 'trap "exit 7" CONT; echo on; while :; do sleep 0.1; done' >out 2>err &
	soon "the program to be on" log_has on
	# podman begins to hand signals on a little later; until then this one does nothing to it.
	soon "the end of the program" is_ended_by CONT "$!"
	status=0
	wait $! || status=$?
	equal "$status" 7 "the exit code of podman run"
}

a_paused_container_is_paused() {
	ok podman run --detach --name "$tag" --volume "$PWD:/there" "$image" \
		sh -c 'while :; do echo tick >>/there/ticks; sleep 0.02; done'
	soon "a tick" test -s ticks
	ok podman pause "$tag"
	ok podman inspect --format '{{.State.Status}}' "$tag"
	is paused
	local before
	before=$(wc -l <ticks)
	sleep 0.2
	equal "$(wc -l <ticks)" "$before" "the number of ticks"
	ok podman unpause "$tag"
	ok podman inspect --format '{{.State.Status}}' "$tag"
	is running
	soon "further ticks" is_longer_than ticks "$before"
}

a_paused_container_can_be_removed() {
	ok podman run --detach --name "$tag" "$image" sleep 100
	ok podman pause "$tag"
	ok podman rm --force --time 0 "$tag"
	code 1 podman container exists "$tag"
}

a_running_container_can_be_removed() {
	ok podman run --detach --name "$tag" "$image" sleep 100
	ok podman rm --force --time 0 "$tag"
	code 1 podman container exists "$tag"
}

restart_begins_again() {
	ok podman run --detach --name "$tag" "$image" sh -c 'echo begun; exec sleep 100'
	soon "the first begin" log_has begun
	ok podman restart --time 0 "$tag"
	soon "the second begin" log_has $'begun\nbegun'
}

on_failure_a_container_is_restarted() {
	ok podman run --detach --restart on-failure:2 --name "$tag" "$image" sh -c 'echo try; exit 1'
	soon "three tries" log_has $'try\ntry\ntry'
	soon "the end" status_is exited
	ok podman inspect --format '{{.RestartCount}}' "$tag"
	is 2
}

a_program_that_takes_too_long_is_ended() {
	code 255 podman run --rm --timeout 1 "$image" sleep 100
}

with_init_orphans_are_reaped() {
	ok podman run --detach --init --name "$tag" "$image" \
		sh -c 'sh -c "sleep 0.1 & exit"; until ps -o pid,stat,comm >/tmp/table; ! grep sleep /tmp/table; do :; done
			cat /tmp/table; exec sleep 100'
	soon "the process table" log_has COMMAND
	ok podman logs "$tag"
	matches ' 1 .*(init|catatonit)'
}

top_shows_the_processes() {
	ok podman run --detach --name "$tag" "$image" sleep 123
	ok podman top "$tag" pid comm args
	matches '^1 +sleep +sleep 123 *$'
}

stats_are_numbers() {
	ok podman run --detach --name "$tag" --memory 32m "$image" sleep 100
	ok podman stats --no-stream --no-reset --format '{{.Name}} {{.PIDs}} {{.MemUsage}}' "$tag"
	matches "^$tag 1 [0-9.]+[kM]?B / 33\.55MB$"
}

files_are_copied_both_ways() {
	ok podman run --detach --name "$tag" "$image" sleep 100
	echo content >file
	ok podman cp file "$tag:/tmp/there"
	ok podman exec "$tag" cat /tmp/there
	is content
	ok podman cp "$tag:/etc/passwd" passwd
	equal "$(md5sum <passwd)" "$(md5sum <"$house/rootfs/etc/passwd")" "the checksum of the copy"
}

a_changed_container_becomes_an_image() {
	ok podman run --name "$tag" "$image" sh -c 'echo changed >/etc/motd'
	ok podman commit --quiet "$tag" "localhost/$tag"
	ok podman run --rm "localhost/$tag" cat /etc/motd
	is changed
	ok podman rmi "localhost/$tag"
}

a_healthcheck_is_run_in_the_container() {
	ok podman run --detach --name "$tag" --health-cmd 'test -e /tmp/healthy' --health-interval disable "$image" sleep 100
	code 1 podman healthcheck run "$tag"
	ok podman exec "$tag" touch /tmp/healthy
	ok podman healthcheck run "$tag"
	ok podman inspect --format '{{.State.Healthcheck.Status}}' "$tag"
	is healthy
}

hooks_of_the_engine_are_run() {
	mkdir hooks
	printf '#!/bin/sh\ncat >%q\n' "$PWD/state" >hook
	chmod +x hook
	cat >hooks/test.json <<-END
		{"version": "1.0.0", "hook": {"path": "$PWD/hook"}, "when": {"always": true}, "stages": ["prestart"]}
	END
	ok podman --hooks-dir="$PWD/hooks" run --rm "$image" true
	grep -q '"status": *"creating"' state || differs "a state on the hook's stdin" "$(cat state)"
}

descriptors_are_handed_on() {
	echo 'from descriptor 3' >file
	exec 3<file
	ok podman run --rm --preserve-fds 1 "$image" sh -c 'cat <&3'
	exec 3<&-
	is 'from descriptor 3'
}

a_container_can_do_without_a_cgroup() {
	try podman run --rm --cgroups disabled "$image" cat /proc/self/cgroup
	equal "$status" 0 "the exit code"
	lacks libpod
}

the_program_is_pid_1_and_alone() {
	ok podman run --rm "$image" sh -c 'echo $$; echo /proc/[0-9]*'
	is $'1\n/proc/1'
}

no_foreign_descriptor_reaches_the_program() {
	ok podman run --rm "$image" sh -c 'ls /proc/self/fd | tr "\n" " "'
	is '0 1 2 3 '
}

a_container_that_is_always_restarted_begins_again_until_it_is_stopped() {
	ok podman run --detach --restart always --name "$tag" "$image" sh -c 'echo begun; sleep 0.2'
	soon "the third begin" log_has $'begun\nbegun\nbegun'
	ok podman stop --time 0 "$tag"
	soon "its end" status_is exited
}

events_tell_the_life_of_a_container() {
	code 3 podman run --name "$tag" "$image" sh -c 'exit 3'
	soon "the last event" has_event "$tag" died
	ok podman events --stream=false --since 1h --filter "container=$tag" --format '{{.Status}}'
	has $'create\n'
	has start
	has died
}

attach_lets_go_by_its_keys() {
	ok podman run --detach --tty --interactive --name "$tag" "$image" sh
	mkfifo keys
	exec 3<>keys
	script -qec "podman attach --detach-keys ctrl-a,x $tag" /dev/null <keys >screen &
	echo 'echo typed $((20 + 3))' >&3
	soon "an answer" grep -q 'typed 23' screen
	soon "the end of podman attach" lets_go $!
	exec 3>&-
	status_is running || differs "a running container" "$(podman ps --all)"
}

an_ill_container_is_ended_on_request() {
	ok podman run --detach --name "$tag" --health-cmd false --health-interval disable --health-retries 1 \
		--health-on-failure kill "$image" sleep 1000
	code 1 podman healthcheck run "$tag"
	ok podman wait "$tag"
	is 137
}

hooks_of_all_kinds_are_run_in_their_order() {
	local kind
	mkdir hooks
	cat >hook <<-END
		#!/bin/sh
		echo "\$1 \$(sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p')" >>"$PWD/order"
	END
	chmod +x hook
	for kind in prestart createRuntime poststart poststop; do
		printf '{"version": "1.0.0", "hook": {"path": "%s", "args": ["hook", "%s"]}, "when": {"always": true}, "stages": ["%s"]}\n' \
			"$PWD/hook" "$kind" "$kind" >"hooks/$kind.json"
	done
	ok podman --hooks-dir="$PWD/hooks" run --name "$tag" "$image" true
	ok podman rm "$tag"
	equal "$(cat order)" $'prestart creating\ncreateRuntime creating\npoststart running\npoststop stopped' "the hooks"
}

files_are_copied_where_nothing_runs() {
	ok podman create --name "$tag" "$image" cat /tmp/there
	echo content >file
	ok podman cp file "$tag:/tmp/there"
	ok podman start --attach "$tag"
	is content
	ok podman cp "$tag:/tmp/there" back
	equal "$(cat back)" content "the copy"
}

files_are_copied_from_a_paused_container() {
	sleeping
	ok podman exec "$tag" sh -c 'echo content >/tmp/there'
	ok podman pause "$tag"
	ok podman cp "$tag:/tmp/there" back
	ok podman unpause "$tag"
	equal "$(cat back)" content "the copy"
}

# podman pauses it meanwhile.
a_running_container_becomes_an_image() {
	sleeping
	ok podman exec "$tag" sh -c 'echo changed >/etc/motd'
	ok podman commit --quiet --pause "$tag" "localhost/$tag"
	ok podman exec "$tag" true
	ok podman run --rm "localhost/$tag" cat /etc/motd
	is changed
	ok podman rmi "localhost/$tag"
}

top_takes_arguments_of_ps() {
	ok podman run --detach --name "$tag" "$image" sleep 123
	ok podman top "$tag" -o pid,args
	matches ' 1 sleep 123 *$'
}

a_checkpoint_is_refused_with_a_reason() {
	sleeping
	code 125 podman container checkpoint "$tag"
	says 'does not support checkpoint'
	status_is running || differs "a running container" "$(podman ps --all)"
}
