# run: users, capabilities, filters, namespaces.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

capabilities_are_dropped() {
	ok "$engine" run --rm --cap-drop all "$image" grep CapEff /proc/self/status
	is $'CapEff:\t0000000000000000'
	code 1 "$engine" run --rm --cap-drop chown "$image" chown 1 /tmp
}

capabilities_are_added() {
	ok "$engine" run --rm --cap-drop all --cap-add net_admin --cap-add sys_time "$image" grep CapEff /proc/self/status
	is $'CapEff:\t0000000002001000'
}

no_new_privileges_is_set() {
	ok "$engine" run --rm --security-opt no-new-privileges "$image" grep NoNewPrivs /proc/self/status
	is $'NoNewPrivs:\t1'
	ok "$engine" run --rm "$image" grep NoNewPrivs /proc/self/status
	is $'NoNewPrivs:\t0'
}

the_default_filter_is_loaded() {
	ok "$engine" run --rm "$image" grep -E '^Seccomp:' /proc/self/status
	is $'Seccomp:\t2'
}

a_filter_from_a_file_forbids_a_call() {
	filter '"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28'
	code 1 "$engine" run --rm --security-opt "seccomp=$PWD/filter.json" "$image" mkdir /tmp/folder
	says 'No space left on device'
	ok "$engine" run --rm --security-opt "seccomp=$PWD/filter.json" "$image" touch /tmp/file
}

no_filter_is_loaded_on_request() {
	ok "$engine" run --rm --security-opt seccomp=unconfined "$image" grep -E '^Seccomp:' /proc/self/status
	is $'Seccomp:\t0'
}

a_privileged_container_has_everything() {
	ok "$engine" run --rm --privileged "$image" sh -c 'mount -t tmpfs none /tmp && grep -E "^Seccomp:" /proc/self/status
		sed -n "s/^CapEff:\t//p" /proc/self/status; test -e /dev/loop-control -o -e /dev/kmsg -o -e /dev/fuse && echo devices'
	is $'Seccomp:\t0\n'"$(known_capabilities)"$'\ndevices'
}

the_user_is_looked_up_in_the_image() {
	ok "$engine" run --rm --user tester "$image" sh -c 'id -u; id -g; id -G'
	is $'1000\n1000\n1000 3000'
	ok "$engine" run --rm --user tester:helpers "$image" id -g
	is 3000
	fails "$engine" run --rm --user nobody-here "$image" id
	says nobody-here
}

further_groups_are_joined() {
	ok "$engine" run --rm --group-add 77 --group-add helpers "$image" id -G
	has 77
	has 3000
}

the_home_is_that_of_the_image() {
	ok "$engine" run --rm --user tester "$image" sh -c 'echo $HOME'
	is /home/tester
	ok "$engine" run --rm --user 5555 "$image" sh -c 'echo $HOME'
	is /
}

sysctls_are_set() {
	ok "$engine" run --rm --sysctl kernel.msgmax=7777 --sysctl net.ipv4.ip_forward=1 "$image" \
		cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward
	is $'7777\n1'
}

namespaces_of_the_host_are_kept_on_request() {
	local kinds='for kind in pid ipc uts; do readlink /proc/self/ns/$kind; done' hosts
	hosts=$(sh -c "$kinds")
	ok "$engine" run --rm --pid host --ipc host --uts host "$image" sh -c "$kinds"
	is "$hosts"
	ok "$engine" run --rm "$image" sh -c "$kinds"
	lacks "$(sed -n 1p <<<"$hosts")"
	lacks "$(sed -n 2p <<<"$hosts")"
	lacks "$(sed -n 3p <<<"$hosts")"
}

namespaces_of_another_container_are_joined() {
	local kinds='for kind in pid ipc net; do readlink /proc/self/ns/$kind; done'
	sleeping --ipc shareable
	ok "$engine" run --rm --pid "container:$tag" --ipc "container:$tag" --network "container:$tag" "$image" sh -c "$kinds"
	is "$("$engine" exec "$tag" sh -c "$kinds")"
}

a_container_in_the_hosts_pid_namespace_is_ended_with_all_its_processes() {
	ok "$engine" run --detach --name "$tag" --pid host "$image" sh -c '(sleep 4321 &) ; (sleep 4321 &); exec sleep 4321'
	soon "three processes" processes_are 3 'sleep 4321'
	ok remove "$tag"
	soon "their end" processes_are 0 'sleep 4321'
}
