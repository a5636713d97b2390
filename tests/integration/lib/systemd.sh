# What only the cases of systemd.sh need.
# shellcheck shell=dash disable=SC2034,SC2154

# need_systemd: of the host itself; in the house there is none.
need_systemd() {
	[ -d /run/systemd/system ] || skip "no systemd"
}

# unit_of NAME: a configuration whose group systemd makes.
unit_of() {
	cgroup="\":${house##*/}:$1\"" unit=${house##*/}-$1.scope
}

# shows NAME=VALUE...: what systemd says of the unit.
shows() {
	local pair
	for pair; do
		equal "$(systemctl show --property "${pair%%=*}" "$unit")" "$pair" "the unit's ${pair%%=*}"
	done
}

# is_gone: systemd knows the unit no more.
is_gone() {
	[ "$(systemctl show --property LoadState "$unit")" = LoadState=not-found ]
}

# holds FILE VALUE...: files of the container's v2 group.
holds() {
	local group
	group=$(group_of "$(cat pid)" none)
	while [ $# -gt 1 ]; do
		equal "$(cat "$group/$1")" "$2" "$1"
		shift 2
	done
}

# with_systemd VERB ARGUMENTS...: the runtime with the systemd driver.
with_systemd() {
	rt --systemd-cgroup "$@"
}

# in_scope ARGUMENTS...: a running container that does nothing, in a scope.
in_scope() {
	need_systemd
	[ -e /sys/fs/cgroup/cgroup.controllers ] || skip "no pure cgroup v2"
	unit_of "$tag"
	bundle args '["sleep", "1000"]' "$@"
	ok with_systemd create --bundle bundle --pid-file pid "$tag"
	ok rt start "$tag"
}

# opens_fuse: whether the container may.
opens_fuse() {
	rt exec "$tag" sh -c 'exec </dev/fuse'
}
