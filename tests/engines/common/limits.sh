# run: limits and devices.  What the container's own cgroup and the kernel say is what counts.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

memory_is_limited() {
	sleeping --memory 48m
	reads memory memory.limit_in_bytes memory.max 50331648
}

processor_time_is_limited() {
	sleeping --cpus 0.5
	reads cpu cpu.cfs_quota_us cpu.max 50000 '50000 100000'
}

processor_time_has_a_weight() {
	sleeping --cpu-shares 512
	reads cpu cpu.shares cpu.weight 512 59
}

processors_are_limited() {
	sleeping --cpuset-cpus 0
	reads cpuset cpuset.cpus cpuset.cpus 0
	ok "$engine" exec "$tag" sh -c 'grep Cpus_allowed_list /proc/self/status'
	is $'Cpus_allowed_list:\t0'
}

the_number_of_processes_is_limited() {
	sleeping --pids-limit 7
	reads pids pids.max pids.max 7
	try "$engine" exec "$tag" sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 5 & done; wait'
	says "can't fork"
}

limits_are_changed_while_it_runs() {
	sleeping --memory 64m --cpus 1 --pids-limit 50
	ok "$engine" update --memory 96m --memory-swap -1 --cpus 0.25 "$tag"
	reads memory memory.limit_in_bytes memory.max 100663296
	reads cpu cpu.cfs_quota_us cpu.max 25000 '25000 100000'
	reads pids pids.max pids.max 50
}

limits_of_the_process_are_set() {
	ok "$engine" run --rm --ulimit nofile=100:200 --ulimit core=0:0 --ulimit nproc=500:600 "$image" sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'
	is $'100\n200\n0'
}

the_oom_score_is_set() {
	ok "$engine" run --rm --oom-score-adj 321 "$image" cat /proc/self/oom_score_adj
	is 321
}

shared_memory_has_its_size() {
	ok "$engine" run --rm --shm-size 3m "$image" sh -c 'df -k /dev/shm | tail -n 1'
	matches ' 3072 '
}

devices_are_few() {
	ok "$engine" run --rm "$image" sh -c 'ls /dev | grep -vx core'
	is $'fd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero'
	# The rules of the cgroup are what forbids.
	try "$engine" run --rm --cap-add mknod "$image" sh -c 'mknod /tmp/m c 1 1; head -c 1 /tmp/m'
	says 'not permitted'
}

a_device_is_there_on_request() {
	mknod node c 10 237 # loop-control; whether there is a driver behind it does not matter
	try "$engine" run --rm --device "$PWD/node:/dev/mine:r" "$image" sh -c ': </dev/mine'
	[[ $errors != *'not permitted'* ]] || differs "that it may be read" "$errors"
	try "$engine" run --rm --device "$PWD/node:/dev/mine:r" "$image" sh -c ': >/dev/mine'
	says 'not permitted'
}

a_rule_for_devices_allows_just_that() {
	local options=(--rm --cap-add mknod --device-cgroup-rule 'c 10:237 rm')
	try "$engine" run "${options[@]}" "$image" sh -c 'mknod /tmp/m c 10 237; : </tmp/m'
	[[ $errors != *'not permitted'* ]] || differs "that it may be read" "$errors"
	try "$engine" run "${options[@]}" "$image" sh -c 'mknod /tmp/m c 10 237; : >/tmp/m'
	says 'not permitted'
}
