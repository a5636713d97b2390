# What a container gets from its caller, and what the caller gets: terminals, descriptors, pid files, logs.
# shellcheck shell=dash disable=SC2154,SC2016

a_terminal_in_the_foreground_is_a_terminal_inside() {
	command -v script >/dev/null || skip "there is no script(1)"
	bundle terminal true args '["sh", "-c", "tty; stty size; exit 5"]'
	remember
	code 5 timeout 50 script -qec "stty rows 33 cols 99; $runtime --root $PWD/state run --bundle bundle $tag" typescript
	has /dev/pts/0
	has '33 99'
	unchanged
}

a_terminal_of_exec_is_one_of_the_container() {
	command -v script >/dev/null || skip "there is no script(1)"
	sleeping
	code 6 timeout 50 script -qec "$runtime --root $PWD/state exec --tty $tag sh -c 'tty; exit 6'" typescript
	has /dev/pts/0
}

a_terminal_without_one_outside_is_copied() {
	bundle terminal true args '["sh", "-c", "tty; read word; echo $word"]'
	remember
	echo word >words
	ok rt run --bundle bundle "$tag" <words
	has /dev/pts/0
	has word
	unchanged
}

the_end_of_the_input_is_the_end_of_the_terminals() {
	printf 'a line\na part' >words
	bundle terminal true args '["cat"]'
	remember
	ok timeout 30 "$runtime" --root "$PWD/state" run --bundle bundle "$tag" <words
	has 'a line'
	has 'a part'
	ok timeout 30 "$runtime" --root "$PWD/state" run --bundle bundle "$tag" </dev/null
	is ''
	unchanged
}

the_end_of_the_input_ends_a_shell_that_edits_its_lines() {
	echo 'echo $((6 * 7)); cat; sleep 0.2; echo $((7 * 8))' >words
	bundle terminal true args '["sh"]'
	ok timeout 30 "$runtime" --root "$PWD/state" run --bundle bundle "$tag" <words
	has 42
	has 56
	sleeping terminal false
	ok timeout 30 "$runtime" --root "$PWD/state" exec --tty "$tag" sh <words
	has 56
}

the_pid_file_has_the_pid_and_nothing_else() {
	bundle args '["sleep", "1000"]'
	created
	equal "$(wc -l <pid)" 0 "line ends in the pid file"
	ok rt state "$tag"
	has "\"pid\": $(cat pid)"
	ok rt start "$tag"
	ok rt exec --detach --pid-file second "$tag" sleep 2000
	equal "$(tr '\0' ' ' <"/proc/$(cat second)/cmdline")" 'sleep 2000 ' "the program of exec"
}

a_pid_file_that_cannot_be_written_leaves_nothing() {
	bundle
	remember
	code 1 rt create --bundle bundle --pid-file nowhere/pid "$tag"
	says 'pid file'
	unchanged
}

descriptors_are_handed_on_when_that_is_asked_for() {
	echo three >words
	bundle args '["sh", "-c", "cat <&3; ls /proc/1/fd"]'
	ok rt run --preserve-fds 1 --bundle bundle "$tag" 3<words
	is "three
0
1
2
3
4" # (ls's own)
	bundle args '["ls", "/proc/1/fd/"]' namespaces '{"type": "pid"}, {"type": "mount"}'
	ok rt run --bundle bundle "$tag" 3<words
	is "0
1
2
3" # (ls's own)
	code 1 rt run --preserve-fds 2 --bundle bundle "$tag" 3<words
	says 'only 1'
}

before_linux_5_11_descriptors_are_closed_without_a_proc() {
	echo words >words
	bundle args '["sh", "-c", "cat <&7 || echo closed; [ -e /proc/self ] || echo no proc"]' mounts ''
	ok without_close_range "exec '$runtime' --root '$PWD/state' run --bundle bundle $tag 7<words"
	is 'closed
no proc'
}

sockets_that_were_activated_are_handed_on() {
	echo three >words
	bundle args '["sh", "-c", "cat <&3; echo $LISTEN_FDS:$LISTEN_FDNAMES:$LISTEN_PID"]'
	LISTEN_FDS=1 LISTEN_FDNAMES=web LISTEN_PID=1 ok rt run --bundle bundle "$tag" 3<words
	is "three
1:web:1"
}

with_a_log_the_containers_stderr_is_its_own() {
	bundle args '["sh", "-c", "echo own >&2"]' top ', "unknwon": 1'
	ok rt --log log.json --log-format json run --bundle bundle "$tag"
	equal "$errors" own "the container's messages"
	ok cat log.json
	equal "$(grep -c '"level":"warning"' log.json)" 1 "warnings"
	has 'unknwon'
	has 'config.json:'
}

an_error_is_in_the_log_and_on_stderr() {
	bundle args '["no-such-program"]'
	code 1 rt --log log.json --log-format json run --bundle bundle "$tag"
	says 'no-such-program'
	ok grep '"level":"error"' log.json
	has '/process/args/0'
}

a_capability_that_does_not_exist_is_warned_of() {
	bundle process ', "capabilities": {"bounding": ["CAP_EVERYTHING"]}'
	ok rt run --bundle bundle "$tag"
	says 'CAP_EVERYTHING'
	says '/process/capabilities/bounding/0'
}
