# podman: users, capabilities, filters, namespaces.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

capabilities_are_dropped() {
	ok podman run --rm --cap-drop all "$image" grep CapEff /proc/self/status
	is $'CapEff:\t0000000000000000'
	code 1 podman run --rm --cap-drop chown "$image" chown 1 /tmp
}

capabilities_are_added() {
	ok podman run --rm --cap-drop all --cap-add net_admin --cap-add sys_time "$image" grep CapEff /proc/self/status
	is $'CapEff:\t0000000002001000'
}

a_user_has_no_capabilities() {
	ok podman run --rm --user 1000 "$image" sh -c 'grep -E "Cap(Prm|Eff|Inh|Amb)" /proc/self/status | cut -f2 | sort -u'
	is 0000000000000000
}

no_new_privileges_is_set() {
	ok podman run --rm --security-opt no-new-privileges "$image" grep NoNewPrivs /proc/self/status
	is $'NoNewPrivs:\t1'
	ok podman run --rm "$image" grep NoNewPrivs /proc/self/status
	is $'NoNewPrivs:\t0'
}

the_default_filter_is_loaded() {
	ok podman run --rm "$image" grep -E '^Seccomp:' /proc/self/status
	is $'Seccomp:\t2'
}

a_filter_from_a_file_forbids_a_call() {
	filter '"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28'
	code 1 podman run --rm --security-opt "seccomp=$PWD/filter.json" "$image" mkdir /tmp/folder
	says 'No space left on device'
	ok podman run --rm --security-opt "seccomp=$PWD/filter.json" "$image" touch /tmp/file
}

no_filter_is_loaded_on_request() {
	ok podman run --rm --security-opt seccomp=unconfined "$image" grep -E '^Seccomp:' /proc/self/status
	is $'Seccomp:\t0'
}

a_filter_that_kills_ends_the_program() {
	filter '"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"'
	code 159 podman run --rm --security-opt "seccomp=$PWD/filter.json" --entrypoint mkdir "$image" /tmp/folder
}

a_privileged_container_has_everything() {
	ok podman run --rm --privileged "$image" sh -c 'mount -t tmpfs none /tmp && grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status
		test -e /dev/loop-control -o -e /dev/kmsg -o -e /dev/fuse && echo devices'
	has $'Seccomp:\t0'
	has devices
	ok podman run --rm --privileged "$image" sh -c 'sed -n "s/^CapEff:\t//p" /proc/self/status'
	is "$(sed -n 's/^CapBnd:\t//p' /proc/self/status)"
}

the_user_is_looked_up_in_the_image() {
	ok podman run --rm --user tester "$image" sh -c 'id -u; id -g; id -G'
	is $'1000\n1000\n1000 3000'
	ok podman run --rm --user tester:helpers "$image" id -g
	is 3000
	try podman run --rm --user nobody-here "$image" id
	says nobody-here
}

further_groups_are_joined() {
	ok podman run --rm --group-add 77 --group-add helpers "$image" id -G
	has 77
	has 3000
}

the_umask_is_set() {
	ok podman run --rm --umask 0077 "$image" sh -c umask
	is 0077
}

ids_are_mapped() {
	ok podman run --rm --uidmap 0:100000:5000 --gidmap 0:200000:5000 "$image" \
		sh -c 'id -u; cat /proc/self/uid_map /proc/self/gid_map'
	matches '^0$'
	matches '^ +0 +100000 +5000$'
	matches '^ +0 +200000 +5000$'
}

a_mapped_root_is_a_stranger_on_the_host() {
	ok podman run --detach --name "$tag" --uidmap 0:100000:5000 "$image" sleep 1000
	equal "$(stat -c %u "/proc/$(podman inspect --format '{{.State.Pid}}' "$tag")")" 100000 "the owner of the process"
	ok podman exec "$tag" sh -c 'touch /file && stat -c %u /file'
	is 0
}

with_mapped_ids_all_else_works() {
	mkdir folder
	chmod 777 folder
	ok podman run --rm --uidmap 0:100000:5000 --gidmap 0:100000:5000 --volume "$PWD/folder:/there" --memory 40m \
		--tmpfs /mine --hostname mapped --user tester --read-only "$image" \
		sh -c 'touch /there/file /mine/file && hostname && id -u && cat /proc/sys/kernel/ostype'
	is $'mapped\n1000\nLinux'
	equal "$(stat -c %u folder/file)" 101000 "the owner on the host"
}

with_mapped_ids_exec_works() {
	sleeping --uidmap 0:100000:5000
	ok podman exec "$tag" id -u
	is 0
	ok podman exec --user tester "$tag" id -u
	is 1000
	ok script -qec "podman exec -t $tag sh -c 'tty; stat -c %u \$(tty)'" /dev/null
	matches '^0'
}

devices_of_the_host_keep_their_owner() {
	local before
	before=$(stat -c '%u:%g %a' /dev/null /dev/zero)
	podman run --rm --uidmap 0:100000:5000 --interactive "$image" true </dev/null
	podman run --rm --user tester "$image" true </dev/null >/dev/null
	equal "$(stat -c '%u:%g %a' /dev/null /dev/zero)" "$before" "the owners of the devices"
}

