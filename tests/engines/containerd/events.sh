# containerd by ctr: what it notices of its tasks, and what outlives it.
# shellcheck shell=bash disable=SC2016,SC2094,SC2154  # what is in single quotes is for the container

events_tell_the_life_of_a_task() {
	ctr events >events &
	local listener=$!
	soon "a listener" hears_events
	ok ctr run --detach "$image" "$tag" sleep 1000
	ok ctr task exec --exec-id one "$tag" true
	ok ctr task pause "$tag"
	ok ctr task resume "$tag"
	ok ctr task kill --signal KILL "$tag"
	soon "the end" event_is exit "\"id\":\"$tag\".*\"exit_status\":137"
	ok ctr task delete "$tag"
	soon "the last event" event_is delete "\"exit_status\":137"
	kill "$listener"
	local kind
	for kind in create start exec-added exec-started paused resumed; do
		event_is "$kind" '' || differs "an event: $kind" "$(cat events)"
	done
}

running_out_of_memory_is_an_event() {
	ctr events >events &
	local listener=$!
	soon "a listener" hears_events
	code 137 ctr run --rm --memory-limit 16777216 "$image" "$tag" sh -c 'x=x; while :; do x=$x$x; done'
	soon "the event" event_is oom ''
	kill "$listener"
}

# alone: the other tasks need containerd
a_task_that_ends_without_containerd_is_known_to_have_ended() {
	ok ctr run --detach "$image" "$tag" sh -c 'trap "exit 5" TERM; while :; do sleep 0.1; done'
	ok ctr run --detach "$image" "$tag-other" sleep 1000
	local one other
	one=$(pid_of_task) other=$(ctr task list | sed -n "s/^$tag-other  *\([0-9]*\) .*/\1/p")
	stop_containerd
	soon "the end of the program" is_ended_by TERM "$one"
	start_containerd
	soon "that containerd knows it" task_is STOPPED
	ok ctr task delete "$tag"
	says 'exit code 5'
	kill -0 "$other"
	ok ctr task exec --exec-id one "$tag-other" echo alive
	is alive
}

# containerd then calls the runtime itself, by `delete --force`.
a_task_whose_shim_is_killed_is_removed() {
	sleeping
	local first shim
	first=$(pid_of_task)
	shim=$(sed -n 's/^PPid:\t//p' "/proc/$first/status")
	kill -KILL "$shim"
	soon "the end of the container" is_gone "$first"
	soon "an unknown container" runtime_forgets "$tag"
	try ctr task delete --force "$tag"
	soon "its removal" ctr container delete "$tag"
}

attach_shows_what_is_printed() {
	mkfifo keys
	ok script -qec "ctr run --detach --tty $image $tag sh -c 'read -r line; echo got \$line; exit 4'" /dev/null
	exec 3<>keys
	script -qec "ctr task attach $tag" /dev/null <keys >screen &
	echo 'one line' >&3
	status=0
	wait $! || status=$?
	exec 3>&-
	equal "$status" 4 "the exit code"
	grep -q 'got one line' screen || differs "what it printed" "$(cat screen)"
}

exec_runs_in_the_background_and_is_killed() {
	sleeping
	ok ctr task exec --detach --exec-id one "$tag" sleep 2345
	soon "its process" processes_are 1 'sleep 2345'
	ok ctr task kill --exec-id one --signal KILL "$tag"
	soon "its end" processes_are 0 'sleep 2345'
	task_is RUNNING || differs "a running task" "$(ctr task list)"
}
