# podman run: the program, its streams, its end.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

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

stop_sends_the_signal_of_the_image() {
	ok podman run --detach --stop-signal USR1 --name "$tag" "$image" \
		sh -c 'trap "exit 6" USR1; echo on; while :; do sleep 0.1; done'
	soon "the program to be on" log_has on
	ok podman stop "$tag"
	ok podman wait "$tag"
	is 6
}

a_program_that_takes_too_long_is_ended() {
	code 255 podman run --rm --timeout 1 "$image" sleep 100
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

top_takes_arguments_of_ps() {
	ok podman run --detach --name "$tag" "$image" sleep 123
	ok podman top "$tag" -o pid,args
	matches ' 1 sleep 123 *$'
}

a_checkpoint_that_fails_has_a_reason_and_leaves_the_container() {
	sleeping
	try podman container checkpoint "$tag"
	[[ $status != 0 ]] || skip "CRIU works here"
	[[ ${errors,,} = *criu* ]] || differs "what CRIU has to do with it" "$errors"
	status_is running || differs "a running container" "$(podman ps --all)"
}
