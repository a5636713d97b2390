# Containers in units of systemd. They need the host's own systemd, so where there is one they run outside of the house.
# shellcheck shell=dash disable=SC2154,SC2016

limits='"memory": {"limit": 67108864, "reservation": 33554432, "swap": 67108864},
"cpu": {"shares": 1024, "quota": 50000, "period": 100000, "cpus": "0", "mems": "0"}, "pids": {"limit": 33}'
devices='"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 10, "minor": 200, "access": "rw"}]'
fuse=', "devices": [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438}]'

a_container_is_a_delegated_scope_in_its_slice() {
	in_scope
	shows ActiveState=active Slice=system.slice Delegate=yes "Description=oci-rt container $tag" TasksMax=infinity
	equal "$(sed -n 's/^0:://p' "/proc/$(cat pid)/cgroup")" "/system.slice/$unit" "its group"
	ok rt delete --force "$tag"
	is_gone || differs "no unit" "$(systemctl status "$unit")"
	[ ! -e "/sys/fs/cgroup/system.slice/$unit" ]
}

limits_are_properties_of_the_unit_and_values_of_files() {
	in_scope linux ", \"resources\": {$limits, \"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": 4194304}]}"
	shows MemoryMax=67108864 MemoryLow=33554432 MemorySwapMax=0 CPUWeight=100 CPUQuotaPerSecUSec=500ms \
		CPUQuotaPeriodUSec=100ms AllowedCPUs=0 AllowedMemoryNodes=0 TasksMax=33
	holds memory.max 67108864 memory.low 33554432 memory.swap.max 0 cpu.weight 100 cpu.max '50000 100000' \
		cpuset.cpus 0 cpuset.mems 0 pids.max 33 hugetlb.2MB.max 4194304
}

limits_and_device_rules_survive_a_reload_of_systemd() {
	in_scope linux "$fuse, \"resources\": {$limits, $devices, \"unified\": {\"memory.high\": \"50331648\"}, \"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": 4194304}]}"
	shows DevicePolicy=strict MemoryHigh=50331648
	systemctl daemon-reload
	holds memory.max 67108864 memory.high 50331648 memory.low 33554432 memory.swap.max 0 cpu.weight 100 \
		cpu.max '50000 100000' cpuset.cpus 0 cpuset.mems 0 pids.max 33 hugetlb.2MB.max 4194304
	ok rt exec "$tag" sh -c 'echo >/dev/null'
	try opens_fuse
	says 'Operation not permitted'
}

a_quota_that_is_no_whole_percentage_is_exact_in_the_file() {
	in_scope linux ', "resources": {"cpu": {"quota": 12345, "period": 100000}}'
	shows CPUQuotaPerSecUSec=130ms
	holds cpu.max '12345 100000'
	ok rt update --cpu-quota 23456 "$tag"
	shows CPUQuotaPerSecUSec=240ms
	holds cpu.max '23456 100000'
}

an_update_changes_the_unit_and_the_files() {
	in_scope linux ", \"resources\": {$limits}"
	ok rt update --memory 134217728 --memory-swap 134217728 --pids-limit 44 --cpu-quota 20000 "$tag"
	shows MemoryMax=134217728 TasksMax=44 CPUQuotaPerSecUSec=200ms MemoryLow=33554432
	systemctl daemon-reload
	holds memory.max 134217728 pids.max 44 cpu.max '20000 100000' memory.low 33554432
}

an_update_of_devices_holds_after_a_reload() {
	in_scope linux "$fuse, \"resources\": {$devices}"
	echo '{"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "r"}]}' >new
	ok rt update --resources new "$tag"
	ok systemctl show --property DeviceAllow "$unit"
	has '/dev/char/10:229 r'
	lacks '10:200'
	ok opens_fuse
	systemctl daemon-reload
	ok opens_fuse
	ok rt exec "$tag" sh -c 'echo >/dev/null'
}

an_update_that_is_refused_changes_neither() {
	in_scope linux ", \"resources\": {$limits}"
	code 1 rt update --memory 134217728 --memory-swap 134217728 --cpuset-cpus 4000 "$tag"
	shows MemoryMax=67108864 AllowedCPUs=0
	holds memory.max 67108864 cpuset.cpus 0
}

exec_is_in_the_scope_and_a_pause_is_of_it() {
	in_scope
	ok rt exec --detach --pid-file other "$tag" sleep 1000
	equal "$(cat "/proc/$(cat other)/cgroup")" "$(cat "/proc/$(cat pid)/cgroup")" "the group"
	ok rt pause "$tag"
	grep -qx 'frozen 1' "/sys/fs/cgroup/system.slice/$unit/cgroup.events"
	ok rt resume "$tag"
	ok rt kill "$tag" KILL
	ok rt delete "$tag"
	is_gone || differs "no unit" "$(systemctl status "$unit")"
}

