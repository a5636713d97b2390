# docker: behind all other cases.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

# alone: the others' containers are no traces
nothing_is_left() {
	ok docker ps --all --quiet
	is ''
	leaves_nothing containerd-shim --root "$house/docker/exec/runtime-runc/moby"
}
