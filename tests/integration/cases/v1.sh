# The hierarchies of cgroup v1 as CentOS 7 has them: what a container gets in each, and what those outside do there.
# shellcheck shell=dash disable=SC2154,SC2016

every_controller_has_a_group_of_the_container() {
	local name group
	# shellcheck disable=SC2086  # a list
	need_v1 $kControllers
	remember
	sleeping
	for name in $kControllers systemd; do
		group=$(v1_group "$name")
		grep -qx "$(cat pid)" "$group/cgroup.procs" || differs "its process in $group" "$(cat "$group/cgroup.procs")"
	done
	equal "$(grep -vc "/${house##*/}/$tag\$" "/proc/$(cat pid)/cgroup")" 0 "hierarchies in which it is elsewhere"
	[ "$(v1_group cpu)/cpuacct.usage" -ef "$(v1_group cpuacct)/cpuacct.usage" ]
	[ "$(v1_group net_cls)/net_prio.ifpriomap" -ef "$(v1_group net_prio)/net_prio.ifpriomap" ]
	ok rt delete --force "$tag"
	unchanged
}

a_limit_stands_in_the_file_that_the_books_name() {
	need_v1 blkio cpu cpuset devices hugetlb memory net_cls net_prio pids
	sleeping linux ', "resources": {
		"memory": {"limit": 67108864, "reservation": 33554432, "swappiness": 33, "disableOOMKiller": true},
		"cpu": {"shares": 333, "quota": 30000, "period": 60000, "cpus": "0", "mems": "0"},
		"pids": {"limit": 33}, "hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}],
		"network": {"classID": 1048577, "priorities": [{"name": "lo", "priority": 5}]},
		"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}]}'
	while read -r name file value; do
		grep -qx "$value" "$(v1_group "$name")/$file" || differs "$file: $value" "$(cat "$(v1_group "$name")/$file")"
	done <<-END
		memory memory.limit_in_bytes 67108864
		memory memory.soft_limit_in_bytes 33554432
		memory memory.swappiness 33
		memory memory.oom_control oom_kill_disable 1
		cpu cpu.shares 333
		cpu cpu.cfs_quota_us 30000
		cpu cpu.cfs_period_us 60000
		cpuset cpuset.cpus 0
		cpuset cpuset.mems 0
		pids pids.max 33
		hugetlb hugetlb.2MB.limit_in_bytes 4194304
		net_cls net_cls.classid 1048577
		net_prio net_prio.ifpriomap lo 5
		devices devices.list c 10:229 rwm
		devices devices.list c 1:3 rwm
	END
}

the_groups_above_need_not_clone_their_children() {
	local bit
	need_v1 cpuset
	for bit in 0 1; do
		with_parent "$bit"
		sleeping
		equal "$(cat "$parent/$tag/cpuset.cpus")" 0 "cpuset.cpus below a group with clone_children $bit"
		equal "$(cat "$parent/$tag/cpuset.mems")" "$(cat "$parent/cpuset.mems")" "cpuset.mems"
		equal "$(cat "$parent/$tag/cgroup.clone_children")" "$bit" "clone_children of the container's group"
		grep -qx "$(cat pid)" "$parent/$tag/tasks"
		ok rt delete --force "$tag"
		rmdir "$parent"
	done
}

a_list_wider_than_that_of_the_group_above_is_explained() {
	need_v1 cpuset
	with_parent 0
	bundle linux ', "resources": {"cpu": {"cpus": "0-1"}}'
	code 1 rt create --bundle bundle "$tag"
	says /linux/resources/cpu/cpus
	says 'the group above has "0"'
	rmdir "$parent"
}

no_release_agent_is_set_and_none_is_to_be_found_inside() {
	need_v1 memory
	agents >agents.before
	sleeping mount ', {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]}'
	equal "$(cat "$(v1_group memory)/notify_on_release")" 0 "notify_on_release"
	ok rt exec "$tag" busybox find /sys/fs/cgroup -name memory.limit_in_bytes
	has memory.limit_in_bytes
	ok rt exec "$tag" busybox find / -name release_agent
	is ''
	code 1 rt exec "$tag" sh -c 'echo 1 >/sys/fs/cgroup/memory/notify_on_release'
	says 'Read-only file system'
	# Nor with all rights, by a mount of its own.
	code 1 rt exec --cap CAP_SYS_ADMIN "$tag" sh -c \
		'busybox mkdir /tmp/m && busybox mount -t cgroup -o memory none /tmp/m && echo /x >/tmp/m/release_agent'
	ok rt delete --force "$tag"
	agents >agents.now
	ok cmp agents.before agents.now
}

limits_from_outside_are_seen_by_exec_and_update() {
	need_v1 pids
	sleeping
	echo 1 >"$(v1_group pids)/pids.max"
	code 255 rt exec "$tag" true
	echo 7 >"$(v1_group pids)/pids.max"
	ok rt exec "$tag" true
	ok rt events --stats "$tag"
	has '"pids":{"current":1,"limit":7}'
	# An update that fails goes back to what is there, not to what was configured.
	code 1 rt update --pids-limit 9 --cpuset-cpus 9999 "$tag"
	equal "$(cat "$(v1_group pids)/pids.max")" 7 "the limit behind an update that failed"
}

who_is_frozen_from_outside_is_paused() {
	need_v1 freezer
	sleeping
	echo FROZEN >"$(v1_group freezer)/freezer.state"
	soon "the pause" state_is paused
	code 255 rt exec "$tag" true
	says paused
	ok rt update --pids-limit 33 "$tag"
	equal "$(cat "$(v1_group pids)/pids.max")" 33 "the limit of processes"
	state_is paused
	ok rt resume "$tag"
	state_is running
	equal "$(cat "$(v1_group freezer)/freezer.state")" THAWED "the state of the freezer"
	ok rt pause "$tag"
	echo THAWED >"$(v1_group freezer)/freezer.state"
	state_is running
	ok rt exec "$tag" true
}

a_group_above_that_is_frozen_pauses_the_container() {
	need_v1 freezer
	sleeping
	echo FROZEN >"/sys/fs/cgroup/freezer/${house##*/}/freezer.state"
	soon "the pause" state_is paused
	echo THAWED >"/sys/fs/cgroup/freezer/${house##*/}/freezer.state"
	soon "the end of the pause" state_is running
}

# The first process of a pid namespace does not end before the others have; who is frozen does not end.
a_delete_waits_for_a_killed_process_that_takes_long_to_end() {
	need_v1 freezer
	sleeping
	ice=/sys/fs/cgroup/freezer/${house##*/}/$tag-ice
	mkdir "$ice"
	ok rt exec --detach --pid-file other "$tag" sleep 1000
	cat other >"$ice/cgroup.procs"
	echo FROZEN >"$ice/freezer.state"
	soon "the ice" grep -qx FROZEN "$ice/freezer.state"
	ok rt kill "$tag" KILL
	rt delete "$tag" >deleted 2>&1 &
	deleter=$!
	sleep 0.5 # beyond the moment for which it waits anyway
	echo THAWED >"$ice/freezer.state"
	code 0 wait "$deleter"
	soon "an empty group" rmdir "$ice"
}

without_an_oom_killer_processes_wait_for_memory() {
	need_v1 memory
	sleeping linux ', "resources": {"memory": {"limit": 16777216, "disableOOMKiller": true}}'
	"$runtime" --root "$PWD/state" events --interval 1h "$tag" >stream &
	watcher=$!
	# shellcheck disable=SC2010,SC2012  # names of the kernel
	soon "the watch" sh -c "ls -l /proc/$watcher/fd | grep -q eventfd"
	# The program itself has to touch the memory: a system call that lacks it fails rather than waits.
	ok rt exec --detach "$tag" sh -c 'a=x; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do a=$a$a$a$a; done; sleep 1000'
	soon "the event" grep -q '"type":"oom"' stream
	grep -q 'under_oom 1' "$(v1_group memory)/memory.oom_control"
	ok rt update --memory 256M "$tag"
	soon "enough memory" grep -q 'under_oom 0' "$(v1_group memory)/memory.oom_control"
	ok rt kill "$tag" KILL
	wait "$watcher"
}

thresholds_of_memory_are_told_when_they_are_crossed() {
	need_v1 memory
	sleeping linux ', "resources": {"memory": {"limit": 268435456}}'
	"$runtime" --root "$PWD/state" events --interval 1h --memory-threshold 32M --memory-threshold 200M "$tag" >stream &
	watcher=$!
	# shellcheck disable=SC2010,SC2012  # names of the kernel
	soon "the watch" sh -c "[ \$(ls -l /proc/$watcher/fd | grep -c eventfd) = 3 ]"
	code 1 rt events --memory-threshold 0 "$tag"
	says 'invalid value "0" for --memory-threshold'
	ok rt exec "$tag" busybox dd if=/dev/zero of=/dev/null bs=64M count=1
	soon "the way up and down" sh -c '[ "$(wc -l <stream)" -ge 2 ]'
	ok rt kill "$tag" KILL
	wait "$watcher"
	equal "$(grep -vc '"type":"memoryThreshold",.*"data":{"threshold":33554432,"usage":' stream)" 0 "other lines"
}