annotations_set_harmless_properties() {
	in_scope top ', "annotations": {"org.systemd.property.TimeoutStopSec": "uint64 7", "org.systemd.property.CollectMode": "'"'inactive-or-failed'"'"}'
	shows TimeoutStopUSec=7s CollectMode=inactive-or-failed
}

an_annotation_that_would_touch_other_units_is_an_error() {
	bundle cgroup '""' top ', "annotations": {"org.systemd.property.Conflicts": "[\"ssh.service\"]"}'
	need_systemd
	code 1 with_systemd create --bundle bundle "$tag"
	says "an annotation cannot set systemd's property Conflicts"
	says '/annotations/org.systemd.property.Conflicts'
}

the_name_of_another_unit_is_an_error_and_spares_it() {
	need_systemd
	unit_of "$tag"
	systemd-run --quiet --scope --unit "$unit" sleep 1000 &
	soon "the other unit" systemctl is-active "$unit"
	bundle
	code 1 with_systemd create --bundle bundle "$tag"
	says "systemd has a unit $unit already (config.json:"
	says '/linux/cgroupsPath'
	equal "$(systemctl is-active "$unit")" active "the other unit"
	code 1 rt state "$tag"
	systemctl stop "$unit"
}

a_container_of_the_same_name_can_be_made_at_once_again() {
	local round
	for round in 1 2 3 4 5; do
		in_scope
		ok rt delete --force "$tag"
	done
	equal "$round" 5 rounds
}

a_create_that_fails_leaves_no_unit() {
	need_systemd
	unit_of "$tag"
	bundle args '["sleep", "1000"]' mounts '{"destination": "/x", "type": "bind", "source": "/no/such/folder", "options": ["bind"]}'
	code 1 with_systemd create --bundle bundle "$tag"
	is_gone || differs "no unit" "$(systemctl status "$unit")"
}

a_create_that_is_killed_is_undone() {
	local pid
	need_systemd
	unit_of "$tag"
	bundle top ', "hooks": {"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", "touch '"$PWD"'/hook; sleep 1000"]}]}'
	"$runtime" --root "$PWD/state" --systemd-cgroup create --bundle bundle "$tag" >/dev/null 2>&1 &
	pid=$!
	soon "the hook" test -e hook
	equal "$(systemctl is-active "$unit")" active "the unit"
	kill -KILL "$pid"
	ok rt delete --force "$tag"
	is_gone || differs "no unit" "$(systemctl status "$unit")"
}

without_a_bus_systemd_is_asked_directly() {
	need_systemd
	[ -S /run/systemd/private ] || skip "no socket of systemd itself"
	systemctl stop dbus.socket dbus.service 2>/dev/null || skip "no bus to stop"
	in_scope
	ok rt delete --force "$tag"
	quiet
	systemctl start dbus.socket
}

a_delete_without_any_bus_leaves_the_unit_to_systemd() {
	in_scope
	ok env DBUS_SYSTEM_BUS_ADDRESS=tcp:host=localhost "$runtime" --root "$PWD/state" delete --force "$tag"
	says 'is left to systemd'
	soon "the unit's end" is_gone
	[ ! -e "/sys/fs/cgroup/system.slice/$unit" ]
}

a_host_that_systemd_does_not_run_is_told() {
	[ ! -d /run/systemd/system ] || skip "a host that systemd runs"
	bundle cgroup '""'
	code 1 with_systemd create --bundle bundle "$tag"
	says 'reach systemd by D-Bus: connect('
	says 'is this host run by systemd?'
	equal "$(ls state)" "" "the state"
}

a_path_in_the_place_of_a_unit_is_an_error() {
	bundle
	code 1 with_systemd create --bundle bundle "$tag"
	says 'is not SLICE:PREFIX:NAME (config.json:'
	bundle cgroup '"a.scope:b:c"'
	code 1 with_systemd create --bundle bundle "$tag"
	says '"a.scope" is not the name of a slice (config.json:'
}

a_slice_can_be_a_container_too() {
	need_systemd
	[ -e /sys/fs/cgroup/cgroup.controllers ] || skip "no pure cgroup v2"
	unit=ocirt$$.slice
	bundle args '["sleep", "1000"]' cgroup "\"::$unit\"" linux ', "resources": {"memory": {"limit": 67108864}}'
	ok with_systemd create --bundle bundle --pid-file pid "$tag"
	equal "$(sed -n 's/^0:://p' "/proc/$(cat pid)/cgroup")" "/$unit" "its group"
	shows MemoryMax=67108864
	ok rt delete --force "$tag"
	shows ActiveState=inactive
}
