# podman: users, capabilities, filters, namespaces.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_user_has_no_capabilities() {
	ok podman run --rm --user 1000 "$image" sh -c 'grep -E "Cap(Prm|Eff|Inh|Amb)" /proc/self/status | cut -f2 | sort -u'
	is 0000000000000000
}

a_filter_that_kills_ends_the_program() {
	filter '"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"'
	code 159 podman run --rm --security-opt "seccomp=$PWD/filter.json" --entrypoint mkdir "$image" /tmp/folder
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
