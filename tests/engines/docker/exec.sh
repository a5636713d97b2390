# docker exec: a further process in a running container.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

exec_runs_a_program_in_the_container() {
	sleeping --hostname inside
	ok docker exec "$tag" hostname
	is inside
	quiet
}

exec_takes_input() {
	sleeping
	echo 'some input' >in
	docker exec --interactive "$tag" tr a-z A-Z <in >out
	equal "$(cat out)" 'SOME INPUT' "the output"
}

exec_gives_the_exit_code_of_the_program() {
	sleeping
	code 33 docker exec "$tag" sh -c 'exit 33'
	code 137 docker exec "$tag" sh -c 'kill -KILL $$'
}

# (126 is what docker 20.10 makes of either.)
exec_of_what_cannot_be_executed_gives_126() {
	sleeping
	code 126 docker exec "$tag" no-such-program
	has 'exec: "no-such-program": executable file not found in $PATH'
	code 126 docker exec "$tag" /bin/not-executable
	has 'permission denied'
}

exec_with_a_terminal_has_one() {
	sleeping
	ok script -qec "docker exec -t $tag sh -c 'tty; test -t 0 && test -t 1 && echo yes'" /dev/null
	has /dev/pts/
	has yes
	ok script -qec "stty rows 31 cols 77; docker exec -it $tag sh -c 'until stty size | grep 31; do usleep 50000; done'" /dev/null
	has '31 77'
}

exec_takes_user_environment_and_directory() {
	sleeping
	ok docker exec --user tester --env 'WORD=a b' --workdir /usr "$tag" sh -c 'id -un; id -G; echo "$WORD $PWD $HOME"'
	is $'tester\n1000 3000\na b /usr /home/tester'
}

exec_runs_in_the_background() {
	sleeping
	ok docker exec --detach "$tag" sh -c 'echo done >/tmp/done; sleep 1000'
	soon "the file that it writes" docker exec "$tag" test -s /tmp/done
}

exec_can_be_privileged() {
	sleeping
	code 1 docker exec "$tag" mount -t tmpfs none /tmp
	ok docker exec --privileged "$tag" sed -n 's/^CapEff:\t//p' /proc/self/status
	is "$(known_capabilities)"
}

exec_in_a_stopped_container_is_refused() {
	ok docker run --name "$tag" "$image" true
	code 1 docker exec "$tag" true
	says 'is not running'
}

twenty_execs_at_once_all_run() {
	local i running=()
	sleeping
	for ((i = 0; i < 20; i++)); do
		docker exec "$tag" sh -c "echo $i; exit $i" >"out$i" 2>"err$i" &
		running+=($!)
	done
	crowd_ends 20
}
