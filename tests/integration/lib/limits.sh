# What only the cases of limits.sh need.
# shellcheck shell=dash disable=SC2154

# limit_is CONTROLLER FILE VALUE FILE VALUE: the first file is that of v1, the second that of v2; the one that the
# container's group has holds its value.
limit_is() {
	local group
	group=$(group_of "$(cat pid)" "$1")
	if [ -e "$group/$2" ]; then
		equal "$(cat "$group/$2")" "$3" "$2"
	else
		equal "$(cat "$group/$4")" "$5" "$4"
	fi
}

# has_file CONTROLLER FILE...: whether the container's group has one of these.
has_file() {
	local group file
	group=$(group_of "$(cat pid)" "$1")
	shift
	for file; do
		[ ! -e "$group/$file" ] || return 0
	done
	return 1
}

# is_pure_v2: whether there is nothing but cgroup v2.
is_pure_v2() {
	[ -e /sys/fs/cgroup/cgroup.controllers ]
}

# groups_of_container: the folders of its groups, one in each hierarchy.
groups_of_container() {
	find /sys/fs/cgroup -type d -path "*/${house##*/}/$tag" 2>/dev/null
}

# make_groups_below NAME: a group below each of the container's, one that processes can be in.
make_groups_below() {
	local group file
	groups_of_container >groups
	while read -r group; do
		mkdir "$group/$1"
		for file in cpuset.cpus cpuset.mems; do
			[ ! -e "$group/cgroup.clone_children" ] || [ ! -e "$group/$file" ] || cat "$group/$file" >"$group/$1/$file"
		done
	done <groups
}

# block_device: "MAJOR MINOR" of a disk; nothing if there is none.
block_device() {
	local disk
	for disk in /sys/block/*; do
		case $disk in
		*/loop* | */ram* | */zram* | '/sys/block/*') ;;
		*)
			tr ':' ' ' <"$disk/dev"
			return
			;;
		esac
	done
}
