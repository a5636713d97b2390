# docker run: what a container is given: limits, rights, files.  What its cgroup and the kernel say is what counts.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

memory_and_processes_are_limited() {
	sleeping --memory 48m --pids-limit 7
	reads memory memory.limit_in_bytes memory.max 50331648
	reads pids pids.max pids.max 7
	try docker exec "$tag" sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 5 & done; wait'
	says "can't fork"
}

processors_are_limited() {
	sleeping --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0
	reads cpu cpu.cfs_quota_us cpu.max 50000 '50000 100000'
	reads cpu cpu.shares cpu.weight 512 20
	reads cpuset cpuset.cpus cpuset.cpus 0
}

limits_are_changed_while_it_runs() {
	sleeping --memory 64m --cpus 1 --pids-limit 50
	ok docker update --memory 96m --memory-swap -1 --cpus 0.25 "$tag"
	reads memory memory.limit_in_bytes memory.max 100663296
	reads cpu cpu.cfs_quota_us cpu.max 25000 '25000 100000'
	reads pids pids.max pids.max 50
}

limits_of_the_process_are_set() {
	ok docker run --rm --ulimit nofile=100:200 --ulimit core=0:0 --oom-score-adj 321 "$image" \
		sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c; cat /proc/self/oom_score_adj'
	is $'100\n200\n0\n321'
}

shared_memory_and_kernel_settings_are_set() {
	ok docker run --rm --shm-size 3m --sysctl kernel.msgmax=7777 --sysctl net.ipv4.ip_forward=1 "$image" \
		sh -c 'df -k /dev/shm | sed -n 2p; cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward'
	matches ' 3072 '
	matches '^7777$'
	matches '^1$'
}

kernel_settings_of_the_host_are_left_alone() {
	local before
	before=$(cat /proc/sys/net/core/somaxconn)
	try docker run --rm --network host --sysctl net.core.somaxconn=99 "$image" true
	equal "$(cat /proc/sys/net/core/somaxconn)" "$before" "the host's setting"
	equal "$status" 125 "the exit code"
	says somaxconn
}

devices_are_few() {
	ok docker run --rm "$image" ls /dev
	is $'fd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero'
	# mknod is among docker's capabilities; the rules of the cgroup are what forbids.
	try docker run --rm "$image" sh -c 'mknod /tmp/m c 1 1; head -c 1 /tmp/m'
	says 'not permitted'
}

a_device_is_there_on_request() {
	mknod node c 10 237 # loop-control; whether there is a driver behind it does not matter
	try docker run --rm --device "$PWD/node:/dev/mine:r" "$image" sh -c ': </dev/mine'
	[[ $errors != *'not permitted'* ]] || differs "that it may be read" "$errors"
	try docker run --rm --device "$PWD/node:/dev/mine:r" "$image" sh -c ': >/dev/mine'
	says 'not permitted'
}

a_rule_for_devices_allows_just_that() {
	try docker run --rm --device-cgroup-rule 'c 10:237 rm' "$image" sh -c 'mknod /tmp/m c 10 237; : </tmp/m'
	[[ $errors != *'not permitted'* ]] || differs "that it may be read" "$errors"
	try docker run --rm --device-cgroup-rule 'c 10:237 rm' "$image" sh -c 'mknod /tmp/m c 10 237; : >/tmp/m'
	says 'not permitted'
}

a_privileged_container_has_everything() {
	ok docker run --rm --privileged "$image" sh -c 'mount -t tmpfs none /tmp && grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status
		sed -n "s/^CapEff:\t//p" /proc/self/status; test -e /dev/loop-control -o -e /dev/kmsg -o -e /dev/fuse && echo devices'
	has $'Seccomp:\t0'
	has devices
	has "$(known_capabilities)"
}

capabilities_are_dropped_and_added() {
	ok docker run --rm --cap-drop all --cap-add net_admin --cap-add sys_time "$image" grep CapEff /proc/self/status
	is $'CapEff:\t0000000002001000'
	code 1 docker run --rm --cap-drop chown "$image" chown 1 /tmp
}

