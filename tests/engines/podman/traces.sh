# podman: behind all other cases.
# shellcheck shell=bash disable=SC2154

# alone: the others' containers are no traces
nothing_is_left() {
	ok podman ps --all --quiet
	is ''
	leaves_nothing conmon
}
