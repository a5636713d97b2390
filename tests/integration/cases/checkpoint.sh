# checkpoint and restore, by CRIU. What needs no CRIU that works is at the end.
# shellcheck shell=dash disable=SC2154,SC2016,SC2034,SC2002

a_counting_process_goes_on_where_it_was() {
	need_criu
	counter
	remember
	runs
	soon "the counter" counts_beyond 2
	dumped
	quiet
	code 1 rt state "$tag"
	says 'does not exist'
	unchanged
	restored --pid-file pid
	quiet
	keeps_counting
	ok rt state "$tag"
	has '"status": "running"'
	has "\"pid\": $(cat pid)"
	ok rt kill "$tag" KILL
	soon "its end" state_is stopped
	ok rt delete "$tag"
	unchanged
}

a_container_that_is_left_running_goes_on() {
	need_criu
	counter
	runs
	soon "the counter" counts_beyond 1
	dumped --leave-running --work-path work
	keeps_counting
	[ -e work/dump.log ] || differs "a log in the working directory" "$(ls work image)"
	[ ! -e image/dump.log ] || differs "none beside the image" "$(ls image)"
	ok rt delete --force "$tag"
	restored
	keeps_counting
}

a_paused_container_is_saved_and_runs_again() {
	need_criu
	counter
	runs
	soon "the counter" counts_beyond 1
	count
	ok rt pause "$tag"
	dumped
	restored
	keeps_counting
}

memory_is_saved_beforehand() {
	need_criu
	counter
	runs
	soon "the counter" counts_beyond 1
	try rt checkpoint --pre-dump --image-path before "$tag"
	case $errors in *'no pre-dump'*) skip "this kernel does not track changes of memory" ;; esac
	equal "$status" 0 "exit code of a pre-dump"
	keeps_counting
	code 1 rt checkpoint --image-path image --parent-path "$PWD/before" "$tag"
	says 'relative'
	code 1 rt checkpoint --image-path image --parent-path ../nowhere "$tag"
	says '--parent-path'
	dumped --parent-path ../before
	[ -L image/parent ] || differs "an image with a parent" "$(ls image)"
	restored
	keeps_counting
}

standard_streams_that_are_pipes_go_on() {
	need_criu
	bundle args '["sh", "-c", "while read word; do echo got $word; done"]'
	mkfifo in
	# Pipes of ours, as an engine has them, and not the fifo itself.
	cat in | rt run --bundle bundle "$tag" 2>&1 | cat >out &
	exec 9>in
	echo one >&9
	soon "the first word" grep -q 'got one' out
	dumped
	exec 9>&-
	mkfifo in2
	cat in2 | rt restore --bundle bundle --image-path image "$tag" 2>&1 | cat >out2 &
	exec 9>in2
	echo two >&9
	soon "the second word" grep -q 'got two' out2
	equal "$(cat out2)" 'got two' "what comes out of the restored container"
	exec 9>&-
	soon "its end" gone
}

a_file_of_the_host_that_is_appended_to_is_a_standard_stream_again() {
	need_criu
	bundle args '["sh", "-c", "while sleep 0.2; do echo tick; done"]'
	rt run --detach --bundle bundle "$tag" >>out 2>&1
	soon "a tick" grep -q tick out
	dumped
	rt restore --detach --bundle bundle --image-path image "$tag" >>out2 2>&1
	soon "a tick elsewhere" grep -q tick out2
}

an_open_pipe_between_processes_stays_open() {
	need_criu
	bundle args '["sh", "-c", "(while sleep 0.2; do echo word; done) | (n=0; while read x; do n=$((n + 1)); echo $n >/tmp/count; done)"]'
	runs
	soon "the counter" counts_beyond 2
	dumped
	restored
	keeps_counting
}

a_TCP_connection_goes_on() {
	need_criu
	connected
	dumped --tcp-established
	restored --tcp-established
	keeps_counting
}

what_CRIU_refuses_is_told_and_the_container_goes_on() {
	need_criu
	connected
	code 1 rt checkpoint --image-path image "$tag"
	says 'dump the container: CRIU says "Error ('
	says '--tcp-established'
	says "and more in image/dump.log"
	equal "$(echo "$errors" | wc -l)" 1 "lines of the message"
	state_is running || differs "a container that runs" "$(rt state "$tag")"
	keeps_counting
}

