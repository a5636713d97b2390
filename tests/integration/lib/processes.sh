# What only the cases of processes.sh need.
# shellcheck shell=dash disable=SC2154

# family [PART JSON]...: a running container without a pid namespace of its own, whose first process has two children.
family() {
	bundle namespaces '{"type": "mount"}, {"type": "ipc"}, {"type": "cgroup"}' \
		args '["sh", "-c", "sleep 1001 & sleep 1002 & wait"]' "$@"
	created
	ok rt start "$tag"
	soon "three processes" count_is 3
}

# count_is N: so many processes are in the container.
count_is() {
	[ "$(rt ps --format json "$tag" | tr ',' '\n' | grep -c '[0-9]')" = "$1" ]
}
