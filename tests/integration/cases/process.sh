# What the process of a container is given, the first one and those of exec.
# shellcheck shell=dash disable=SC2154,SC2016

the_session_keyring_is_the_containers_also_in_exec() {
	[ -r /proc/keys ] || skip "this kernel has no keys"
	local key first
	mkdir bundle shared
	chmod 777 shared
	bundle user '{"uid": 1000, "gid": 1000}' args '["sh", "-c", "cat /proc/keys >/shared/keys; exec sleep 1000"]' \
		mount ", {\"destination\": \"/shared\", \"type\": \"bind\", \"source\": \"$PWD/shared\", \"options\": [\"bind\"]}"
	created
	ok rt start "$tag"
	soon "its keys" test -s shared/keys
	cp shared/keys keys
	ours
	first=$key
	ok rt exec "$tag" cat /proc/keys
	echo "$output" >keys
	ours
	equal "$key" "$first" "the keyring of exec"
}

the_callers_session_keyring_is_kept_if_that_is_asked_for() {
	[ -r /proc/keys ] || skip "this kernel has no keys"
	bundle user '{"uid": 1000, "gid": 1000}' args '["cat", "/proc/keys"]'
	ok rt run --no-new-keyring --bundle bundle "$tag"
	lacks "_ses.$tag"
}

the_personality_is_that_of_each_process() {
	[ "$(uname -m)" = x86_64 ] || skip "LINUX32 is about x86_64 here"
	mkdir bundle
	cp -a "$house/rootfs" bundle/rootfs
	ln -s busybox bundle/rootfs/bin/uname
	sleeping linux ', "personality": {"domain": "LINUX32"}'
	ok rt exec "$tag" uname -m
	is i686
}

the_memory_policy_is_that_of_each_process() {
	[ -e /sys/devices/system/node/node0 ] || skip "this kernel has no NUMA"
	sleeping linux ', "memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}'
	grep -q 'bind=static:0' "/proc/$(cat pid)/numa_maps" || differs "bind=static:0" "$(cat "/proc/$(cat pid)/numa_maps")"
	ok rt exec "$tag" cat /proc/self/numa_maps
	has 'bind=static:0'
}

a_process_of_exec_gets_its_own_scheduler() {
	sleeping
	document ', "scheduler": {"policy": "SCHED_BATCH", "nice": 7, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}'
	ok rt exec --process process.json "$tag"
	equal "$(field 19)" 7 "its nice value"
	equal "$(field 41)" 3 "its policy"
	document ', "scheduler": {"policy": "SCHED_IDLE"}'
	ok rt exec --process process.json "$tag"
	equal "$(field 41)" 5 "its policy"
	document ', "scheduler": {"policy": "SCHED_FIFO"}'
	code 255 rt exec --process process.json "$tag"
	says 'SCHED_FIFO needs a "priority"'
	says 'process.json:'
}

a_process_of_exec_gets_its_own_limits() {
	sleeping
	document ', "rlimits": [{"type": "RLIMIT_CORE", "soft": 7, "hard": 7}], "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 6}'
	ok rt exec --process process.json "$tag"
	has 'Max core file size        7                    7  '
	document ', "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 9}'
	code 255 rt exec --process process.json "$tag"
	says '/ioPriority/priority'
}

processors_are_chosen_for_processes_of_exec_alone() {
	[ "$(grep -c ^processor /proc/cpuinfo)" -gt 1 ] || skip "there is one processor only"
	sleeping process ', "execCPUAffinity": {"initial": "0", "final": "1"}'
	grep -q '^Cpus_allowed_list:.*[-,]' "/proc/$(cat pid)/status" || differs "all processors" "fewer"
	ok rt exec "$tag" sh -c 'while read -r line; do case $line in Cpus_allowed_list*) echo "$line" ;; esac; done </proc/self/status'
	is 'Cpus_allowed_list:	1'
}

processors_beyond_a_thousand_are_an_error_and_no_crash() {
	sleeping process ', "execCPUAffinity": {"final": "5000-6000"}'
	code 255 rt exec "$tag" true
	says 'sched_setaffinity'
	says '/process/execCPUAffinity/final'
}

