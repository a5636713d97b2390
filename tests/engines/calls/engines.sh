# What containerd's shim, conmon and podman say to a runtime, word by word.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_container_lives_as_containerd_wants_it() {
	local log=(--log "$PWD/log.json" --log-format json)
	bundle '"sh", "-c", "echo out; exec sleep 1000"'
	ok rt "${log[@]}" create --bundle "$PWD/bundle" --pid-file "$PWD/bundle/init.pid" --no-new-keyring "$tag"
	kill -0 "$(cat bundle/init.pid)"
	ok rt "${log[@]}" start "$tag"
	ok rt "${log[@]}" ps --format json "$tag"
	is "[$(cat bundle/init.pid)]"
	ok rt "${log[@]}" pause "$tag"
	ok rt "${log[@]}" resume "$tag"
	ok rt "${log[@]}" kill "$tag" 9
	soon "its end" is_stopped
	ok rt "${log[@]}" delete "$tag"
	equal "$(cat log.json)" '' "the log"
}

a_root_without_a_pivot_is_warned_of() {
	bundle '"ls", "/bin/busybox"'
	ok rt --log "$PWD/log.json" --log-format json run --no-pivot --bundle "$PWD/bundle" "$tag"
	is /bin/busybox
	grep -q '"level":"warning".*--no-pivot' log.json || differs "a warning in the log" "$(cat log.json)"
}

a_container_lives_as_conmon_and_podman_want_it() {
	bundle '"sleep", "1000"'
	ok rt --log-format=json --log "$PWD/oci-log" create --bundle "$PWD/bundle" --pid-file "$PWD/pid" --preserve-fds 0 "$tag"
	ok rt start "$tag"
	ok rt state "$tag"
	matches '"status": *"running"'
	ok rt kill "$tag" 15
	ok rt kill --all "$tag" 9
	soon "its end" is_stopped
	ok rt delete --force "$tag"
	equal "$(cat oci-log)" '' "the log"
}

a_created_container_is_deleted_without_force() {
	bundle '"true"'
	created
	ok rt delete "$tag"
	code 1 rt state "$tag"
}

an_unknown_container_is_deleted_by_force_only() {
	ok rt delete --force nobody
	code 1 rt delete nobody
	says 'does not exist'
}