filters_and_new_privileges_are_as_asked_for() {
	local look='grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status | cut -f2'
	ok docker run --rm "$image" sh -c "$look"
	is $'0\n2'
	ok docker run --rm --security-opt no-new-privileges --security-opt seccomp=unconfined "$image" sh -c "$look"
	is $'1\n0'
	echo '{"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}' >filter.json
	code 1 docker run --rm --security-opt "seccomp=$PWD/filter.json" "$image" mkdir /tmp/folder
	says 'No space left on device'
}

user_and_groups_are_those_of_the_image() {
	ok docker run --rm --user tester --group-add 77 "$image" sh -c 'id -un; id -G; echo $HOME'
	is $'tester\n1000 77 3000\n/home/tester'
	try docker run --rm --user nobody-here "$image" id
	says nobody-here
}

namespaces_are_shared_on_request() {
	local kinds='for kind in pid ipc net uts; do readlink /proc/self/ns/$kind; done'
	ok docker run --rm --pid host --ipc host --network host --uts host "$image" sh -c "$kinds"
	is "$(sh -c "$kinds")"
	sleeping --ipc shareable
	ok docker run --rm --pid "container:$tag" --ipc "container:$tag" --network "container:$tag" "$image" sh -c "${kinds/ uts/}"
	is "$(docker exec "$tag" sh -c "${kinds/ uts/}")"
}

a_container_in_the_hosts_pid_namespace_is_ended_with_all_its_processes() {
	ok docker run --detach --name "$tag" --pid host "$image" sh -c '(sleep 4322 &) ; (sleep 4322 &); exec sleep 4322'
	soon "three processes" processes_are 3 'sleep 4322'
	ok docker rm --force "$tag"
	soon "their end" processes_are 0 'sleep 4322'
}

a_read_only_root_cannot_be_written() {
	code 1 docker run --rm --read-only "$image" touch /file
	says 'Read-only file system'
	ok docker run --rm --read-only --tmpfs /mine:size=1m,mode=1700 "$image" sh -c 'touch /mine/file; grep " /mine " /proc/mounts'
	has size=1024k
}

folders_and_files_of_the_host_are_bound() {
	mkdir folder
	echo single >file
	ok docker run --rm --volume "$PWD/folder:/there" --volume "$PWD/file:/etc/single:ro" "$image" \
		sh -c 'cat /etc/single; echo written >/there/file'
	is single
	equal "$(cat folder/file)" written "what the container wrote"
	code 1 docker run --rm --mount "type=bind,source=$PWD/folder,target=/there,readonly" "$image" touch /there/file
	says 'Read-only file system'
	code 125 docker run --rm --mount type=bind,source=/no/such/source,target=/there "$image" true
	says /no/such/source
}

a_volume_keeps_what_is_written() {
	ok docker run --rm --volume "$tag:/there" "$image" sh -c 'echo kept >/there/file'
	ok docker run --rm --volume "$tag:/there:ro" "$image" cat /there/file
	is kept
	ok docker volume rm "$tag"
}

mounts_are_handed_on_as_asked_for() {
	mkdir folder
	mount --bind folder folder
	mount --make-shared folder
	mkdir folder/below
	ok docker run --detach --name "$tag" --privileged --volume "$PWD/folder:/there:rshared" "$image" \
		sh -c 'mount -t tmpfs none /there/below && echo mounted; sleep 1000'
	soon "the mount in the container" log_has mounted
	try findmnt folder/below
	umount folder/below || true
	docker rm --force "$tag" >/dev/null
	umount folder
	equal "$status" 0 "whether the mount of the container is seen on the host"
}

paths_are_masked_and_read_only() {
	code 1 docker run --rm "$image" sh -c 'wc -c </proc/timer_list; ls /sys/firmware | wc -l; echo 1 >/proc/sys/vm/drop_caches'
	says 'Read-only file system'
	equal "$(sort -u <<<"$output")" 0 "the size of what is masked"
}
