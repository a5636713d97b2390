# The calls: behind all other cases.
# shellcheck shell=bash disable=SC2154

# alone: the others' containers are no traces
nothing_is_left() {
	leaves_nothing sleep --root "$PWD/state"
}