the_log_is_made_of_json_objects() {
	bundle '"no-such-program"' '"unknown": 1'
	code 1 rt --log "$PWD/log.json" --log-format json create --bundle "$PWD/bundle" "$tag"
	local line time
	while read -r line; do
		[[ $line =~ ^\{.*\"level\":\"(warning|error)\".*\"msg\":\".*\"time\":\"([^\"]*)\".*\}$ ]] ||
			differs "a JSON object with level, msg and time" "$line"
		time=${BASH_REMATCH[2]}
		[[ $time =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$ ]] ||
			differs "a time by RFC 3339" "$time"
		date --date "$time" >/dev/null || differs "a date" "$time"
	done <log.json
	[[ $(tail -n 1 log.json) = *'"level":"error"'*'exec: \"no-such-program\": executable file not found in $PATH'* ]] ||
		differs "the error at the end" "$(tail -n 1 log.json)"
}

a_new_call_adds_to_the_log() {
	code 1 rt --log "$PWD/log.json" --log-format json start "$tag"
	code 1 rt --log "$PWD/log.json" --log-format json start "$tag"
	equal "$(grep -c 'does not exist' log.json)" 2 "errors in the log"
}

warnings_go_to_the_log_and_not_into_the_containers_output() {
	bundle '"true"' '"unknown": 1'
	created
	quiet
	grep -q '"level":"warning".*unknown' log.json || differs "a warning in the log" "$(cat log.json)"
}

debug_messages_go_to_the_log_and_not_into_the_containers_output() {
	bundle '"true"'
	ok rt --debug --log "$PWD/log.json" --log-format json create --bundle "$PWD/bundle" "$tag"
	quiet
	grep -q '"level":"debug"' log.json || differs "debug messages in the log" "$(cat log.json)"
}

messages_of_kill_are_those_that_engines_look_for() {
	code 1 rt kill nobody 15
	says 'does not exist'
	bundle '"true"'
	created
	ok rt start "$tag"
	soon "its end" is_stopped
	code 1 rt kill "$tag" 15
	says 'container not running'
	code 1 rt kill --all "$tag" 15
	says 'container not running'
}

exec_runs_as_the_shim_and_conmon_want_it() {
	sleeping
	echo '{"args": ["sh", "-c", "echo $WORD; exec sleep 1000"], "cwd": "/", "env": ["PATH=/bin", "WORD=word"],
		"user": {"uid": 0, "gid": 0}}' >process.json
	ok rt --log "$PWD/log.json" --log-format json exec --process "$PWD/process.json" --detach --pid-file "$PWD/pid" "$tag"
	soon "its output" grep -q word "$said.out"
	[[ $(tr '\0' ' ' <"/proc/$(cat pid)/cmdline") = 'sleep 1000 ' ]] || differs "its pid in the file" "$(cat pid)"
	ok rt exec --pid-file="$PWD/pid2" --process="$PWD/process.json" --detach "$tag"
	ok rt ps -f json "$tag"
	is "[$(cat bundle/init.pid),$(cat pid),$(cat pid2)]"
}

exec_that_cannot_be_done_gives_255() {
	code 255 rt exec nobody true
	says 'does not exist'
	sleeping
	code 255 rt exec "$tag" no-such-program
	says 'executable file not found in $PATH'
	code 255 rt exec "$tag" /etc
	says 'Permission denied'
	code 255 rt exec --cwd /no/such/directory "$tag" true
	says 'chdir("/no/such/directory"): No such file or directory'
	ok rt pause "$tag"
	code 255 rt exec "$tag" true
	says paused
	ok rt resume "$tag"
	code 7 rt exec "$tag" sh -c 'exit 7'
	code 137 rt exec "$tag" sh -c 'kill -KILL $$'
}

a_hundred_execs_in_a_row_leave_nothing() {
	local i
	sleeping
	for ((i = 0; i < 100; i++)); do
		ok rt exec "$tag" echo "$i"
		is "$i"
	done
	ok rt ps --format json "$tag"
	is "[$(cat bundle/init.pid)]"
}

exec_waits_for_its_slow_parts() {
	sleeping
	# Descriptors are sent late, what needs none is not: the relay is overtaken by the process that it has cloned.
	code 7 strace -f -o trace -e inject=sendmsg:delay_enter=200000 \
		"$runtime" --root "$PWD/state" exec "$tag" sh -c 'exit 7'
}

everything_behind_the_id_of_exec_is_the_program() {
	sleeping
	ok rt exec "$tag" echo --detach --help -t
	is '--detach --help -t'
	ok rt exec -- "$tag" echo -n x
	is x
}

options_may_follow_the_id() {
	sleeping
	ok rt update "$tag" --pids-limit 50
	ok rt kill "$tag" --all 0
	ok rt delete "$tag" --force
}

sizes_and_minus_one_are_values() {
	sleeping
	ok rt update --memory 50M --pids-limit=33 "$tag"
	limit_is "$(cat bundle/init.pid)" memory memory.limit_in_bytes memory.max 52428800
	limit_is "$(cat bundle/init.pid)" pids pids.max pids.max 33
	ok rt update --memory=1G --pids-limit -1 "$tag"
	limit_is "$(cat bundle/init.pid)" memory memory.limit_in_bytes memory.max 1073741824
	limit_is "$(cat bundle/init.pid)" pids pids.max pids.max max
}

resources_come_from_a_file_or_from_stdin() {
	sleeping
	echo '{"memory": {"limit": 33554432}}' >resources.json
	ok rt update --resources=resources.json "$tag"
	limit_is "$(cat bundle/init.pid)" memory memory.limit_in_bytes memory.max 33554432
	ok rt update --resources=- "$tag" <<<'{"pids": {"limit": 44}}'
	limit_is "$(cat bundle/init.pid)" pids pids.max pids.max 44
}

the_list_is_a_table_or_json() {
	sleeping
	ok rt list
	matches '^ID +PID +STATUS +BUNDLE +CREATED +OWNER$'
	matches "^$tag +$(cat bundle/init.pid) +running +$PWD/bundle +[0-9TZ:.-]+ +root\$"
	ok rt list --format=json
	equal "$(wc -l <<<"$output")" 1 "lines"
	local member
	for member in ociVersion id pid status bundle rootfs created owner; do
		has "\"$member\":"
	done
	ok rt list -q
	is "$tag"
}

the_processes_are_a_table_on_request() {
	command -v ps >/dev/null || skip "there is no ps(1)"
	sleeping
	ok rt ps --format table "$tag" -o pid,args
	matches "^ *$(cat bundle/init.pid) sleep 1000\$"
}

relative_paths_count_from_the_callers_directory() {
	bundle '"true"'
	ok "$runtime" --root relative/state --log relative.log create --bundle bundle --pid-file relative.pid "$tag"
	[[ -e relative.pid && -e relative.log && -d relative/state/$tag ]] || differs "files beside the bundle" "$(find . -name 'relative*')"
	ok "$runtime" --root=relative/state delete "$tag"
}

a_kill_without_a_pid_namespace_ends_every_process() {
	pid_namespace=host bundle '"sh", "-c", "(sleep 8765 &); (sleep 8765 &); exec sleep 8765"'
	created
	ok rt start "$tag"
	soon "three processes" processes_are 3 'sleep 8765'
	ok rt kill "$tag" KILL
	soon "their end" processes_are 0 'sleep 8765'
}

a_kill_reaches_the_others_when_the_first_process_is_gone() {
	pid_namespace=host bundle '"sh", "-c", "(sleep 8766 &); (sleep 8766 &)"'
	created
	ok rt start "$tag"
	soon "the end of the first process" is_stopped
	processes_are 2 'sleep 8766' || differs "two processes that are left" "$(pgrep -fax 'sleep 8766')"
	ok rt kill --all "$tag" KILL
	soon "their end" processes_are 0 'sleep 8766'
	ok rt delete "$tag"
}

kill_at_the_same_time_as_the_removal_is_no_error() {
	for _ in 1 2 3 4 5 6 7 8; do
		bundle '"sleep", "1000"'
		"$runtime" --root "$PWD/state" run --bundle bundle "$tag" &
		soon "a running container" state_is running
		ok rt kill "$tag" KILL
		wait $! || true
	done
}

a_signal_to_all_processes_reaches_each_once() {
	bundle '"sh", "-c", "trap \"echo usr1\" USR1; trap \"echo end; exit\" TERM; echo on; while :; do sleep 0.05; done"'
	rt create --bundle bundle "$tag" >out
	ok rt start "$tag"
	soon "the program to be on" grep -q on out
	ok rt kill --all "$tag" USR1
	soon "the signal to be seen" grep -q usr1 out
	ok rt kill "$tag" TERM
	soon "the end" grep -q end out
	equal "$(tr '\n' ' ' <out)" 'on usr1 end ' "what the program saw"
}

a_process_that_nobody_reaps_counts_as_stopped() {
	bundle '"sleep", "1000"'
	"$runtime" --root "$PWD/state" run --bundle bundle "$tag" &
	local parent=$!
	soon "a running container" state_is running
	kill -STOP "$parent"
	ok rt kill "$tag" KILL
	soon "its end" is_stopped
	ok rt delete "$tag"
	kill -CONT "$parent"
	wait "$parent" || true
}

a_group_with_processes_in_it_is_refused() {
	bundle '"true"'
	local group
	group=$(group_with pids)
	sleep 100 &
	echo $! >"$group/cgroup.procs"
	code 1 rt create --bundle bundle "$tag"
	says 'not empty'
	kill $!
	wait $! || true
	rmdir "$group"
}

a_frozen_group_is_refused() {
	bundle '"true"'
	local group
	group=$(group_with freezer)
	if [[ -e $group/freezer.state ]]; then
		echo FROZEN >"$group/freezer.state"
	else
		echo 1 >"$group/cgroup.freeze"
	fi
	code 1 timeout 20 "$runtime" --root "$PWD/state" create --bundle bundle "$tag"
	says frozen
	rmdir "$group"
}

a_foreground_terminal_adds_no_carriage_returns() {
	terminal=true bundle '"printf", "one\\ntwo\\n"'
	# Its input ends only afterwards: script would show that, too.
	mkfifo keys
	exec 3<>keys
	script -qec "'$runtime' --root '$PWD/state' run --bundle bundle $tag" /dev/null <keys >out
	exec 3>&-
	equal "$(tr '\r\n' 'RN' <out)" oneRNtwoRN "what the terminal got"
}

the_systemd_driver_wants_a_unit_and_systemd() {
	bundle '"true"'
	code 1 rt --systemd-cgroup create --bundle bundle "$tag"
	says 'SLICE:PREFIX:NAME'
}

options_of_newer_engines_are_known() {
	bundle '"true"'
	ok rt --rootless=false --debug --log "$PWD/log" create --bundle bundle --preserve-fds=0 "$tag"
	ok rt delete "$tag"
	code 1 rt create --bundle bundle --pidfd-socket "$PWD/none" "$tag"
	says "$PWD/none"
	code 1 rt state "$tag"
}

probes_for_checkpoints_say_yes() {
	ok rt checkpoint --help
	code 1 rt restore --lsm-mount-context
	says 'flag needs an argument'
}

version_and_features_are_told() {
	ok "$runtime" --version
	matches '^[a-z-]+ version [0-9]'
	matches '^spec: 1\.'
	ok "$runtime" features
	has '"ociVersionMin"'
	has '"namespaces"'
}

cgroups_are_left_alone_where_they_are_disabled() {
	bundle '"cat", "/proc/self/cgroup"'
	ok rt --cgroup-manager disabled run --bundle bundle "$tag"
	lacks "$tag"
}
