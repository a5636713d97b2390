# podman exec: a further process in a running container.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

exec_runs_a_program_in_the_container() {
	sleeping --hostname inside
	ok podman exec "$tag" hostname
	is inside
	quiet
}

exec_takes_input() {
	sleeping
	echo 'some input' >in
	podman exec --interactive "$tag" tr a-z A-Z <in >out
	equal "$(cat out)" 'SOME INPUT' "the output"
}

exec_gives_the_exit_code_of_the_program() {
	sleeping
	code 33 podman exec "$tag" sh -c 'exit 33'
	code 137 podman exec "$tag" sh -c 'kill -KILL $$'
}

exec_of_a_missing_program_gives_127() {
	sleeping
	code 127 podman exec "$tag" no-such-program
	code 127 podman exec "$tag" /no/such/program
}

exec_of_what_is_no_program_gives_126() {
	sleeping
	code 126 podman exec "$tag" /bin/not-executable
	code 126 podman exec "$tag" /etc
}

exec_with_a_terminal_has_one() {
	sleeping
	ok script -qec "podman exec -t $tag sh -c 'tty; test -t 0 && test -t 1 && echo yes'" /dev/null
	has /dev/pts/
	has yes
	ok script -qec "stty rows 31 cols 77; podman exec -it $tag sh -c 'until stty size | grep 31; do usleep 50000; done'" /dev/null
	has '31 77'
}

exec_takes_user_environment_and_directory() {
	sleeping
	ok podman exec --user tester --env 'WORD=a b' --workdir /usr "$tag" sh -c 'id -un; id -G; echo "$WORD $PWD $HOME"'
	is $'tester\n1000 3000\na b /usr /home/tester'
	ok podman exec --user 1234:4321 "$tag" sh -c 'id -u; id -g'
	is $'1234\n4321'
}

exec_runs_in_the_background() {
	sleeping
	ok podman exec --detach "$tag" sh -c 'echo done >/tmp/done; sleep 1000'
	soon "the file that it writes" podman exec "$tag" test -s /tmp/done
}

exec_in_a_missing_directory_is_told_by_its_name() {
	sleeping
	try podman exec --workdir /no/such/directory "$tag" true
	equal "$status" 127 "the exit code"
	says /no/such/directory
}

exec_in_a_paused_container_is_refused() {
	sleeping
	ok podman pause "$tag"
	code 255 podman exec "$tag" true
	ok podman unpause "$tag"
	ok podman exec "$tag" true
}

exec_in_a_stopped_container_is_refused() {
	ok podman run --name "$tag" "$image" true
	code 255 podman exec "$tag" true
	says 'running'
}

exec_can_be_privileged() {
	sleeping
	code 1 podman exec "$tag" mount -t tmpfs none /tmp
	ok podman exec --privileged "$tag" sh -c 'grep CapEff /proc/self/status'
	ok podman exec --privileged "$tag" mount -t tmpfs none /tmp
}

exec_hands_descriptors_on() {
	sleeping
	echo 'from descriptor 3' >file
	exec 3<file
	ok podman exec --preserve-fds 1 "$tag" sh -c 'cat <&3'
	exec 3<&-
	is 'from descriptor 3'
}

exec_shares_the_limits_of_the_container() {
	sleeping --memory 40m
	ok podman exec "$tag" cat /proc/self/cgroup
	equal "$(sort <<<"$output")" "$(podman exec "$tag" cat /proc/1/cgroup | sort)" "the cgroups of exec"
}

exec_has_no_more_capabilities_than_the_container() {
	sleeping --cap-drop all --cap-add chown
	ok podman exec "$tag" sh -c 'grep -E "Cap(Prm|Eff|Bnd)" /proc/self/status | sort -u'
	is $'CapBnd:\t0000000000000001\nCapEff:\t0000000000000001\nCapPrm:\t0000000000000001'
}

ten_execs_in_a_row_leave_nothing() {
	local i
	sleeping
	for ((i = 0; i < 10; i++)); do
		ok podman exec "$tag" echo "$i"
		is "$i"
	done
	ok podman top "$tag" pid
	equal "$(wc -l <<<"$output")" 2 "lines of podman top"
}

twenty_execs_at_once_all_run() {
	local i running=()
	sleeping
	for ((i = 0; i < 20; i++)); do
		podman exec "$tag" echo "$i" >"out$i" 2>"err$i" &
		running+=($!)
	done
	for ((i = 0; i < 20; i++)); do
		wait "${running[i]}" || differs "exec $i to succeed" "$(cat "err$i")"
		equal "$(cat "out$i")" "$i" "output of exec $i"
	done
}
