# Containers of a user who is nobody special, and of root of a user namespace.
# shellcheck shell=dash disable=SC2154,SC2016

an_ordinary_user_has_all_verbs() {
	with_account
	remember
	users_bundle args '["sleep", "1000"]'
	ok urt create --bundle bundle --pid-file run/pid "$tag"
	users_state_is created
	ok urt exec "$tag" id -u
	is 0
	ok urt start "$tag"
	ok urt exec "$tag" cat /proc/self/uid_map
	has ' 4242 '
	ok urt exec "$tag" sh -c 'echo x >/dev/null && head -c 1 /dev/zero | wc -c && cat /proc/self/setgroups'
	is '1
deny'
	equal "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$(cat run/pid)/status")" 4242 "the user of its process"
	ok urt list --quiet
	is "$tag"
	ok urt kill "$tag" KILL
	soon "its end" users_state_is stopped
	ok urt delete "$tag"
	nothing_left
}

what_spec_rootless_writes_runs() {
	with_account
	mkdir bundle
	ln -s "$house/rootfs" bundle/rootfs
	chown "$kUser" bundle
	ok urt spec --rootless --bundle bundle
	sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"id", "-u"/' bundle/config.json
	ok urt run --bundle bundle "$tag"
	is 0
}

a_user_maps_its_ranges_by_newuidmap() {
	[ -u "$(command -v newuidmap)" ] || skip "there is no newuidmap"
	with_account 'anna:300000:1000
'
	remember
	users_bundle linux "$(ranges 300000 1000)" user '{"uid": 7, "gid": 8, "additionalGids": [9]}' \
		args '["cat", "/proc/self/status"]'
	ok urt run --bundle bundle "$tag"
	has 'Uid:	7	7	7	7'
	has 'Groups:	9 '
	nothing_left
}

without_mappings_the_ids_are_those_of_subuid() {
	[ -u "$(command -v newuidmap)" ] || skip "there is no newuidmap"
	with_account '4242:300000:1000
'
	users_bundle linux '' args '["cat", "/proc/self/uid_map"]'
	ok urt run --bundle bundle "$tag"
	equal "$(echo "$output" | tr -s ' ')" ' 0 4242 1
 1 300000 1000' "the map"
	users_bundle linux '' user '{"uid": 1001, "gid": 0}' args '["true"]'
	code 1 urt run --bundle bundle "$tag"
	says 'hint: add "anna:100000:65536" to /etc/subuid'
	says '/process/user/uid'
	users_bundle linux '' user '{"uid": 0, "gid": 0}'
	code 1 rt run --bundle bundle "$tag"
	says 'needs "uidMappings" and "gidMappings"'
}

a_missing_range_is_answered_with_the_line_to_add() {
	[ -u "$(command -v newuidmap)" ] || skip "there is no newuidmap"
	with_account 'anna:300000:999
'
	remember
	users_bundle linux "$(ranges 300000 1000)"
	code 1 urt run --bundle bundle "$tag"
	says 'hint: add "anna:300000:1000" to /etc/subuid'
	says '/linux/uidMappings'
	users_bundle linux ', "uidMappings": [{"containerID": 0, "hostID": 4242, "size": 1}],
"gidMappings": [{"containerID": 0, "hostID": 300000, "size": 1000}]'
	code 1 urt run --bundle bundle "$tag"
	says 'hint: add "anna:300000:1000" to /etc/subgid'
	says '/linux/gidMappings'
	users_bundle linux ', "uidMappings": [{"containerID": 0, "hostID": 0, "size": 1}],
"gidMappings": [{"containerID": 0, "hostID": 4242, "size": 1}]'
	code 1 urt run --bundle bundle "$tag"
	says 'belongs to somebody else'
	nothing_left
}

without_newuidmap_a_range_is_refused_by_its_name() {
	with_account
	users_bundle linux "$(ranges 300000 1000)"
	# What there is of it is covered.
	for program in /usr/bin/newuidmap /bin/newuidmap; do
		[ ! -e "$program" ] || mount --bind /dev/null "$program"
	done
	code 1 urt run --bundle bundle "$tag"
	for program in /usr/bin/newuidmap /bin/newuidmap; do
		umount "$program" 2>/dev/null || true
	done
	says 'newuidmap is not on this host'
	says 'hint:'
}

a_user_is_told_to_add_a_user_namespace() {
	with_account
	users_bundle namespaces '{"type": "pid"}, {"type": "mount"}' linux ''
	code 1 urt run --bundle bundle "$tag"
	says 'an ordinary user cannot make a container without a user namespace'
	says 'config.json:'
	says '"hostID": 4242'
}

a_kernel_that_forbids_user_namespaces_is_explained() {
	with_account
	users_bundle
	code 1 as_user unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"' sh \
		"$runtime" run --bundle bundle "$tag"
	says "start the container's process: clone3"
	says 'ENOSPC'
	says 'hint: user.max_user_namespaces is 0'
}

groups_that_a_user_cannot_set_are_an_error() {
	with_account
	users_bundle user '{"uid": 0, "gid": 0, "additionalGids": [0]}'
	code 1 urt run --bundle bundle "$tag"
	says 'setgroups(2) is denied'
	says '/process/user/additionalGids'
}

