# What containers must not leave behind.
# shellcheck shell=bash disable=SC1090,SC1091,SC2154  # variables are shared with who sources this

# remember_mounts: what stands here before the first container must stand here, and nothing else, behind the last one.
remember_mounts() {
	mounts >"$house/mounts.before"
}

mounts() {
	findmnt -rno TARGET | sort
}

# groups_of_house: the containers' groups.  podman keeps one for all conmons.
groups_of_house() {
	find /sys/fs/cgroup -mindepth 2 -type d -path "*/${house##*/}/*" -not -name conmon
}

# leaves_nothing PROCESS ARGUMENT...: processes of this name, mounts, groups, and what `list` with these arguments of the
# runtime's prints.  Engines clean up in the background.
leaves_nothing() {
	local process=$1
	shift
	soon "no $process" no_process_is "$process"
	equal "$(mounts)" "$(cat "$house/mounts.before")" "the mounts"
	equal "$(groups_of_house)" '' "the groups"
	ok "$runtime" "$@" list --quiet
	is ''
}

no_process_is() {
	! pgrep -x "$1"
}
