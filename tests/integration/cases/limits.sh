# Limits of a container that lives: changed by documents and by options, all or none; groups of its own groups.
# shellcheck shell=dash disable=SC2154,SC2016

a_document_changes_memory_processor_and_processes() {
	sleeping
	echo '{"memory": {"limit": 67108864, "reservation": 33554432}, "pids": {"limit": 33},
		"cpu": {"shares": 512, "quota": 30000, "period": 60000, "cpus": "0", "mems": "0"}}' >document
	ok rt update --resources document "$tag"
	limit_is memory memory.limit_in_bytes 67108864 memory.max 67108864
	limit_is memory memory.soft_limit_in_bytes 33554432 memory.low 33554432
	limit_is cpu cpu.shares 512 cpu.weight 59
	limit_is cpu cpu.cfs_quota_us 30000 cpu.max '30000 60000'
	limit_is cpuset cpuset.cpus 0 cpuset.cpus 0
	limit_is cpuset cpuset.mems 0 cpuset.mems 0
	limit_is pids pids.max 33 pids.max 33
	quiet
}

what_a_document_leaves_out_stays() {
	sleeping linux ', "resources": {"pids": {"limit": 33}, "cpu": {"quota": 30000, "period": 60000}}'
	echo '{"cpu": {"period": 90000}}' | rt update -r - "$tag"
	limit_is cpu cpu.cfs_period_us 90000 cpu.max '30000 90000'
	limit_is pids pids.max 33 pids.max 33
	ok rt update --cpu-quota -1 --pids-limit -1 "$tag"
	limit_is cpu cpu.cfs_quota_us -1 cpu.max 'max 90000'
	limit_is pids pids.max max pids.max max
}

options_are_added_to_a_document() {
	local major minor
	block_device >device
	read -r major minor <device || skip "there is no disk here"
	sleeping
	echo "{\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": $major, \"minor\": $minor, \"rate\": 123456}]}}" >document
	ok rt update -r document --pids-limit 44 "$tag"
	limit_is blkio blkio.throttle.read_bps_device "$major:$minor 123456" io.max "$major:$minor rbps=123456 wbps=max riops=max wiops=max"
	limit_is pids pids.max 44 pids.max 44
}

huge_pages_are_limited_by_a_document() {
	sleeping
	has_file hugetlb hugetlb.2MB.limit_in_bytes hugetlb.2MB.max || skip "there are no huge pages of 2 MB here"
	echo '{"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}' | rt update -r - "$tag"
	limit_is hugetlb hugetlb.2MB.limit_in_bytes 4194304 hugetlb.2MB.max 4194304
	limit_is hugetlb hugetlb.2MB.rsvd.limit_in_bytes 4194304 hugetlb.2MB.rsvd.max 4194304
}

network_class_and_priorities_are_changed_by_a_document() {
	sleeping
	has_file net_cls net_cls.classid || skip "the controller net_cls is not mounted here"
	echo '{"network": {"classID": 1048577, "priorities": [{"name": "lo", "priority": 7}]}}' | rt update -r - "$tag"
	limit_is net_cls net_cls.classid 1048577 '' ''
	grep -q '^lo 7$' "$(group_of "$(cat pid)" net_prio)/net_prio.ifpriomap"
}

files_of_v2_are_written_as_they_stand() {
	is_pure_v2 || skip "this is no pure cgroup v2 host"
	sleeping
	echo '{"unified": {"memory.high": "50331648", "cpu.weight": "77", "pids.max": "55"}}' | rt update -r - "$tag"
	limit_is memory '' '' memory.high 50331648
	limit_is cpu '' '' cpu.weight 77
	limit_is pids '' '' pids.max 55
	code 1 rt update -r - "$tag" <<-END
		{"unified": {"pids.max": "66", "nothing.max": "1"}}
	END
	says /unified/nothing.max
	limit_is pids '' '' pids.max 55
}

an_update_that_fails_changes_nothing() {
	sleeping linux ', "resources": {"memory": {"limit": 67108864}, "cpu": {"quota": 30000, "period": 60000}, "pids": {"limit": 33}}'
	# No disk has this number, and the kernel says so only when everything in front of it is written.
	code 1 rt update -r - "$tag" <<-END
		{"memory": {"limit": 50331648}, "cpu": {"quota": 20000, "period": 50000}, "pids": {"limit": 44},
		 "blockIO": {"throttleReadBpsDevice": [{"major": 4000, "minor": 77, "rate": 1}]}}
	END
	says /blockIO/throttleReadBpsDevice/0
	says 'there is no disk with this number'
	limit_is memory memory.limit_in_bytes 67108864 memory.max 67108864
	limit_is cpu cpu.cfs_quota_us 30000 cpu.max '30000 60000'
	limit_is cpu cpu.cfs_period_us 60000 cpu.max '30000 60000'
	limit_is pids pids.max 33 pids.max 33
	state_is running
}