what_a_user_may_not_do_to_its_process_is_an_error() {
	with_account
	users_bundle process ', "oomScoreAdj": -1000'
	code 1 urt run --bundle bundle "$tag"
	says '/process/oomScoreAdj'
	users_bundle process ', "oomScoreAdj": 1000' args '["cat", "/proc/self/oom_score_adj"]'
	ok urt run --bundle bundle "$tag"
	is 1000
}

other_users_files_stay_closed_to_a_user() {
	with_account
	mkdir secret
	echo secret >secret/file
	echo mine >file
	chmod 600 file
	chmod 700 secret
	users_bundle args '["cat", "/data"]' \
		mount ", {\"destination\": \"/tmp/data\", \"type\": \"bind\", \"source\": \"$PWD/secret/file\", \"options\": [\"bind\"]}"
	code 1 urt run --bundle bundle "$tag"
	says '/mounts/4'
	says 'EACCES'
	users_bundle args '["cat", "/tmp/data"]' \
		mount ", {\"destination\": \"/tmp/data\", \"type\": \"bind\", \"source\": \"$PWD/file\", \"options\": [\"bind\"]}"
	code 1 urt run --bundle bundle "$tag"
	lacks mine
	chown "$kUser" file
	ok urt run --bundle bundle "$tag"
	is mine
}

a_state_directory_of_somebody_else_is_refused() {
	with_account
	users_bundle args '["sleep", "1000"]'
	mkdir theirs
	chown 4243 theirs
	chmod 777 theirs
	code 1 urt --root "$PWD/theirs" run --bundle bundle "$tag"
	says 'belongs to uid 4243'
	chown root theirs
	code 1 urt --root "$PWD/theirs" run --bundle bundle "$tag"
	says 'everybody can write to the state directory'
	# Another user's container, put where root would look.
	chmod 1777 theirs
	ok urt --root "$PWD/theirs" create --bundle bundle --pid-file run/pid "$tag"
	for verb in start kill 'delete --force' state; do
		# shellcheck disable=SC2086  # a verb with its option
		code 1 "$runtime" --root "$PWD/theirs" $verb "$tag"
		says 'belongs to uid 4242'
	done
	ok urt --root "$PWD/theirs" delete --force "$tag"
	# Not even where XDG_RUNTIME_DIR says so.
	code 1 as_user sh -c 'XDG_RUNTIME_DIR=/root exec "$@"' sh "$runtime" run --bundle bundle "$tag"
	says 'the state directory'
}

root_of_a_user_namespace_makes_containers_in_it() {
	with_account
	remember
	users_bundle namespaces '{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}' linux '' \
		mount ', {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro"]}' \
		args '["sh", "-c", "echo x >/dev/null && [ -c /dev/null ] && ls -d /sys/kernel && cat /proc/self/uid_map"]'
	ok as_user unshare --user --map-root-user --mount "$runtime" run --bundle bundle "$tag"
	has /sys/kernel
	has ' 4242 '
	[ -d run/oci-rt ] || differs "its state below XDG_RUNTIME_DIR" "$(ls run)"
	nothing_left
}

a_limit_that_is_not_delegated_is_an_error() {
	with_account
	remember
	users_bundle linux "$own_ids, \"resources\": {\"memory\": {\"limit\": 33554432}}"
	code 1 urt run --bundle bundle "$tag"
	says '/linux/resources/memory'
	says 'Delegate='
	says 'cgroup.subtree_control'
	ok urt --cgroup-manager disabled run --bundle bundle "$tag"
	says 'not applied: cgroups are disabled'
	nothing_left
}

limits_hold_in_a_delegated_group() {
	[ -e /sys/fs/cgroup/cgroup.controllers ] || skip "cgroup v2 is not all there is on this machine"
	grep -q memory /sys/fs/cgroup/cgroup.subtree_control || skip "the controller memory is not handed down here"
	with_account
	delegated
	users_bundle args '["sleep", "1000"]' linux "$own_ids, \"resources\": {\"memory\": {\"limit\": 33554432}, \"pids\": {\"limit\": 20}}"
	ok in_delegated "$runtime" run --detach --bundle bundle --pid-file run/pid "$tag"
	group=$(group_of "$(cat run/pid)" memory)
	equal "$group" "$delegation/oci-rt-$tag" "the container's group"
	equal "$(cat "$group/memory.max")" 33554432 memory.max
	ok in_delegated "$runtime" exec "$tag" true
	ok in_delegated "$runtime" pause "$tag"
	users_state_is paused
	ok in_delegated "$runtime" resume "$tag"
	ok in_delegated "$runtime" update --pids-limit 30 "$tag"
	equal "$(cat "$group/pids.max")" 30 pids.max
	ok in_delegated "$runtime" delete --force "$tag"
	[ ! -d "$group" ] || differs "no group" "$group"
	# One controller less, and the way to get it.
	echo -memory >"$delegation/cgroup.subtree_control"
	echo -memory >"${delegation%/*}/cgroup.subtree_control"
	code 1 in_delegated "$runtime" run --bundle bundle "$tag"
	says 'the controller memory'
	says 'Delegate=memory'
	says '/linux/resources/memory'
}
