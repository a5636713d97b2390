# podman: many at once.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

thirty_containers_at_once_all_run() {
	# They write to a file: among so many conmon now and then is late, and podman does not see what they print.
	local i running=()
	for ((i = 0; i < 30; i++)); do
		podman run --rm --name "$tag-$i" --memory 20m --volume "$PWD:/there" "$image" \
			sh -c "echo $i >/there/out$i; exit $i" 2>"err$i" &
		running+=($!)
	done
	crowd_ends 30
}

twenty_detached_containers_live_side_by_side() {
	local i running=()
	for ((i = 0; i < 20; i++)); do
		podman run --detach --name "$tag-$i" "$image" sleep 1000 >"out$i" 2>"err$i" &
		running+=($!)
	done
	for ((i = 0; i < 20; i++)); do
		wait "${running[i]}" || differs "container $i to start" "$(cat "err$i")"
	done
	ok podman ps --quiet --filter "name=^$tag-" --filter status=running
	equal "$(wc -l <<<"$output")" 20 "running containers"
	ok podman rm --force --time 0 --filter "name=^$tag-"
}

a_kill_at_any_moment_of_a_start_leaves_nothing() {
	local i
	for i in 0 0.05 0.1 0.15 0.2 0.25 0.3 0.4; do
		podman run --detach --name "$tag" "$image" sleep 1000 >out 2>err &
		sleep "$i"
		podman kill "$tag" >/dev/null 2>&1 || true
		wait $! || true
		ok podman rm --force --time 0 --ignore "$tag"
	done
	ok podman ps --all --quiet --filter "name=^$tag"
	is ''
}

# alone: whatever the runtime knows is of this case
an_engine_that_is_killed_in_the_middle_leaves_what_can_be_removed() {
	local i
	for i in 0.05 0.1 0.15 0.2 0.25 0.3; do
		podman run --detach --name "$tag" "$image" sleep 1000 >out 2>err &
		sleep "$i"
		kill -KILL $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		ok podman rm --force --time 0 --ignore "$tag"
	done
	# What conmon was still creating podman has forgotten; the runtime has not.
	soon "the end of the last conmon" orphans_are_gone
}
