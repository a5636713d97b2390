# podman: limits.  What the container's own cgroup says is what counts.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

memory_is_limited() {
	sleeping --memory 48m
	reads memory memory.limit_in_bytes memory.max 50331648
}

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

processor_time_is_limited() {
	sleeping --cpus 0.5
	if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
		reads cpu - cpu.max '50000 100000'
	else
		reads cpu cpu.cfs_quota_us - 50000
		reads cpu cpu.cfs_period_us - 100000
	fi
}

processor_time_has_a_weight() {
	sleeping --cpu-shares 512
	reads cpu cpu.shares cpu.weight 512 59
}

processors_are_limited() {
	sleeping --cpuset-cpus 0
	reads cpuset cpuset.cpus cpuset.cpus 0
	ok podman exec "$tag" sh -c 'grep Cpus_allowed_list /proc/self/status'
	is $'Cpus_allowed_list:\t0'
}

the_number_of_processes_is_limited() {
	sleeping --pids-limit 7
	reads pids pids.max pids.max 7
	try podman exec "$tag" sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 5 & done; wait'
	says "can't fork"
}

no_limit_on_processes_is_possible() {
	sleeping --pids-limit -1
	reads pids pids.max pids.max max
}

limits_are_changed_while_it_runs() {
	sleeping --memory 64m --cpus 1 --pids-limit 50
	ok podman update --memory 96m --cpus 0.25 "$tag"
	reads memory memory.limit_in_bytes memory.max 100663296
	if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
		reads cpu - cpu.max '25000 100000'
	else
		reads cpu cpu.cfs_quota_us - 25000
	fi
	reads pids pids.max pids.max 50
}

limits_of_the_process_are_set() {
	ok podman run --rm --ulimit nofile=100:200 --ulimit core=0:0 --ulimit nproc=500:600 "$image" sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'
	is $'100\n200\n0'
}

a_limit_beyond_what_is_allowed_is_an_error_with_its_name() {
	! can_raise_limits || skip "CAP_SYS_RESOURCE allows any limit"
	try podman run --rm --ulimit "nofile=$(($(ulimit -Hn) + 1))" --ulimit nproc=500 "$image" true
	equal "$status" 126 "the exit code"
	says RLIMIT_NOFILE
}

the_oom_score_is_set() {
	ok podman run --rm --oom-score-adj 321 "$image" cat /proc/self/oom_score_adj
	is 321
}

shared_memory_has_its_size() {
	ok podman run --rm --shm-size 3m "$image" sh -c 'df -k /dev/shm | tail -n 1'
	matches ' 3072 '
}

devices_are_few() {
	ok podman run --rm "$image" sh -c 'ls /dev | grep -vx core'
	is $'fd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero'
	try podman run --rm --cap-add mknod "$image" sh -c 'mknod /tmp/m c 1 1; head -c 1 /tmp/m'
	says 'not permitted'
}

a_device_is_there_on_request() {
	mknod node c 10 237 # loop-control; whether there is a driver behind it does not matter
	try podman run --rm --device "$PWD/node:/dev/mine:r" "$image" sh -c ': </dev/mine'
	[[ $errors != *'not permitted'* ]] || differs "that it may be read" "$errors"
	try podman run --rm --device "$PWD/node:/dev/mine:r" "$image" sh -c ': >/dev/mine'
	says 'not permitted'
}

a_rule_for_devices_allows_just_that() {
	try podman run --rm --cap-add mknod --device-cgroup-rule 'c 10:237 rm' "$image" sh -c 'mknod /tmp/m c 10 237; : </tmp/m'
	[[ $errors != *'not permitted'* ]] || differs "that it may be read" "$errors"
	try podman run --rm --cap-add mknod --device-cgroup-rule 'c 10:237 rm' "$image" sh -c 'mknod /tmp/m c 10 237; : >/tmp/m'
	says 'not permitted'
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
