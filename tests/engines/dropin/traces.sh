# dropin: behind all other cases.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

# alone: the others' containers are no traces
nothing_is_left() {
	ok docker ps --all --quiet
	is ''
	ok podman ps --all --quiet
	is ''
	ok ctr container list --quiet
	is ''
	soon "no conmon" no_process_is conmon
	leaves_nothing containerd-shim --root "/run/containerd/runc/${house##*/}"
	leaves_nothing containerd-shim --root "$house/docker/exec/runtime-runc/moby"
	leaves_nothing containerd-shim
}
