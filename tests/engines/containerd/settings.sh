# containerd by ctr: what a container is given.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

memory_is_limited() {
	sleeping --memory-limit 33554432
	reads memory memory.limit_in_bytes memory.max 33554432
}

processor_time_is_limited() {
	sleeping --cpus 0.5
	reads cpu cpu.cfs_quota_us cpu.max 50000 '50000 100000'
}

limits_of_a_configuration_file_are_taken() {
	ctr_spec '"linux": {"resources": {"pids": {"limit": 9}, "cpu": {"cpus": "0"}}, "namespaces": [{"type": "mount"}]}'
	ok ctr run --detach --config "$PWD/config.json" "$tag"
	reads pids pids.max pids.max 9
	reads cpuset cpuset.cpus cpuset.cpus 0
}

a_program_that_takes_too_much_memory_is_ended() {
	code 137 ctr run --rm --memory-limit 16777216 "$image" "$tag" sh -c 'x=x; while :; do x=$x$x; done'
}

environment_and_directory_are_set() {
	ok ctr run --rm --env 'WORD=a b' --cwd /usr "$image" "$tag" sh -c 'echo "$WORD"; pwd'
	is $'a b\n/usr'
}

a_read_only_root_cannot_be_written() {
	code 1 ctr run --rm --read-only "$image" "$tag" touch /file
	says 'Read-only file system'
}

a_folder_of_the_host_is_bound() {
	mkdir folder
	ok ctr run --rm --mount "type=bind,src=$PWD/folder,dst=/there,options=rbind:rw" "$image" "$tag" touch /there/file
	[[ -e folder/file ]] || differs "the file on the host" "none"
	code 1 ctr run --rm --mount "type=bind,src=$PWD/folder,dst=/there,options=rbind:ro" "$image" "$tag-ro" touch /there/other
	says 'Read-only file system'
}

the_hosts_network_is_shared_on_request() {
	ok ctr run --rm --net-host "$image" "$tag" readlink /proc/self/ns/net
	is "$(readlink /proc/self/ns/net)"
	ok ctr run --rm "$image" "$tag-own" ls /sys/class/net
	is lo
}

a_namespace_is_joined_by_path() {
	ip netns add "$tag"
	ip -n "$tag" link add mine type bridge
	try ctr run --rm --with-ns "network:/run/netns/$tag" "$image" "$tag" ls /sys/class/net
	ip netns del "$tag"
	equal "$status" 0 "the exit code"
	matches '^mine$'
}

the_default_filter_is_loaded() {
	ok ctr run --rm --seccomp "$image" "$tag" grep -E '^Seccomp:' /proc/self/status
	is $'Seccomp:\t2'
}

a_filter_from_a_file_forbids_a_call() {
	echo '{"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}' >filter.json
	code 1 ctr run --rm --seccomp --seccomp-profile "$PWD/filter.json" "$image" "$tag" mkdir /tmp/folder
	says 'No space left on device'
}

a_privileged_container_has_everything() {
	ok ctr run --rm --privileged "$image" "$tag" sh -c 'mount -t tmpfs none /tmp; sed -n "s/^CapEff:\t//p" /proc/self/status'
	has "$(sed -n 's/^CapEff:\t//p' /proc/self/status)"
}

capabilities_are_dropped_and_added() {
	ok ctr run --rm --cap-drop CAP_CHOWN --cap-add CAP_SYS_TIME "$image" "$tag" \
		sh -c 'sed -n "s/^CapEff:\t//p" /proc/self/status'
	((0x$output & 1 << 25)) || differs "CAP_SYS_TIME" "$output"
	! ((0x$output & 1)) || differs "no CAP_CHOWN" "$output"
}

no_new_privileges_is_set_unless_it_is_allowed() {
	ok ctr run --rm "$image" "$tag" grep NoNewPrivs /proc/self/status
	is $'NoNewPrivs:\t1'
	ok ctr run --rm --allow-new-privs "$image" "$tag-new" grep NoNewPrivs /proc/self/status
	is $'NoNewPrivs:\t0'
}

ids_are_mapped() {
	ok ctr run --rm --uidmap 0:100000:5000 --gidmap 0:100000:5000 "$image" "$tag" cat /proc/self/uid_map
	matches '^ +0 +100000 +5000$'
}

a_device_is_there_on_request() {
	ok ctr run --rm --device /dev/full "$image" "$tag" ls -l /dev/full
	matches '^c.* 1, +7'
}

a_plain_folder_may_be_the_root() {
	cp -a "$house/rootfs" root
	ok ctr run --rm --env PATH=/bin --rootfs "$PWD/root" "$tag" echo plain
	is plain
}

