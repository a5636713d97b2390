# podman exec: a further process in a running container.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

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

exec_in_a_missing_directory_is_told_by_its_name() {
	sleeping
	try podman exec --workdir /no/such/directory "$tag" true
	equal "$status" 127 "the exit code"
	says /no/such/directory
}

exec_that_is_privileged_can_mount() {
	sleeping
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
