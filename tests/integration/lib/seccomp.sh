# What only the cases of seccomp.sh need.
# shellcheck shell=dash disable=SC2154

# filter DEFAULT CALL ACTION: a member of linux.
filter() {
	printf ', "seccomp": {"defaultAction": %s, "syscalls": [{"names": ["%s"], "action": "%s"}]}' "$1" "$2" "$3"
}

# forbids_start LINUX WORD: such a container is not run, the message has the word and the place, and nothing is left.
forbids_start() {
	bundle linux "$1"
	remember
	code 1 rt run --bundle bundle "$tag"
	says "$2"
	says '/linux/seccomp'
	unchanged
}

# still_forbids: the bundle's filter does what it says.
still_forbids() {
	ok rt run --bundle bundle "$tag"
	is forbidden
}