a_document_is_read_as_strictly_as_a_configuration() {
	sleeping
	code 1 rt update -r - "$tag" <<-END
		{"memory": {"limit": "64M"}, "pids": {"limit": -7}}
	END
	says 'stdin:1:22 /memory/limit'
	says /pids/limit
	echo '{"memroy": {"limit": 67108864}}' >document
	ok rt --log log update -r document "$tag"
	grep -q 'did you mean "memory"' log || differs "a warning of the unknown key" "$(cat log)"
	code 1 rt update -r nowhere "$tag"
	says 'No such file or directory'
}

devices_change_and_readers_of_null_never_notice() {
	local all='{"devices": [{"allow": true, "access": "rwm"}]}' none='{"devices": [{"allow": false, "access": "rwm"}]}'
	local one='{"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "minor": 99, "access": "rwm"}]}'
	local document _
	# Nobody drives this device: who may use it gets another error than who may not.
	bundle linux ', "devices": [{"path": "/dev/nobodys", "type": "c", "major": 1, "minor": 99}]' \
		args '["sh", "-c", "while true </dev/null; do :; done"]'
	created
	ok rt start "$tag"
	code 1 rt exec "$tag" cat /dev/nobodys
	says 'No such device or address'
	for _ in 1 2 3 4 5; do
		for document in "$none" "$one" "$all" "$none" "$all" "$one"; do
			echo "$document" | rt update -r - "$tag"
		done
	done
	code 1 rt exec "$tag" cat /dev/nobodys
	says 'No such device or address'
	echo "$none" | rt update -r - "$tag"
	code 1 rt exec "$tag" cat /dev/nobodys
	says 'Operation not permitted'
	state_is running
	ok rt exec "$tag" true
}

limits_of_a_paused_container_change_and_it_stays_paused() {
	sleeping
	ok rt pause "$tag"
	ok rt update --pids-limit 33 "$tag"
	limit_is pids pids.max 33 pids.max 33
	echo '{"devices": [{"allow": true, "access": "rwm"}]}' | rt update -r - "$tag"
	echo '{"devices": [{"allow": false, "access": "rwm"}]}' | rt update -r - "$tag"
	state_is paused
	ok rt resume "$tag"
}

a_stopped_container_has_no_limits_to_change() {
	sleeping
	ok rt kill "$tag" KILL
	soon "its end" state_is stopped
	code 1 rt update --pids-limit 33 "$tag"
	says 'cannot update a container that is stopped'
}

a_process_is_put_into_a_group_below_the_containers() {
	sleeping
	make_groups_below inner
	ok rt exec --cgroup inner "$tag" cat /proc/self/cgroup
	# (A hierarchy that is mounted nowhere has no group of the container.)
	equal "$(echo "$output" | grep -c ':/inner$')" "$(wc -l <groups)" "hierarchies in which it is there"
	ok rt exec --cgroup / "$tag" cat /proc/self/cgroup
	equal "$(echo "$output" | grep -vc ':/$')" 0 "hierarchies in which it is elsewhere"
	code 255 rt exec --cgroup elsewhere "$tag" true
	says 'has to exist'
	code 255 rt exec --cgroup ../.. "$tag" true
	says 'has the component'
}

a_process_is_put_into_groups_by_controllers() {
	sleeping
	make_groups_below inner
	code 255 rt exec --cgroup nothing:inner "$tag" true
	says 'no cgroup with the controller nothing'
	code 255 rt exec --cgroup inner --cgroup pids:inner "$tag" true
	says 'names no controllers'
	if is_pure_v2; then
		ok rt exec --cgroup pids:inner "$tag" cat /proc/self/cgroup
		is '0::/inner'
		code 255 rt exec --cgroup pids:inner --cgroup memory:/ "$tag" true
		says 'two groups for one process'
		return
	fi
	ok rt exec --cgroup pids:inner --cgroup memory:/ "$tag" cat /proc/self/cgroup
	echo "$output" | grep -q ':pids:/inner$' || differs "pids in the inner group" "$output"
	equal "$(echo "$output" | grep -v ':pids:' | grep -vc ':/$')" 0 "other hierarchies in which it is elsewhere"
}

where_the_first_process_has_moved_others_follow() {
	sleeping
	make_groups_below inner
	while read -r group; do
		cat pid >"$group/inner/cgroup.procs"
	done <groups
	ok rt exec "$tag" cat /proc/self/cgroup
	equal "$(echo "$output" | grep -c ':/inner$')" "$(wc -l <groups)" "hierarchies in which it is there"
	ok rt exec --cgroup / "$tag" cat /proc/self/cgroup
	equal "$(echo "$output" | grep -vc ':/$')" 0 "hierarchies in which it is elsewhere"
}

a_process_waits_in_a_paused_container_if_it_is_told_to() {
	local waiting
	sleeping
	ok rt pause "$tag"
	code 255 rt exec "$tag" true
	says paused
	"$runtime" --root "$PWD/state" exec --ignore-paused "$tag" echo word >said &
	waiting=$!
	sleep 0.5
	kill -0 "$waiting" || differs "a process that waits" "it has ended"
	equal "$(cat said)" '' "what it said"
	ok rt resume "$tag"
	wait "$waiting"
	equal "$(cat said)" word "what it said"
}
