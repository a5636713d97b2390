# podman: behind all other cases.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

# alone: the others' containers are no traces
nothing_is_left() {
	ok podman ps --all --quiet
	is ''
	# podman removes a pod's group in the hierarchies that it knows.  In the others it is the parent that the pod's first
	# container found missing, and may outlive that one.
	find /sys/fs/cgroup -depth -regextype egrep -regex ".*/${house##*/}/[0-9a-f]{64}" -exec rmdir {} +
	leaves_nothing conmon
}