the_callers_groups_are_kept_if_the_annotation_says_so() {
	command -v perl >/dev/null || skip "there is no perl"
	bundle args '["id", "-G"]' top ', "annotations": {"run.oci.keep_original_groups": "1"}'
	ok groups_of "$runtime" --root "$PWD/state" run --bundle bundle "$tag"
	is '0 1234 2345'
	bundle top ''
	ok groups_of "$runtime" --root "$PWD/state" run --bundle bundle "$tag"
	is 0
}

the_callers_groups_are_kept_in_exec_too() {
	command -v perl >/dev/null || skip "there is no perl"
	sleeping top ', "annotations": {"run.oci.keep_original_groups": "1"}'
	ok groups_of "$runtime" --root "$PWD/state" exec "$tag" id -G
	is '0 1234 2345'
}

# --- labels --------------------------------------------------------------------------------------

a_process_has_its_apparmor_profile() {
	apparmor_profile
	bundle args '["cat", "/proc/self/attr/current"]' process ', "apparmorProfile": "oci-rt-test", "noNewPrivileges": true'
	ok rt run --bundle bundle "$tag"
	is 'oci-rt-test (complain)'
}

a_process_of_exec_has_the_containers_profile_or_another() {
	apparmor_profile
	sleeping process ', "apparmorProfile": "oci-rt-test"'
	ok rt exec "$tag" cat /proc/self/attr/current
	is 'oci-rt-test (complain)'
	echo '{"args": ["cat", "/proc/self/attr/current"], "cwd": "/", "env": ["PATH=/bin"]}' >process.json
	ok rt exec --process process.json "$tag"
	is 'oci-rt-test (complain)'
	ok rt exec --apparmor unconfined "$tag" cat /proc/self/attr/current
	is unconfined
}

a_profile_is_written_even_where_proc_is_covered() {
	apparmor_profile
	bundle args '["sh", "-c", "cat /proc/self/attr/current; true"]' process ', "apparmorProfile": "oci-rt-test"' \
		mount ', {"destination": "/proc/self/attr", "type": "tmpfs", "source": "tmpfs"}'
	ok rt run --bundle bundle "$tag"
	has oci-rt-test//
}

a_profile_that_is_not_loaded_is_an_error() {
	apparmor_profile
	bundle process ', "apparmorProfile": "no-such-profile"'
	remember
	code 1 rt run --bundle bundle "$tag"
	says 'AppArmor has no profile "no-such-profile" (config.json:'
	says '/process/apparmorProfile)'
	unchanged
}

unconfined_is_no_wish_where_there_is_no_apparmor() {
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" != Y ] || skip "this kernel has AppArmor"
	bundle process ', "apparmorProfile": "unconfined"' args '["echo", "runs"]'
	ok rt run --bundle bundle "$tag"
	is runs
	sleeping process ''
	ok rt exec --apparmor unconfined "$tag" true
	code 255 rt exec --apparmor tight "$tag" true
	says 'AppArmor is not in force on this host'
	says '(--apparmor)'
}

a_label_of_exec_needs_somebody_who_enforces_it() {
	[ ! -e /sys/fs/selinux ] || skip "SELinux is in force here"
	sleeping
	code 255 rt exec --process-label system_u:system_r:container_t:s0 "$tag" true
	says 'SELinux is not in force on this host'
	says '(--process-label)'
}

a_process_has_its_selinux_label() {
	knows_label system_u:system_r:container_t:s0:c1,c2
	bundle args '["cat", "/proc/self/attr/current"]' \
		process ', "selinuxLabel": "system_u:system_r:container_t:s0:c1,c2", "noNewPrivileges": true'
	ok rt run --bundle bundle "$tag"
	is system_u:system_r:container_t:s0:c1,c2
	sleeping process ', "selinuxLabel": "system_u:system_r:container_t:s0:c1,c2"'
	ok rt exec "$tag" cat /proc/self/attr/current
	is system_u:system_r:container_t:s0:c1,c2
	ok rt exec --process-label system_u:system_r:container_t:s0:c3,c4 "$tag" cat /proc/self/attr/current
	is system_u:system_r:container_t:s0:c3,c4
}

