# docker: what it has of its own.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

# (126 is what docker 20.10 makes of either.)
exec_of_what_cannot_be_executed_gives_126() {
	sleeping
	code 126 docker exec "$tag" no-such-program
	has 'exec: "no-such-program": executable file not found in $PATH'
	code 126 docker exec "$tag" /bin/not-executable
	has 'permission denied'
}

attach_gives_the_exit_code() {
	ok docker run --detach --interactive --name "$tag" "$image" sh -c 'read -r line; exit 4'
	code 4 docker attach "$tag" <<<'one line'
}

top_shows_the_processes() {
	ok docker run --detach --name "$tag" "$image" sleep 123
	ok docker top "$tag" -o pid,args
	matches "^$(docker inspect --format '{{.State.Pid}}' "$tag") +sleep 123 *\$"
}

stats_are_numbers() {
	sleeping --memory 32m
	ok docker stats --no-stream --format '{{.Name}} {{.PIDs}} {{.MemUsage}}' "$tag"
	matches "^$tag 1 [0-9.]+[KM]?iB / 32MiB\$"
}

changes_are_listed_and_nothing_else() {
	ok docker run --name "$tag" "$image" touch /var/lib/mine
	ok docker diff "$tag"
	is $'C /var\nC /var/lib\nA /var/lib/mine'
}

a_healthcheck_is_run_in_the_container() {
	ok docker run --detach --name "$tag" --health-cmd 'test -e /tmp/healthy' --health-interval 200ms --health-retries 1 \
		"$image" sleep 100
	soon "a bad state of health" inspected '{{.State.Health.Status}}' unhealthy
	ok docker exec "$tag" touch /tmp/healthy
	soon "a good one" inspected '{{.State.Health.Status}}' healthy
}

events_tell_the_life_of_a_container() {
	code 3 docker run --name "$tag" "$image" sh -c 'exit 3'
	soon "its end" has_event 'die 3'
	soon "its making" has_event 'create .*'
	soon "its begin" has_event 'start .*'
}

running_out_of_memory_is_an_event() {
	code 137 docker run --name "$tag" --memory 16m "$image" sh -c 'x=x; while :; do x=$x$x; done'
	inspected '{{.State.OOMKilled}}' true || differs "OOMKilled" "$(docker inspect --format '{{json .State}}' "$tag")"
	soon "the event" has_event 'oom .*'
}

twenty_containers_at_once_all_run() {
	local i running=()
	for ((i = 0; i < 20; i++)); do
		docker run --rm --name "$tag-$i" "$image" sh -c "echo $i; exit $i" >"out$i" 2>"err$i" &
		running+=($!)
	done
	crowd_ends 20
}

kernel_settings_of_the_host_are_left_alone() {
	local before
	before=$(cat /proc/sys/net/core/somaxconn)
	try docker run --rm --network host --sysctl net.core.somaxconn=99 "$image" true
	equal "$(cat /proc/sys/net/core/somaxconn)" "$before" "the host's setting"
	equal "$status" 125 "the exit code"
	says somaxconn
}

a_running_container_gets_a_further_network() {
	ok docker network create "$tag"
	sleeping --network bridge
	ok docker network connect "$tag" "$tag"
	ok docker exec "$tag" ls /sys/class/net
	matches '^eth1$'
	remove "$tag" >/dev/null
	ok docker network rm "$tag"
}

# alone: the other containers need dockerd
a_container_outlives_dockerd() {
	ok docker run --detach --name "$tag" --volume "$PWD:/there" "$image" \
		sh -c 'trap "exit 6" TERM; while :; do echo tick >>/there/ticks; sleep 0.02; done'
	local before
	before=$(docker inspect --format '{{.State.Pid}}' "$tag")
	stop_docker
	kill -0 "$before"
	start_docker
	inspected '{{.State.Pid}}' "$before" || differs "the same pid as before, $before" "$(docker inspect "$tag")"
	ok docker exec "$tag" test -s /there/ticks
	ok docker stop "$tag"
	inspected '{{.State.ExitCode}}' 6 || differs "exit code 6" "$(docker inspect "$tag")"
}