the_pid_is_written_to_a_file() {
	ok ctr run --detach --pid-file "$PWD/pid" "$image" "$tag" sleep 1000
	equal "$(cat pid)" "$(pid_of_task)" "the file"
}

processors_have_a_weight_a_quota_and_a_period() {
	sleeping --cpu-shares 512 --cpu-quota 20000 --cpu-period 50000
	reads cpu cpu.shares cpu.weight 512 20
	reads cpu cpu.cfs_quota_us cpu.max 20000 '20000 50000'
}

a_privileged_container_has_the_devices_of_the_host() {
	ok ctr run --rm --privileged "$image" "$tag" sh -c 'mknod /tmp/m c 1 3 && echo x >/tmp/m && echo written'
	is written
	try ctr run --rm --cap-add CAP_MKNOD "$image" "$tag-not" sh -c 'mknod /tmp/m b 7 0; head -c 1 /tmp/m'
	says 'not permitted'
}

tasks_of_a_pod_share_namespaces() {
	local kinds='for kind in ipc net pid; do readlink /proc/self/ns/$kind; done' first
	sleeping
	first=$(pid_of_task)
	ok ctr run --rm --with-ns "network:/proc/$first/ns/net" --with-ns "ipc:/proc/$first/ns/ipc" \
		--with-ns "pid:/proc/$first/ns/pid" "$image" "$tag-two" sh -c "$kinds"
	is "$(ctr task exec --exec-id one "$tag" sh -c "$kinds")"
}

all_that_a_configuration_file_asks_for_is_done() {
	printf '#!/bin/sh\ncat >>%q\n' "$PWD/states" >hook
	chmod +x hook
	ctr_spec '"hooks": {"prestart": [{"path": "'"$PWD"'/hook"}], "poststop": [{"path": "'"$PWD"'/hook"}]},
		"linux": {"sysctl": {"kernel.msgmax": "7777"},
		 "resources": {"devices": [{"allow": false, "access": "rwm"},
		  {"allow": true, "type": "c", "major": 10, "minor": 237, "access": "rm"}]},
		 "namespaces": [{"type": "mount"}, {"type": "ipc"}, {"type": "pid"}]}'
	sed -i -e 's|"cwd": "/"|&, "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}]|' \
		-e 's|"cwd": "/"|&, "capabilities": {"bounding": ["CAP_MKNOD"], "permitted": ["CAP_MKNOD"], "effective": ["CAP_MKNOD"]}|' \
		-e 's|"mounts": \[|&{"destination": "/dev", "type": "tmpfs", "source": "tmpfs"}, |' \
		-e 's|"source": "proc"}|&, {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["size=3m"]}|' config.json
	ok ctr run --detach --config "$PWD/config.json" "$tag"
	grep -q '"status": *"creating"' states || differs "a state on the hook's stdin" "$(cat states)"
	ok ctr task exec --exec-id one "$tag" sh -c 'ulimit -Sn; ulimit -Hn; cat /proc/sys/kernel/msgmax; df -k /dev/shm | sed -n 2p'
	matches '^100$'
	matches '^200$'
	matches '^7777$'
	matches ' 3072 '
	try ctr task exec --exec-id two "$tag" sh -c 'mknod /tmp/m c 10 237; : </tmp/m'
	[[ $errors != *'not permitted'* ]] || differs "that it may be read" "$errors"
	try ctr task exec --exec-id three "$tag" sh -c ': >/tmp/m'
	says 'not permitted'
	ok ctr task kill --signal KILL "$tag"
	soon "its end" task_is STOPPED
	ok ctr task delete "$tag"
	grep -q '"status": *"stopped"' states || differs "a state for the poststop hook" "$(cat states)"
}

the_cgroup_is_the_one_that_is_named() {
	sleeping --cgroup "/${house##*/}/named/$tag"
	grep -q "/named/$tag\$" "/proc/$(pid_of_task)/cgroup" || differs "/named/$tag" "$(cat "/proc/$(pid_of_task)/cgroup")"
}

output_goes_nowhere_on_request() {
	ok ctr run --rm --null-io "$image" "$tag" sh -c 'echo nobody hears; readlink /proc/self/fd/1 >&2'
	is ''
	quiet
}

the_host_is_reached_by_mounts_as_far_as_their_propagation_says() {
	mkdir -p folder
	mount --bind folder folder
	mount --make-shared folder
	mkdir folder/below
	ok ctr run --detach --rootfs-propagation rslave --mount "type=bind,src=$PWD/folder,dst=/there,options=rbind:rslave:rw" \
		"$image" "$tag" sleep 1000
	mount -t tmpfs tmpfs folder/below
	echo late >folder/below/file
	try ctr task exec --exec-id one "$tag" cat /there/below/file
	ctr task kill --signal KILL "$tag"
	soon "its end" task_is STOPPED
	umount folder/below folder
	is late
}
