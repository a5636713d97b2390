# containerd by ctr: tasks.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_program_runs_and_its_output_comes_out() {
	ok ctr run --rm "$image" "$tag" sh -c 'echo hello; echo trouble >&2'
	is hello
	equal "$errors" trouble "the error stream"
}

the_exit_code_of_the_program_is_ours() {
	local wanted
	for wanted in 1 42 255; do
		code "$wanted" ctr run --rm "$image" "$tag-$wanted" sh -c "exit $wanted"
	done
}

a_program_ended_by_a_signal_gives_128_and_its_number() {
	ok ctr run --detach "$image" "$tag" sleep 1000
	ok ctr task kill --signal KILL "$tag"
	soon "its end" task_is STOPPED
	ok ctr task delete "$tag"
	says 'exit code 137'
}

what_is_piped_in_reaches_the_program() {
	# (ctr 1.6 does not hand on the end of its input)
	try ctr run --rm "$image" "$tag" sh -c 'read -r line; echo "got $line"' <<<'some input'
	is 'got some input'
}

a_detached_task_is_listed() {
	sleeping
	task_is RUNNING || differs "a running task" "$(ctr task list)"
	ok ctr task ps "$tag"
	matches "^$(pid_of_task) "
}

with_a_terminal_the_program_sees_one() {
	ok script -qec "ctr run --rm --tty $image $tag sh -c 'tty; test -t 0 && test -t 1 && test -t 2 && echo yes'" /dev/null
	has /dev/pts/0
	has yes
}

a_missing_program_is_told_by_its_name() {
	try ctr run --rm "$image" "$tag" no-such-program
	equal "$status" 1 "the exit code"
	says '"no-such-program"'
	says 'executable file not found in $PATH'
}

a_created_container_can_be_deleted() {
	ok ctr container create "$image" "$tag"
	ok ctr container delete "$tag"
}

kill_sends_any_signal() {
	ok ctr run --detach --log-uri "file://$PWD/log" "$image" "$tag" \
		sh -c 'trap "echo hup" HUP; trap "exit 5" TERM; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" grep -q on log
	ok ctr task kill --signal HUP "$tag"
	soon "the hang-up to be seen" grep -q hup log
	ok ctr task kill "$tag"
	soon "its end" task_is STOPPED
	ok ctr task delete "$tag"
	says 'exit code 5'
}

kill_reaches_all_processes_on_request() {
	ok ctr run --detach "$image" "$tag" sh -c '(sleep 5432 &); (sleep 5432 &); exec sleep 5432'
	soon "three processes" processes_are 3 'sleep 5432'
	ok ctr task kill --all --signal KILL "$tag"
	soon "their end" processes_are 0 'sleep 5432'
}

kill_of_an_ended_task_says_that_it_is_gone() {
	ok ctr run --detach "$image" "$tag" true
	soon "its end" task_is STOPPED
	code 1 ctr task kill "$tag"
	says 'process already finished'
}

a_paused_task_is_paused() {
	ok ctr run --detach --mount "type=bind,src=$PWD,dst=/there,options=rbind:rw" "$image" "$tag" \
		sh -c 'while :; do echo tick >>/there/ticks; sleep 0.02; done'
	soon "a tick" test -s ticks
	ok ctr task pause "$tag"
	task_is PAUSED || differs "a paused task" "$(ctr task list)"
	local before
	before=$(wc -l <ticks)
	sleep 0.2
	equal "$(wc -l <ticks)" "$before" "the number of ticks"
	ok ctr task resume "$tag"
	task_is RUNNING || differs "a running task" "$(ctr task list)"
	soon "further ticks" is_longer_than ticks "$before"
}

a_running_task_is_deleted_by_force() {
	sleeping
	try ctr task delete --force "$tag"
	ok ctr container delete "$tag"
}

metrics_are_numbers() {
	sleeping --memory-limit 33554432
	ok ctr task metrics "$tag"
	matches '^(memory\.usage_in_bytes|memory\.usage|usage) +[0-9]+'
}

exec_runs_a_program_in_the_task() {
	sleeping
	ok ctr task exec --exec-id one "$tag" sh -c 'echo $((20 + 3))'
	is 23
	code 7 ctr task exec --exec-id two "$tag" sh -c 'exit 7'
}

exec_takes_user_and_directory() {
	sleeping
	ok ctr task exec --exec-id one --user 1000:1000 --cwd /usr "$tag" sh -c 'id -u; pwd'
	is $'1000\n/usr'
}

exec_with_a_terminal_has_one() {
	sleeping
	ok script -qec "ctr task exec --exec-id one --tty $tag sh -c 'tty; test -t 0 && echo yes; sleep 1'" /dev/null
	has /dev/pts/
	has yes
}

exec_of_a_missing_program_is_told_by_its_name() {
	sleeping
	code 1 ctr task exec --exec-id one "$tag" no-such-program
	says '"no-such-program"'
	says 'executable file not found in $PATH'
}

exec_in_a_paused_task_is_refused() {
	sleeping
	ok ctr task pause "$tag"
	code 1 ctr task exec --exec-id one "$tag" true
	says paused
	ok ctr task resume "$tag"
}

# alone: the other tasks need containerd
a_task_outlives_containerd() {
	sleeping
	local before
	before=$(pid_of_task)
	stop_containerd
	start_containerd
	equal "$(pid_of_task)" "$before" "the pid of the task behind the restart"
	ok ctr task exec --exec-id one "$tag" echo alive
	is alive
	ok ctr task kill --signal KILL "$tag"
	soon "its end" task_is STOPPED
}

twenty_tasks_at_once_all_run() {
	# They write to a file: a shim that gets no processor for two seconds gives up what they print.
	local i running=()
	for ((i = 0; i < 20; i++)); do
		ctr run --rm --mount "type=bind,src=$PWD,dst=/there,options=rbind:rw" "$image" "$tag-$i" \
			sh -c "echo $i >/there/out$i; exit $i" 2>"err$i" &
		running+=($!)
	done
	crowd_ends 20
}
