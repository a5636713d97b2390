# What cases say about what they see: as those of tests/integration, and with what engines need besides.
# shellcheck shell=bash disable=SC2154
# shellcheck source=/dev/null
. "$here/../integration/lib/expect.sh"

# matches REGEX: some line of the output.
matches() {
	grep -qE -e "$1" <<<"$output" || differs "output like /$1/" "\"$output\""
}

# can_raise_limits: whether CAP_SYS_RESOURCE is there; some machines lack it although we are root.
can_raise_limits() {
	((0x$(sed -n 's/^CapEff:\t//p' /proc/self/status) & 1 << 24))
}

# processes_are COUNT COMMAND: how many processes have this command line.
processes_are() {
	[[ $(pgrep -cfx -- "$2") = "$1" ]]
}
