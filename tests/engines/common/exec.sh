# exec: a further process in a running container.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

exec_runs_a_program_in_the_container() {
	sleeping --hostname inside
	ok "$engine" exec "$tag" hostname
	is inside
	quiet
}

exec_takes_input() {
	sleeping
	echo 'some input' >in
	"$engine" exec --interactive "$tag" tr a-z A-Z <in >out
	equal "$(cat out)" 'SOME INPUT' "the output"
}

exec_gives_the_exit_code_of_the_program() {
	sleeping
	code 33 "$engine" exec "$tag" sh -c 'exit 33'
	code 137 "$engine" exec "$tag" sh -c 'kill -KILL $$'
}

exec_with_a_terminal_has_one() {
	sleeping
	ok script -qec "$engine exec -t $tag sh -c 'tty; test -t 0 && test -t 1 && echo yes'" /dev/null
	has /dev/pts/
	has yes
	# (the engine may tell it a little later)
	ok script -qec "stty rows 31 cols 77; $engine exec -it $tag sh -c 'until stty size | grep 31; do usleep 50000; done'" /dev/null
	has '31 77'
}

exec_takes_user_environment_and_directory() {
	sleeping
	ok "$engine" exec --user tester --env 'WORD=a b' --workdir /usr "$tag" sh -c 'id -un; id -G; echo "$WORD $PWD $HOME"'
	is $'tester\n1000 3000\na b /usr /home/tester'
	ok "$engine" exec --user 1234:4321 "$tag" sh -c 'id -u; id -g'
	is $'1234\n4321'
}

exec_runs_in_the_background() {
	sleeping
	ok "$engine" exec --detach "$tag" sh -c 'echo done >/tmp/done; sleep 1000'
	soon "the file that it writes" "$engine" exec "$tag" test -s /tmp/done
}

exec_can_be_privileged() {
	sleeping
	code 1 "$engine" exec "$tag" mount -t tmpfs none /tmp
	ok "$engine" exec --privileged "$tag" sed -n 's/^CapEff:\t//p' /proc/self/status
	is "$(known_capabilities)"
}

exec_in_a_paused_container_is_refused() {
	sleeping
	ok "$engine" pause "$tag"
	fails "$engine" exec "$tag" true
	ok "$engine" unpause "$tag"
	ok "$engine" exec "$tag" true
}

exec_in_a_stopped_container_is_refused() {
	ok "$engine" run --name "$tag" "$image" true
	fails "$engine" exec "$tag" true
	says running
}

twenty_execs_at_once_all_run() {
	local i running=()
	sleeping
	for ((i = 0; i < 20; i++)); do
		"$engine" exec "$tag" sh -c "echo $i; exit $i" >"out$i" 2>"err$i" &
		running+=($!)
	done
	crowd_ends 20
}
