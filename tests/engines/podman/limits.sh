# podman: limits.  What the container's own cgroup says is what counts.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

memory_and_swap_are_limited() {
	limits_swap || skip "this kernel does not count swap"
	sleeping --memory 32m --memory-swap 64m
	if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
		reads memory - memory.swap.max 33554432
	else
		reads memory memory.memsw.limit_in_bytes - 67108864
	fi
}

a_memory_reservation_is_made() {
	sleeping --memory 48m --memory-reservation 24m
	reads memory memory.soft_limit_in_bytes memory.low 25165824
}

a_program_that_takes_too_much_memory_is_ended() {
	code 137 podman run --name "$tag" --memory 16m "$image" sh -c 'x=x; while :; do x=$x$x; done'
	# podman learns it from a file that some versions of conmon write into the folder where podman was called.
	[[ -e oom ]] || ok podman inspect --format '{{.State.OOMKilled}}' "$tag"
	[[ -e oom ]] || is true
}

no_limit_on_processes_is_possible() {
	sleeping --pids-limit -1
	reads pids pids.max pids.max max
}

a_limit_beyond_what_is_allowed_is_an_error_with_its_name() {
	! can_raise_limits || skip "CAP_SYS_RESOURCE allows any limit"
	try podman run --rm --ulimit "nofile=$(($(ulimit -Hn) + 1))" --ulimit nproc=500 "$image" true
	equal "$status" 126 "the exit code"
	says RLIMIT_NOFILE
}

a_shared_memory_is_shared() {
	sleeping --ipc shareable --shm-size 3m
	ok podman exec "$tag" sh -c 'echo shared >/dev/shm/file'
	ok podman run --rm --ipc "container:$tag" "$image" sh -c 'cat /dev/shm/file; df -k /dev/shm | tail -n 1'
	matches '^shared$'
	matches ' 3072 '
}

the_hosts_limits_are_kept_on_request() {
	ok podman run --rm --ulimit host "$image" sh -c 'ulimit -Hn; ulimit -Hc'
	is "$(ulimit -Hn; ulimit -Hc)"
}
