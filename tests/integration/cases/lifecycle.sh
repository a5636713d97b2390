# The life of a container in single steps and at once, as somebody at a shell would do it.
# shellcheck shell=dash disable=SC2154,SC2016

the_readme_says_what_is_run_here() {
	local readme=$here/../../README.md
	[ -e "$readme" ] || skip "README.md is not here"
	sed -n '/^## By hand/,/^## Under/{s/ *#.*//;s/^    //p}' "$readme" >said
	readme_commands >known
	ok diff said known
}

a_container_lives_as_the_readme_says() {
	by_hand
	sed -i '/oci-rt run/d' commands
	ok timeout 50 sh ./commands
	has '"status": "created"'
	has 'sleep 1000'
	quiet
	equal "$(oci-rt list --quiet)$(find /sys/fs/cgroup -type d -name "*$id*")" '' "what is left"
}

a_shell_of_the_readme_is_on_a_terminal() {
	command -v script >/dev/null || skip "there is no script(1)"
	by_hand
	sed -i '/oci-rt run/q' commands
	echo 'id -u; ps; exit 7' >typed
	code 7 timeout 50 script -qec 'sh ./commands' typescript <typed
	has 'ps; exit 7'
	has '1 0 '
	equal "$(oci-rt list --quiet)" '' "what is left"
}

a_program_runs_and_its_code_is_the_runtimes() {
	bundle args '["sh", "-c", "echo out; echo err >&2; exit 42"]'
	remember
	code 42 rt run --bundle bundle "$tag"
	is out
	equal "$errors" err "the messages"
	bundle args '["sh", "-c", "kill -9 $$"]' namespaces '{"type": "mount"}'
	code 137 rt run --bundle bundle "$tag"
	unchanged
}

a_program_reads_what_the_runtime_is_given() {
	bundle args '["cat"]'
	echo word >words
	ok rt run --bundle bundle "$tag" <words
	is word
}

a_detached_program_runs_on() {
	bundle args '["sleep", "1000"]'
	remember
	ok rt run --detach --bundle bundle --pid-file pid "$tag"
	ok rt state "$tag"
	has '"status": "running"'
	has "\"pid\": $(cat pid)"
	equal "$(tr '\0' ' ' <"/proc/$(cat pid)/cmdline")" 'sleep 1000 ' "the program"
	code 1 rt delete "$tag"
	says 'is running'
	ok rt delete --force "$tag"
	unchanged
}

each_step_wants_its_status() {
	code 1 rt start "$tag"
	says 'does not exist'
	bundle args '["sleep", "1000"]'
	created
	code 1 rt create --bundle bundle "$tag"
	says 'already exists'
	ok rt exec "$tag" true
	ok rt start "$tag"
	code 1 rt start "$tag"
	ok rt kill "$tag" KILL
	soon "its end" state_is stopped
	code 1 rt start "$tag"
	code 1 rt kill "$tag" TERM
	code 255 rt exec "$tag" true
	ok rt delete "$tag"
	code 1 rt state "$tag"
}

a_pause_stops_and_a_resume_goes_on() {
	bundle args '["sh", "-c", "while :; do echo x; sleep 0.02; done"]'
	rt create --bundle bundle "$tag" >counted
	ok rt start "$tag"
	soon "some lines" test -s counted
	ok rt pause "$tag"
	ok rt state "$tag"
	has '"status": "paused"'
	wc -l <counted >before
	sleep 0.3
	equal "$(wc -l <counted)" "$(cat before)" "the lines of a paused program"
	code 255 rt exec "$tag" true
	code 1 rt delete "$tag"
	ok rt resume "$tag"
	ok rt state "$tag"
	has '"status": "running"'
	soon "more lines" more_lines
	ok rt pause "$tag"
	ok rt delete --force "$tag"
}

a_further_process_sees_the_containers_world() {
	sleeping top ', "hostname": "inside"'
	ok rt exec "$tag" hostname
	is inside
	ok rt exec --cwd /tmp --env WORD=word --user 5:6 "$tag" sh -c 'echo "$WORD $PWD $(id -u):$(id -g)"'
	is 'word /tmp 5:6'
	code 3 rt exec "$tag" sh -c 'exit 3'
	ok rt exec "$tag" ps
	has 'sleep 1000'
	ok rt ps --format json "$tag"
	is "[$(cat pid)]"
}

limits_are_changed_while_it_runs() {
	local group
	sleeping
	ok rt update --pids-limit 33 --memory 64M "$tag"
	group=$(group_of "$(cat pid)" pids)
	equal "$(cat "$group/pids.max")" 33 "the limit of processes"
	group=$(group_of "$(cat pid)" memory)
	equal "$(cat "$group/memory.limit_in_bytes" 2>/dev/null || cat "$group/memory.max")" 67108864 "the memory limit"
	code 1 rt update --pids-limit 44 --cpuset-cpus 9999 "$tag"
	group=$(group_of "$(cat pid)" pids)
	equal "$(cat "$group/pids.max")" 33 "the limit behind an update that failed"
}

a_delete_may_follow_a_kill_at_once() {
	for _ in 1 2 3 4 5; do
		sleeping
		ok rt kill "$tag" KILL
		ok rt delete "$tag"
	done
}

containers_are_listed() {
	sleeping
	ok rt list
	has "$tag"
	has running
	ok rt list --quiet
	is "$tag"
	ok rt list --format json
	has "\"id\":\"$tag\""
}

features_are_said_in_json() {
	ok rt features
	has '"ociVersionMax"'
	has '"hooks"'
	ok rt --version
	has 'oci-rt'
}