the_host_name_is_set() {
	ok podman run --rm --hostname box.example "$image" hostname
	is box.example
}

environment_variables_are_set() {
	ok podman run --rm --env ONE=1 --env 'TWO=with blanks' "$image" sh -c 'echo "$ONE/$TWO"'
	is '1/with blanks'
}

a_long_environment_arrives() {
	local i options=()
	for ((i = 0; i < 12; i++)); do
		options+=(--env "LONG$i=$(head -c 100000 /dev/zero | tr '\0' "$((i % 10))")")
	done
	ok podman run --rm "${options[@]}" "$image" sh -c 'echo ${#LONG0} ${#LONG11}'
	is '100000 100000'
}

a_long_annotation_does_no_harm() {
	ok podman run --rm --annotation "long=$(head -c 65536 /dev/zero | tr '\0' a)" "$image" echo fine
	is fine
}

sysctls_are_set() {
	ok podman run --rm --sysctl kernel.msgmax=7777 --sysctl net.ipv4.ip_forward=1 "$image" \
		cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward
	is $'7777\n1'
}

namespaces_of_the_host_are_kept_on_request() {
	local kinds='for kind in pid ipc uts; do readlink /proc/self/ns/$kind; done' hosts
	hosts=$(sh -c "$kinds")
	ok podman run --rm --pid host --ipc host --uts host "$image" sh -c "$kinds"
	is "$hosts"
	ok podman run --rm "$image" sh -c "$kinds"
	lacks "$(sed -n 1p <<<"$hosts")"
	lacks "$(sed -n 2p <<<"$hosts")"
	lacks "$(sed -n 3p <<<"$hosts")"
}

namespaces_of_another_container_are_joined() {
	local kinds='for kind in pid ipc net; do readlink /proc/self/ns/$kind; done'
	sleeping
	ok podman run --rm --pid "container:$tag" --ipc "container:$tag" --network "container:$tag" "$image" sh -c "$kinds"
	is "$(podman exec "$tag" sh -c "$kinds")"
}

a_container_in_the_hosts_pid_namespace_is_ended_with_all_its_processes() {
	ok podman run --detach --name "$tag" --pid host "$image" sh -c '(sleep 4321 &) ; (sleep 4321 &); exec sleep 4321'
	soon "three processes" processes_are 3 'sleep 4321'
	ok podman rm --force --time 0 "$tag"
	soon "their end" processes_are 0 'sleep 4321'
}

the_cgroup_namespace_hides_the_hosts_path() {
	ok podman run --rm --cgroupns private "$image" cat /proc/self/cgroup
	lacks libpod
	ok podman run --rm --cgroupns host "$image" cat /proc/self/cgroup
	has libpod
}

secrets_are_files() {
	echo -n 'a secret' | podman secret create "$tag" - >/dev/null
	ok podman run --rm --secret "$tag" "$image" cat "/run/secrets/$tag"
	is 'a secret'
	ok podman secret rm "$tag"
}

ids_of_another_container_are_shared() {
	sleeping --uidmap 0:100000:5000 --gidmap 0:100000:5000
	ok podman run --rm --userns "container:$tag" "$image" readlink /proc/self/ns/user
	is "$(podman exec "$tag" readlink /proc/self/ns/user)"
}

ids_are_chosen_by_the_engine() {
	[[ -e /etc/subuid && -e /etc/subgid ]] || skip "there is no /etc/subuid"
	echo 'containers:2000000:1000000' >ids
	mount --bind ids /etc/subuid
	mount --bind ids /etc/subgid
	try podman run --rm --userns auto:size=4096 --user tester "$image" sh -c 'id -u; cat /proc/self/uid_map'
	umount /etc/subuid /etc/subgid
	equal "$status" 0 "the exit code"
	matches '^1000$'
	matches '^ +0 +2[0-9]{6} +4096$'
}

a_setting_of_the_kernel_that_is_not_there_is_told_by_its_name() {
	try podman run --rm --sysctl net.ipv4.no_such_setting=1 "$image" true
	[[ $status != 0 ]] || differs "an error" "$status"
	says no_such_setting
}

secrets_have_an_owner_or_are_variables() {
	echo -n 'a secret' | podman secret create "$tag" - >/dev/null
	ok podman run --rm --secret "$tag,uid=1000,gid=1000,mode=0400,target=mine" --secret "$tag,type=env,target=WORD" "$image" \
		sh -c 'stat -c "%u %g %a" /run/secrets/mine; echo "$WORD"'
	is $'1000 1000 400\na secret'
	ok podman secret rm "$tag"
}

proc_hides_the_processes_of_others_on_request() {
	ok podman run --rm --security-opt proc-opts=hidepid=2 --user tester "$image" sh -c 'grep " /proc proc " /proc/mounts'
	matches 'hidepid=(2|invisible)'
}
