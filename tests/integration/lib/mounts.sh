# What only the cases of mounts.sh need.
# shellcheck shell=dash disable=SC2154,SC2034

# in_container PROGRAM ARGUMENTS...: an applet of busybox in the container of the case.
in_container() {
	rt exec "$tag" busybox "$@"
}

# mounted PATH: how many mounts the container has there.
mounted() {
	awk -v path="$1" '$5 == path { count++ } END { print count + 0 }' "/proc/$(cat pid)/mountinfo"
}

# with_user_namespace: sets `namespace` and `linux` for ids from 100000 on. The root is one's own, writable for them.
with_user_namespace() {
	namespace=', {"type": "user"}'
	linux=', "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 1000}, {"containerID": 1000, "hostID": 300000, "size": 1000}],
"gidMappings": [{"containerID": 0, "hostID": 100000, "size": 1000}, {"containerID": 1000, "hostID": 300000, "size": 1000}]'
}

# own_root: ./bundle/root, a copy of the house's that the container may write to.
own_root() {
	mkdir -p bundle
	cp -a "$house/rootfs" bundle/root
	root='{"path": "root"}'
}

# can_map_here: skips where mounts of this folder cannot be mapped.
can_map_here() {
	bundle args '["true"]' mount ", $(bind_json "$PWD/maps" /tmp/maps '"idmap=uids=0-1-1;gids=0-1-1"')"
	try rt run --bundle bundle "$tag"
	mount=''
	case $errors in
	*'(EINVAL)'* | *'(ENOSYS)'*) skip "the file system of $PWD cannot be mapped" ;;
	esac
}

# needs_detached_trees: skips if the container of the last try needs a newer kernel, and says so.
needs_detached_trees() {
	case $errors in
	*'Linux 6.15'*)
		unchanged
		skip "this kernel mounts nothing in a tree without a namespace"
		;;
	esac
	[ "$status" = 0 ] || differs "exit code 0" "$status"
}

# differ LINK FILE: the file is not a link to that.
differ() {
	[ "$(readlink "$2")" != "$1" ]
}

# bind_json SOURCE DESTINATION [OPTION]...: a mount.
bind_json() {
	local source=$1 destination=$2 options='"bind"'
	shift 2
	for option; do
		options="$options, $option"
	done
	printf '{"destination": "%s", "type": "none", "source": "%s", "options": [%s]}' "$destination" "$source" "$options"
}

# tmpfs_json DESTINATION [OPTION]...
tmpfs_json() {
	local destination=$1 options='"nosuid"'
	shift
	for option; do
		options="$options, $option"
	done
	printf '{"destination": "%s", "type": "tmpfs", "source": "tmpfs", "options": [%s]}' "$destination" "$options"
}

# copies_up_as OWNER [OPTIONS]: a tmpfs that takes up /data has this owner.
copies_up_as() {
	bundle args '["busybox", "stat", "-c", "%u:%g", "/data"]' mount ", $(tmpfs_json /data '"tmpcopyup"' ${2:+"$2"})"
	ok rt run --bundle bundle "$tag"
	is "$1"
}

# unmounted PATH: also where the container that had a copy of the mount is just going.
unmounted() {
	soon "the end of the mount on $1" umount "$1"
}

# runs_with_root PATH: a container whose root that is sees it, writes to it, and leaves nothing.
runs_with_root() {
	bundle root "{\"path\": \"$1\"}" args '["sh", "-c", "cat /etc/passwd && echo written >/new && cat /new"]'
	remember
	ok rt run --bundle bundle "$tag"
	has 'root:x:0:0'
	has written
	unchanged
}