a_terminal_stays_a_terminal_in_the_foreground() {
	need_criu
	need_program script
	bundle terminal true args '["sh", "-c", "while sleep 0.2; do [ ! -e /tmp/end ] || { tty; exit 7; }; done"]'
	timeout 50 script -qec "$runtime --root $PWD/state run --bundle bundle $tag" typescript >before 2>&1 &
	soon "the container" state_is running
	dumped
	remember
	timeout 50 script -qec "$runtime --root $PWD/state restore --bundle bundle --image-path image $tag" typescript >after 2>&1 &
	soon "the container" state_is running
	ok rt exec "$tag" sh -c 'echo >/tmp/end'
	code 7 wait $!
	grep -q /dev/pts/0 after || differs "the name of its terminal" "$(cat after)"
	unchanged
}

a_new_terminal_is_sent_to_the_console_socket() {
	need_criu
	need_program perl
	bundle terminal true args '["sh", "-c", "while sleep 0.2; do echo tick; done"]'
	console first
	ok rt run --detach --bundle bundle --console-socket first "$tag"
	soon "what it says" grep -q tick first.out
	dumped
	console second
	ok rt restore --detach --bundle bundle --console-socket second --image-path image "$tag"
	soon "what it says" grep -q tick second.out
	code 1 rt restore --bundle bundle --detach --image-path image "$tag-2"
	says '--console-socket'
}

a_restored_container_has_its_cgroup_limits_and_identity() {
	need_criu
	counter linux ', "resources": {"pids": {"limit": 77}}' top ', "hostname": "restored", "annotations": {"a": "b"}'
	runs
	soon "the counter" counts_beyond 1
	dumped
	elsewhere
	restored
	pid=$(pid_of_container)
	case $(group_of "$pid" pids) in
	*"/$tag-elsewhere") ;;
	*) differs "the bundle's group" "$(cat "/proc/$pid/cgroup")" ;;
	esac
	equal "$(cat "$(group_of "$pid" pids)/pids.max")" 77 "pids.max"
	ok rt exec "$tag" hostname
	is restored
	ok rt state "$tag"
	has '"a": "b"'
	ok rt exec "$tag" ip addr show lo
	has ',UP'
	ok rt ps --format json "$tag"
	has "$pid"
	ok rt pause "$tag"
	ok rt resume "$tag"
	keeps_counting
}

a_restored_container_can_be_saved_again() {
	need_criu
	counter
	runs
	for _ in 1 2 3; do
		soon "the counter" counts_beyond 1
		dumped
		restored
		keeps_counting
	done
}

mounts_of_the_host_are_those_of_the_bundle() {
	need_criu
	mkdir first second
	echo first >first/file
	echo second >second/file
	mkdir bundle
	cp -a "$house/rootfs" bundle/rootfs
	ln -s tmp bundle/rootfs/link
	mount=", {\"destination\": \"/link/in\", \"type\": \"bind\", \"source\": \"$PWD/first\", \"options\": [\"rbind\", \"rprivate\"]}"
	counter linux ', "maskedPaths": ["/proc/kcore", "/proc/acpi", "/sys/firmware"], "readonlyPaths": ["/proc/sys"]'
	runs
	ok rt exec "$tag" cat /tmp/in/file
	is first
	soon "the counter" counts_beyond 1
	dumped
	# A fresh root has none of the mount points.
	rm -rf bundle/rootfs
	cp -a "$house/rootfs" bundle/rootfs
	ln -s tmp bundle/rootfs/link
	rmdir bundle/rootfs/dev bundle/rootfs/proc
	mount=", {\"destination\": \"/link/in\", \"type\": \"bind\", \"source\": \"$PWD/second\", \"options\": [\"rbind\", \"rprivate\"]}"
	bundle
	remember
	restored
	ok rt exec "$tag" cat /tmp/in/file
	is second
	ok rt exec "$tag" wc -c /proc/kcore
	is '0 /proc/kcore'
	code 1 rt exec "$tag" sh -c 'echo 1 >/proc/sys/kernel/panic'
	keeps_counting
	ok rt delete --force "$tag"
	unchanged
}

