# docker run: the program, its streams, its life and its end.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_program_runs_and_its_output_comes_out() {
	ok docker run --rm "$image" sh -c 'echo out; echo err >&2'
	is out
	equal "$errors" err "the error stream"
}

what_is_piped_in_reaches_the_program() {
	head -c 300000 /dev/zero | tr '\0' x >in
	docker run --rm --interactive "$image" md5sum <in >out
	equal "$(cat out)" "$(md5sum <in)" "the checksum of stdin"
}

a_detached_container_runs_on() {
	sleeping
	ok docker inspect --format '{{.State.Status}} {{.HostConfig.Runtime}}' "$tag"
	is 'running oci-rt'
}

with_a_terminal_the_program_sees_one() {
	ok script -qec "docker run --rm --tty $image sh -c 'tty; test -t 0 && test -t 1 && test -t 2 && echo yes'" /dev/null
	has /dev/pts/0
	has yes
}

a_terminal_has_the_size_of_ours() {
	ok script -qec "stty rows 33 cols 99
		docker run --rm --tty --interactive $image sh -c 'until stty size | grep 33; do usleep 50000; done'" /dev/null
	has '33 99'
}

what_is_typed_reaches_a_terminal() {
	mkfifo keys
	script -qec "docker run --rm --tty --interactive $image sh" /dev/null <keys >screen &
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

attach_shows_output_and_the_exit_code() {
	ok docker run --detach --interactive --name "$tag" "$image" sh -c 'read -r line; echo "got $line"; read -r line; exit 4'
	mkfifo keys
	exec 3<>keys
	docker attach "$tag" <keys >out &
	echo 'one line' >&3
	soon "the output" grep -qx 'got one line' out
	echo 'another' >&3
	status=0
	wait $! || status=$?
	exec 3>&-
	equal "$status" 4 "the exit code"
}

a_created_container_starts_later() {
	ok docker create --name "$tag" "$image" sh -c 'echo late; exit 3'
	status_is created || differs "a created container" "$(docker ps --all)"
	code 3 docker start --attach "$tag"
	is late
}

the_log_keeps_what_was_printed() {
	ok docker run --name "$tag" "$image" sh -c 'echo first; echo second >&2'
	ok docker logs "$tag"
	is first
	equal "$errors" second "the logged error stream"
}

the_exit_code_of_the_program_is_ours() {
	local wanted
	for wanted in 1 42 255; do
		code "$wanted" docker run --rm "$image" sh -c "exit $wanted"
	done
}

an_engine_error_gives_125() {
	code 125 docker run --rm --no-such-option "$image" true
}

a_program_that_cannot_be_executed_gives_126() {
	code 126 docker run --rm "$image" /bin/not-executable
	says 'permission denied'
	code 126 docker run --rm "$image" /etc
}

a_missing_program_gives_127() {
	code 127 docker run --rm "$image" no-such-program
	says 'exec: "no-such-program": executable file not found in $PATH'
	code 127 docker run --rm "$image" /no/such/program
	says '"/no/such/program"'
}

a_program_ended_by_a_signal_gives_128_and_its_number() {
	code 143 docker run --rm --init "$image" sh -c 'kill -TERM $$; sleep 5'
	code 137 docker run --rm --init "$image" sh -c 'kill -KILL $$'
}

wait_gives_the_exit_code() {
	ok docker run --detach --name "$tag" "$image" sh -c 'sleep 0.3; exit 9'
	ok docker wait "$tag"
	is 9
}

stop_lets_the_program_end_by_itself() {
	ok docker run --detach --name "$tag" "$image" sh -c 'trap "echo bye; exit 5" TERM; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok docker stop "$tag"
	inspected '{{.State.ExitCode}}' 5 || differs "exit code 5" "$(docker inspect "$tag")"
	log_has bye || differs "a last word" "$(docker logs "$tag")"
}

stop_ends_a_program_that_ignores_sigterm() {
	ok docker run --detach --name "$tag" "$image" sh -c 'trap "" TERM; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok docker stop --time 1 "$tag"
	inspected '{{.State.ExitCode}} {{.State.Status}}' '137 exited' || differs "137" "$(docker inspect "$tag")"
}

kill_sends_any_signal() {
	ok docker run --detach --name "$tag" "$image" \
		sh -c 'trap "echo hup" HUP; trap "echo usr2" USR2; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok docker kill --signal HUP "$tag"
	soon "the hang-up to be seen" log_has hup
	ok docker kill --signal SIGUSR2 "$tag"
	soon "SIGUSR2 to be seen" log_has usr2
	ok docker kill "$tag"
	ok docker wait "$tag"
	is 137
	code 1 docker kill "$tag"
	says 'is not running'
}

signals_to_docker_run_reach_the_program() {
	docker run --name "$tag" "$image" sh -c 'trap "exit 7" USR1; echo on; while :; do sleep 0.1; done' >out 2>err &
	soon "the program to be on" grep -q on out
	soon "the end of the program" is_ended_by USR1 "$!"
	status=0
	wait $! || status=$?
	equal "$status" 7 "the exit code of docker run"
}

a_paused_container_is_paused() {
	ok docker run --detach --name "$tag" --volume "$PWD:/there" "$image" \
		sh -c 'while :; do echo tick >>/there/ticks; sleep 0.02; done'
	soon "a tick" test -s ticks
	ok docker pause "$tag"
	status_is paused || differs "a paused container" "$(docker ps)"
	code 1 docker exec "$tag" true
	says paused
	local before
	before=$(wc -l <ticks)
	sleep 0.2
	equal "$(wc -l <ticks)" "$before" "the number of ticks"
	ok docker unpause "$tag"
	soon "further ticks" is_longer_than ticks "$before"
}

a_paused_container_can_be_removed() {
	sleeping
	ok docker pause "$tag"
	ok docker rm --force "$tag"
	code 1 docker inspect "$tag"
}

restart_begins_again() {
	ok docker run --detach --name "$tag" "$image" sh -c 'echo begun; exec sleep 100'
	soon "the first begin" log_has begun
	ok docker restart --time 0 "$tag"
	soon "the second begin" log_has $'begun\nbegun'
}

on_failure_a_container_is_restarted() {
	ok docker run --detach --restart on-failure:2 --name "$tag" "$image" sh -c 'echo try; exit 1'
	soon "three tries" log_has $'try\ntry\ntry'
	soon "the end" inspected '{{.State.Status}} {{.RestartCount}}' 'exited 2'
}

a_container_that_is_always_restarted_begins_again_until_it_is_stopped() {
	ok docker run --detach --restart always --name "$tag" "$image" sh -c 'echo begun; sleep 0.2'
	soon "the third begin" log_has $'begun\nbegun\nbegun'
	ok docker stop --time 0 "$tag"
	status_is exited || differs "an end" "$(docker ps --all)"
}

with_init_orphans_are_reaped() {
	ok docker run --detach --init --name "$tag" "$image" \
		sh -c 'sh -c "sleep 0.1 & exit"; until ps -o pid,stat,comm >/tmp/table; ! grep sleep /tmp/table; do :; done
			cat /tmp/table; exec sleep 100'
	soon "the process table" log_has COMMAND
	ok docker logs "$tag"
	matches ' 1 .*docker-init'
}

top_shows_the_processes() {
	ok docker run --detach --name "$tag" "$image" sleep 123
	ok docker top "$tag" -o pid,args
	matches "^$(docker inspect --format '{{.State.Pid}}' "$tag") +sleep 123 *\$"
}

stats_are_numbers() {
	sleeping --memory 32m
	ok docker stats --no-stream --format '{{.Name}} {{.PIDs}} {{.MemUsage}}' "$tag"
	matches "^$tag 1 [0-9.]+[KM]?iB / 32MiB\$"
}

files_are_copied_both_ways() {
	sleeping
	echo content >file
	ok docker cp file "$tag:/tmp/there"
	ok docker exec "$tag" cat /tmp/there
	is content
	ok docker cp "$tag:/etc/passwd" passwd
	equal "$(md5sum <passwd)" "$(md5sum <"$house/rootfs/etc/passwd")" "the checksum of the copy"
}

# docker commit pauses the container meanwhile.
a_running_container_becomes_an_image() {
	sleeping
	ok docker exec "$tag" sh -c 'echo changed >/etc/motd'
	ok docker commit "$tag" "localhost/$tag"
	ok docker exec "$tag" true
	ok docker run --rm "localhost/$tag" cat /etc/motd
	is changed
	ok docker rmi --force "localhost/$tag"
}

changes_are_listed_and_nothing_else() {
	ok docker run --name "$tag" "$image" touch /var/lib/mine
	ok docker diff "$tag"
	is $'C /var\nC /var/lib\nA /var/lib/mine'
}

a_healthcheck_is_run_in_the_container() {
	ok docker run --detach --name "$tag" --health-cmd 'test -e /tmp/healthy' --health-interval 200ms --health-retries 1 \
		"$image" sleep 100
	soon "a bad state of health" inspected '{{.State.Health.Status}}' unhealthy
	ok docker exec "$tag" touch /tmp/healthy
	soon "a good one" inspected '{{.State.Health.Status}}' healthy
}

events_tell_the_life_of_a_container() {
	code 3 docker run --name "$tag" "$image" sh -c 'exit 3'
	soon "its end" has_event 'die 3'
	soon "its making" has_event 'create .*'
	soon "its begin" has_event 'start .*'
}

running_out_of_memory_is_an_event() {
	code 137 docker run --name "$tag" --memory 16m "$image" sh -c 'x=x; while :; do x=$x$x; done'
	inspected '{{.State.OOMKilled}}' true || differs "OOMKilled" "$(docker inspect --format '{{json .State}}' "$tag")"
	soon "the event" has_event 'oom .*'
}

twenty_containers_at_once_all_run() {
	local i running=()
	for ((i = 0; i < 20; i++)); do
		docker run --rm --name "$tag-$i" "$image" sh -c "echo $i; exit $i" >"out$i" 2>"err$i" &
		running+=($!)
	done
	crowd_ends 20
}

# alone: the other containers need dockerd
a_container_outlives_dockerd() {
	ok docker run --detach --name "$tag" --volume "$PWD:/there" "$image" \
		sh -c 'trap "exit 6" TERM; while :; do echo tick >>/there/ticks; sleep 0.02; done'
	local before
	before=$(docker inspect --format '{{.State.Pid}}' "$tag")
	stop_docker
	kill -0 "$before"
	start_docker
	inspected '{{.State.Pid}}' "$before" || differs "the same pid as before, $before" "$(docker inspect "$tag")"
	ok docker exec "$tag" test -s /there/ticks
	ok docker stop "$tag"
	inspected '{{.State.ExitCode}}' 6 || differs "exit code 6" "$(docker inspect "$tag")"
}