a_label_that_the_policy_does_not_have_is_an_error() {
	knows_label system_u:system_r:container_t:s0:c1,c2
	bundle process ', "selinuxLabel": "system_u:system_r:no_such_t:s0"'
	remember
	code 1 rt run --bundle bundle "$tag"
	says '/process/selinuxLabel)'
	says 'hint: the loaded policy has no such context'
	unchanged
	sleeping process ''
	code 255 rt exec --process-label system_u:system_r:no_such_t:s0 "$tag" true
	says '(--process-label)'
	says 'hint: the loaded policy has no such context'
}

# --- the service manager -------------------------------------------------------------------------

start_waits_for_the_container_and_tells_the_service_manager() {
	manager
	says_ready 1000
	export NOTIFY_SOCKET="$PWD/manager"
	created
	rt start "$tag" >started 2>&1 &
	starter=$!
	soon "its start" state_is running
	equal "$(cat told)" '' "what the manager was told"
	: >shared/go
	code 0 wait "$starter"
	soon "the message" told "STATUS=stands READY=1 MAINPID=$(cat pid)  -- BARRIER=1 -- "
	equal "$(cat started)" '' "what start said"
	ok rt delete --force "$tag"
	[ ! -e "state/$tag" ] || differs "no state" "$(ls state)"
}

run_hands_on_what_the_container_says() {
	manager
	says_ready 0
	: >shared/go
	NOTIFY_SOCKET="$PWD/manager" ok rt run --bundle bundle "$tag"
	soon "the message" told "STATUS=stands READY=1  -- "
}

a_container_that_is_never_ready_ends_the_wait() {
	manager
	bundle args '["sh", "-c", "echo $NOTIFY_SOCKET; ls /run/notify"]' \
		mount ', {"destination": "/run", "type": "tmpfs", "source": "tmpfs"}'
	export NOTIFY_SOCKET="$PWD/manager"
	ok rt run --detach --bundle bundle "$tag"
	is "/run/notify/notify.sock
notify.sock"
	equal "$(cat told)" '' "what the manager was told"
}

the_service_managers_socket_is_not_the_containers() {
	bundle args '["sh", "-c", "echo $NOTIFY_SOCKET; ls /run"]' \
		mount ', {"destination": "/run", "type": "tmpfs", "source": "tmpfs"}'
	ok rt run --bundle bundle "$tag"
	is ''
}

a_pidfd_is_sent_by_create_and_by_exec() {
	takes_pidfd
	bundle args '["sleep", "1000"]'
	ok rt create --bundle bundle --pid-file pid --pidfd-socket socket "$tag"
	soon "the pidfd" grep -q "^Pid:	$(cat pid)\$" taken
	ok rt start "$tag"
	takes_pidfd
	ok rt exec --detach --pid-file pid --pidfd-socket socket "$tag" sleep 1000
	soon "the pidfd" grep -q "^Pid:	$(cat pid)\$" taken
}

a_pidfd_that_nobody_takes_leaves_no_container() {
	bundle
	remember
	code 1 rt create --bundle bundle --pidfd-socket nowhere "$tag"
	says 'send the pidfd to its socket'
	unchanged
	sleeping
	code 255 rt exec --pidfd-socket nowhere "$tag" sleep 2000
	ok rt ps --format json "$tag"
	is "[$(cat pid)]"
}

a_terminal_of_exec_has_the_size_of_its_document() {
	command -v script >/dev/null || skip "there is no script(1)"
	sleeping
	echo '{"args": ["stty", "size"], "cwd": "/", "env": ["PATH=/bin"], "terminal": true,
		"consoleSize": {"height": 12, "width": 34}}' >process.json
	ok rt exec --process process.json "$tag"
	has '12 34'
}

the_clocks_of_the_container_are_those_of_exec() {
	[ -e /proc/self/ns/time ] || skip "this kernel has no time namespaces"
	sleeping namespace ', {"type": "time"}' linux ', "timeOffsets": {"boottime": {"secs": 100000000, "nanosecs": 5}}'
	ok rt exec "$tag" cat /proc/uptime
	[ "${output%%.*}" -gt 100000000 ] || differs "more than 100000000 s" "$output"
}

a_flag_of_the_scheduler_is_set_or_named() {
	sleeping
	document ', "scheduler": {"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_UTIL_CLAMP_MIN"]}'
	try rt exec --process process.json "$tag"
	case $status in
	0) ;;
	255) says 'CONFIG_UCLAMP_TASK' ;;
	*) differs "exit code 0 or 255" "$status" ;;
	esac
}