a_joined_network_is_left_where_it_is() {
	need_criu
	others_namespace
	nsenter -t "$other" -n ip link add dummy0 type dummy 2>/dev/null || skip "there are no dummy network devices"
	namespaces="{\"type\": \"network\", \"path\": \"/proc/$other/ns/net\"}, {\"type\": \"pid\"}, {\"type\": \"mount\"}, {\"type\": \"ipc\"}, {\"type\": \"uts\"}"
	counter
	runs
	soon "the counter" counts_beyond 1
	dumped
	kill "$other"
	others_namespace
	nsenter -t "$other" -n ip link add dummy1 type dummy
	namespaces="{\"type\": \"network\", \"path\": \"/proc/$other/ns/net\"}, {\"type\": \"pid\"}, {\"type\": \"mount\"}, {\"type\": \"ipc\"}, {\"type\": \"uts\"}"
	bundle
	restored
	keeps_counting
	ok rt exec "$tag" ip link
	has dummy1
	lacks dummy0
}

hooks_run_when_a_container_is_restored() {
	need_criu
	mkdir notes
	for name in prestart createRuntime createContainer startContainer poststart poststop; do
		hook="${hook-}${hook+, }\"$name\": [{\"path\": \"/bin/sh\", \"args\": [\"sh\", \"-c\", \"cat >>$PWD/notes/$name\"]}]"
	done
	hook=$(echo "$hook" | sed "s|cat >>$PWD/notes/startContainer|true|")
	counter top ", \"hooks\": {$hook}"
	runs
	soon "the counter" counts_beyond 1
	dumped
	grep -q '"status": *"stopped"' notes/poststop || differs "a poststop hook behind the dump" "$(cat notes/*)"
	rm notes/*
	restored
	equal "$(echo notes/*)" 'notes/createRuntime notes/poststart notes/prestart' "hooks that ran"
	grep -q "\"pid\": *$(pid_of_container)" notes/createRuntime || differs "its pid" "$(cat notes/createRuntime)"
	grep -q '"status": *"running"' notes/poststart || differs "a poststart hook when it runs" "$(cat notes/poststart)"
	keeps_counting
	ok rt delete --force "$tag"
	hook=$(echo "$hook" | sed "s|cat >>$PWD/notes/createRuntime|exit 9|")
	top=", \"hooks\": {$hook}"
	bundle
	remember
	code 1 rt restore --detach --bundle bundle --image-path image "$tag"
	says 'createRuntime hook "/bin/sh": it exited with 9'
	says '/hooks/createRuntime/0)'
	unchanged
}

a_restore_that_fails_leaves_nothing() {
	need_criu
	counter
	runs
	soon "the counter" counts_beyond 1
	dumped --leave-running
	code 1 rt restore --detach --bundle bundle --image-path image "$tag"
	says 'already exists'
	keeps_counting
	ok rt delete --force "$tag"
	remember
	code 1 rt restore --detach --bundle bundle --image-path nowhere "$tag"
	says 'open the directory of the images'
	unchanged
	cp -a image broken
	rm broken/pstree.img
	code 1 rt restore --detach --bundle bundle --image-path broken "$tag"
	says 'restore the container: CRIU says "Error ('
	says 'and more in broken/restore.log'
	unchanged
	code 1 rt restore --detach --bundle bundle --image-path image --pid-file nowhere/pid "$tag"
	says 'write the pid file'
	unchanged
	restored
	keeps_counting
}

a_dump_ends_what_it_saves_as_delete_does() {
	need_criu
	counter namespaces '{"type": "mount"}, {"type": "ipc"}, {"type": "pid"}'
	remember
	runs
	soon "the counter" counts_beyond 1
	dumped
	unchanged
}

# --- without a CRIU that works --------------------------------------------------------------------

without_CRIU_it_is_said_what_is_missing() {
	sleeping
	mkdir bin
	for program in busybox timeout; do
		ln -s "$(command -v "$program")" "bin/$program"
	done
	remember
	code 1 env PATH="$PWD/bin" "$runtime" --root "$PWD/state" checkpoint --image-path image "$tag"
	says 'start CRIU: execlp("criu"): No such file or directory (ENOENT)'
	says 'hint: checkpoint and restore are done by CRIU'
	state_is running || differs "a container that runs" "$(rt state "$tag")"
	elsewhere
	code 1 env PATH="$PWD/bin" "$runtime" --root "$PWD/state" restore --bundle bundle --image-path image "$tag-2"
	says 'start CRIU: execlp("criu")'
	unchanged
}

an_old_CRIU_is_refused() {
	sleeping
	fake_criu "$(version_answer 3 14)"
	remember
	code 1 rt checkpoint --image-path image "$tag"
	says 'CRIU 3.15 or newer is needed, this is 3.14'
	# Older ones do not know the question.
	fake_criu 'syswrite(S, "\x08\x00\x10\x00");'
	code 1 rt checkpoint --image-path image "$tag"
	says 'CRIU 3.15 or newer is needed'
	elsewhere
	code 1 rt restore --detach --bundle bundle --image-path image "$tag-2"
	says 'CRIU 3.15 or newer is needed'
	unchanged
}

a_CRIU_that_ends_early_is_told() {
	sleeping
	remember
	fake_criu 'print STDERR "no way\n"; exit 3;'
	code 1 rt checkpoint --image-path image "$tag"
	says 'CRIU exited with 3 and printed "no way"'
	fake_criu "$(version_answer 3 17) sysread(S, \$_, 65536); kill 9, \$\$;"
	code 1 rt checkpoint --image-path image "$tag"
	says 'dump the container: CRIU was killed by SIGKILL'
	elsewhere
	code 1 rt restore --detach --bundle bundle --image-path image "$tag-2"
	says 'restore the container: CRIU was killed by SIGKILL'
	fake_criu "$(version_answer 3 17) sysread(S, \$_, 65536); syswrite(S, 'nonsense');"
	code 1 rt checkpoint --image-path image "$tag"
	says "CRIU's answer cannot be read"
	# One that was killed may leave what it has frozen.
	group=$(group_of "$(cat pid)" freezer)
	frozen=1 file=cgroup.freeze
	[ ! -e "$group/freezer.state" ] || frozen=FROZEN file=freezer.state
	fake_criu "$(version_answer 3 17) sysread(S, \$_, 65536); open(F, '>', '$group/$file'); syswrite(F, '$frozen'); close(F);"
	code 1 rt checkpoint --image-path image "$tag"
	state_is running || differs "a container that runs" "$(rt state "$tag")"
	unchanged
}

only_a_container_that_runs_is_saved() {
	bundle args '["sleep", "1000"]'
	code 1 rt checkpoint "$tag"
	says 'does not exist'
	created
	code 1 rt checkpoint "$tag"
	says 'cannot checkpoint a container that is created'
	ok rt kill "$tag" KILL
	soon "its end" state_is stopped
	code 1 rt checkpoint "$tag"
	says 'cannot checkpoint a container that is stopped'
	tag=$tag-2
	bundle args '["/bin/busybox", "sleep", "1000"]' mounts '' root '{"path": "rootfs"}' namespaces '{"type": "pid"}'
	created
	ok rt start "$tag"
	code 1 rt checkpoint "$tag"
	says 'mount namespace of its own'
	says '/linux/namespaces)'
}

words_that_CRIU_would_not_take_are_refused() {
	sleeping
	code 1 rt checkpoint --manage-cgroups-mode none "$tag"
	says '--manage-cgroups-mode: there is no mode "none"'
	code 1 rt checkpoint --page-server nowhere "$tag"
	says '--page-server: a page server is ADDRESS:PORT, not "nowhere"'
	code 1 rt checkpoint --empty-ns uts "$tag"
	says '--empty-ns: only "network"'
	code 1 rt checkpoint --status-fd 8 "$tag"
	says '--status-fd: "8" is no descriptor to write to'
	code 1 rt checkpoint --status-fd 2 "$tag"
	says 'goes with --lazy-pages'
	state_is running || differs "a container that runs" "$(rt state "$tag")"
}
