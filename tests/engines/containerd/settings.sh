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
