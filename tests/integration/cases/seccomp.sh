# Filters, above all those that a start cannot survive: told as such, and nothing hangs.
# shellcheck shell=dash disable=SC2154

a_filter_forbids_a_call() {
	bundle args '["sh", "-c", "kill -0 1 || echo forbidden"]' linux "$(filter '"SCMP_ACT_ALLOW"' kill SCMP_ACT_ERRNO)"
	ok rt run --bundle bundle "$tag"
	is forbidden
}

a_filter_that_forbids_execve_is_told() {
	forbids_start "$(filter '"SCMP_ACT_ALLOW"' execve SCMP_ACT_ERRNO)" execve
}

a_filter_that_kills_at_execve_is_told() {
	forbids_start "$(filter '"SCMP_ACT_ALLOW"' execve SCMP_ACT_KILL_PROCESS)" execve
}

a_filter_that_kills_at_everything_is_told() {
	forbids_start ', "seccomp": {"defaultAction": "SCMP_ACT_KILL_PROCESS"}' seccomp
}

a_filter_that_forbids_everything_is_told() {
	forbids_start ', "seccomp": {"defaultAction": "SCMP_ACT_ERRNO"}' seccomp
}

a_filter_that_kills_at_write_is_told() {
	forbids_start "$(filter '"SCMP_ACT_ALLOW"' write SCMP_ACT_KILL_PROCESS)" write
}

a_program_that_its_filter_kills_ends_by_that_signal() {
	bundle args '["sh", "-c", "kill -0 1"]' linux "$(filter '"SCMP_ACT_ALLOW"' kill SCMP_ACT_KILL_PROCESS)"
	remember
	code 159 rt run --bundle bundle "$tag"
	unchanged
}

a_kept_filter_that_is_damaged_or_foreign_is_not_believed() {
	local strict loose kept
	strict=$(filter '"SCMP_ACT_ALLOW"' kill SCMP_ACT_ERRNO)
	loose=$(filter '"SCMP_ACT_ALLOW"' getppid SCMP_ACT_ERRNO)
	bundle args '["sh", "-c", "kill -0 1 || echo forbidden"]' linux "$strict"
	ok rt run --bundle bundle "$tag"
	is forbidden
	kept=$(echo state/@filters/*)
	cp "$kept" whole
	bundle linux "$loose"
	ok rt run --bundle bundle "$tag"
	is ''
	cp "$(find state/@filters -type f ! -path "$kept")" foreign
	bundle linux "$strict"
	# Another profile's, a part of its own, a changed one, nothing, a link to the right one.
	cp foreign "$kept"
	still_forbids
	head -c 100 whole >"$kept"
	still_forbids
	{ head -c "$(($(wc -c <whole) - 8))" whole && printf '\006\0\0\0\0\0\377\177'; } >"$kept"
	still_forbids
	: >"$kept"
	still_forbids
	# Where others may write, it is not looked at.
	cp foreign "$kept"
	chmod 666 "$kept"
	still_forbids
	chmod 777 state/@filters
	still_forbids
	chmod 700 state/@filters
}

a_process_of_exec_has_a_listener_of_its_own() {
	local number
	agent
	sleeping top ', "annotations": {"key": "word"}' linux ", \"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\",
		\"listenerPath\": \"$PWD/agent\", \"listenerMetadata\": \"opaque\",
		\"syscalls\": [{\"names\": [\"mkdir\", \"mkdirat\"], \"action\": \"SCMP_ACT_NOTIFY\"}]}"
	soon "the first filter" test -e told.1
	ok rt exec --detach --pid-file second "$tag" sh -c 'busybox mkdir /tmp/folder 2>/tmp/why; sleep 1000'
	soon "the second filter" test -e told.2
	told 1 status '"creating"'
	told 2 status '"running"'
	for number in 1 2; do
		told "$number" fds '\["seccompFd"\]'
		told "$number" metadata '"opaque"'
		told "$number" id "\"$tag\""
		told "$number" key '"word"'
		told "$number" bundle "\"$PWD/bundle\""
		equal "$(grep -c "\"pid\": *$(cat pid)[,}]" "told.$number")" 1 "the pid of the container in state $number"
	done
	told 2 pid "$(cat second)"
	soon "the answer" test -s "/proc/$(cat pid)/root/tmp/why"
	ok cat "/proc/$(cat pid)/root/tmp/why"
	has 'No space left on device'
}
