# What only the cases of v1.sh need.
# shellcheck shell=dash disable=SC2154

# shellcheck disable=SC2034  # the cases use it
kControllers='blkio cpu cpuacct cpuset devices freezer hugetlb memory net_cls net_prio perf_event pids'

# need_v1 CONTROLLER...: they are in hierarchies of v1.
need_v1() {
	local name
	for name; do
		[ -e "/sys/fs/cgroup/$name/tasks" ] || skip "the controller $name is in no hierarchy of cgroup v1 here"
	done
}

# v1_group CONTROLLER: the container's group there.
v1_group() {
	echo "/sys/fs/cgroup/$1/${house##*/}/$tag"
}

# agents: what stands in the files of the release agents of this host.
agents() {
	local file
	for file in /sys/fs/cgroup/*/release_agent; do
		echo "$file $(cat "$file")"
	done
}

# with_parent CLONE_CHILDREN: the group above the container's, in cpuset, with this in cgroup.clone_children.
with_parent() {
	parent=/sys/fs/cgroup/cpuset/${house##*/}/$tag-parent
	mkdir -p "${parent%/*}"
	for file in cpuset.cpus cpuset.mems; do
		[ -n "$(cat "${parent%/*}/$file")" ] || cat "/sys/fs/cgroup/cpuset/$file" >"${parent%/*}/$file"
	done
	mkdir "$parent"
	cat "/sys/fs/cgroup/cpuset/cpuset.mems" >"$parent/cpuset.mems"
	echo 0 >"$parent/cpuset.cpus"
	echo "$1" >"$parent/cgroup.clone_children"
	# shellcheck disable=SC2034  # a part of config.json
	cgroup="\"/${house##*/}/$tag-parent/$tag\""
}
