# What `events` tells of a container: what it uses, and when it runs out of memory.
# shellcheck shell=dash disable=SC2154

statistics_are_printed_once() {
	sleeping linux ', "resources": {"memory": {"limit": 67108864}, "pids": {"limit": 33}}'
	ok rt events --stats "$tag"
	equal "$(echo "$output" | wc -l)" 1 "the number of lines"
	has "{\"type\":\"stats\",\"id\":\"$tag\",\"data\":{"
	has '"pids":{"current":1,"limit":33}'
	has '"usage":{"limit":67108864,"usage":'
	has '"cpu":{"usage":{"total":'
	has '"blkio":{"ioServiceBytesRecursive":['
	quiet
}

statistics_are_there_before_the_start_and_in_a_pause() {
	bundle args '["sleep", "1000"]'
	created
	ok rt events --stats "$tag"
	has '"type":"stats"'
	ok rt start "$tag"
	ok rt pause "$tag"
	ok rt events --stats "$tag"
	has '"type":"stats"'
}

statistics_come_by_the_clock_until_the_container_ends() {
	sleeping
	watching --interval 50ms
	soon "three lines" more_than 2 stream
	kill -0 "$watcher"
	ok rt kill "$tag" KILL
	watched
	equal "$(grep -vc '^{"type":"stats",' stream)" 0 "lines that are no statistics"
}

a_process_that_is_killed_for_lack_of_memory_is_told_at_once() {
	scarce args '["sleep", "1000"]'
	created
	ok rt start "$tag"
	watching --interval 1h
	soon "the watch" watcher_waits
	code 137 rt exec "$tag" busybox dd if=/dev/zero of=/dev/null bs=64M count=1
	soon "a line" more_than 0 stream
	equal "$(cat stream)" "{\"type\":\"oom\",\"id\":\"$tag\"}" "the event"
	ok rt kill "$tag" KILL
	watched
	equal "$(lines_with oom)" 1 "events of one lack of memory"
}

a_lack_of_memory_that_ends_the_container_is_told_before_the_end() {
	scarce args "$eats"
	created
	watching --interval 1h
	soon "the watch" watcher_waits
	ok rt start "$tag"
	watched
	equal "$(cat stream)" "{\"type\":\"oom\",\"id\":\"$tag\"}" "the event"
}

a_watch_costs_no_time() {
	sleeping
	watching --interval 1h
	soon "the watch" watcher_waits
	ticks >before
	sleep 1
	equal "$(ticks)" "$(cat before)" "the processor time of who watches"
	ok rt kill "$tag" KILL
	watched
}

events_of_what_does_not_run_are_an_error() {
	code 1 rt events --stats "$tag"
	says 'does not exist'
	sleeping
	ok rt kill "$tag" KILL
	soon "its end" state_is stopped
	code 1 rt events "$tag"
	says 'cannot show the events of a container that is stopped'
	code 1 rt events --interval 5 "$tag"
	says 'invalid value "5" for --interval'
}

events_without_a_cgroup_are_an_error() {
	bundle args '["sleep", "1000"]'
	ok rt --cgroup-manager disabled create --bundle bundle --pid-file pid "$tag"
	code 1 rt events --stats "$tag"
	says 'without cgroups'
}

where_there_are_no_thresholds_of_memory_it_is_said() {
	sleeping
	[ ! -e "$(group_of "$(cat pid)" memory)/memory.usage_in_bytes" ] || skip "the controller memory is in a hierarchy of cgroup v1 here"
	code 1 rt events --memory-threshold 32M "$tag"
	says 'Operation not supported'
	says 'memory.high'
}
