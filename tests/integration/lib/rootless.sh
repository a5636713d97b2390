# What only the cases of rootless.sh need.
# shellcheck shell=dash disable=SC2154,SC2034

kUser=4242
# Members of linux: the user is the container's root.
own_ids=', "uidMappings": [{"containerID": 0, "hostID": 4242, "size": 1}], "gidMappings": [{"containerID": 0, "hostID": 4242, "size": 1}]'

# with_account [SUBORDINATE LINE]: a user "anna" that has nothing but this account, in the mounts of the house alone.
with_account() {
	clean_account
	mkdir etc run
	{ cat /etc/passwd && echo "anna:*:$kUser:$kUser::/:/bin/sh"; } >etc/passwd
	{ cat /etc/group && echo "anna:*:$kUser:"; } >etc/group
	printf '%s' "${1-}" >etc/subuid
	printf '%s' "${1-}" >etc/subgid
	for name in passwd group subuid subgid; do
		[ -e "/etc/$name" ] || : >"/etc/$name"
		mount --bind "etc/$name" "/etc/$name"
	done
	chown "$kUser:$kUser" run
	chmod 700 run
	# Root's home may be where the runtime is, and is not for users.
	if ! as_user test -x "$runtime"; then
		cp "$runtime" oci-rt
		runtime=$PWD/oci-rt
	fi
}

# clean_account: the mounts of the case before, if it left some.
clean_account() {
	for name in passwd group subuid subgid; do
		umount "/etc/$name" 2>/dev/null || true
	done
}

# as_user COMMAND...
as_user() {
	su -s /bin/sh -- anna -c 'XDG_RUNTIME_DIR=$1; export XDG_RUNTIME_DIR; shift; exec "$@"' sh "$PWD/run" "$@"
}

# urt ARGUMENTS...: the runtime as the user calls it, with its default state directory.
urt() {
	as_user "$runtime" "$@"
}

# users_bundle [PART JSON]...: for a user who is the container's root and nobody else.
users_bundle() {
	bundle cgroup '""' namespaces '{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}, {"type": "user"}' \
		linux "$own_ids" "$@"
}

# ranges FIRST COUNT: members of linux that map the user, and a range behind it.
ranges() {
	printf ', "%s": [{"containerID": 0, "hostID": 4242, "size": 1}, {"containerID": 1, "hostID": %s, "size": %s}]' \
		uidMappings "$1" "$2" gidMappings "$1" "$2"
}

# users_state_is STATUS
users_state_is() {
	urt state "$tag" | grep -q "\"status\": *\"$1\""
}

# nothing_left: of the container, in the user's state directory.
nothing_left() {
	[ ! -e "run/oci-rt/$tag" ] || differs "no state" "run/oci-rt/$tag"
	unchanged
}

# delegated: makes a group with all controllers the user's own, by hand, and one below it for who calls the runtime.
delegated() {
	local name names
	delegation=/sys/fs/cgroup/${house##*/}/$tag-user
	mkdir -p "$delegation/callers"
	for group in /sys/fs/cgroup "${delegation%/*}" "$delegation"; do
		read -r names <"$group/cgroup.controllers"
		for name in $names; do
			echo "+$name" >"$group/cgroup.subtree_control" || true
		done
	done
	chown "$kUser" "$delegation" "$delegation/cgroup.procs" "$delegation/cgroup.subtree_control" "$delegation/callers" \
		"$delegation/callers/cgroup.procs"
}

# in_delegated COMMAND...: as the user, in there.
in_delegated() {
	sh -c 'echo 0 >"$1/callers/cgroup.procs"; shift; exec "$@"' sh "$delegation" \
		su -s /bin/sh -- anna -c 'XDG_RUNTIME_DIR=$1; export XDG_RUNTIME_DIR; shift; exec "$@"' sh "$PWD/run" "$@"
}
