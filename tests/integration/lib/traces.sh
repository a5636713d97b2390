# What a runtime could leave behind, in the namespaces of the house.
# shellcheck shell=dash disable=SC2154

# traces: one line for each thing that is there now. Few processes do it, because each costs in an emulated machine.
traces() {
	local entry
	for entry in state/*; do
		case $entry in
		'state/*' | state/@*) ;;
		*) echo "state $entry" ;;
		esac
	done
	find /sys/fs/cgroup -type d -path "*${house##*/}*" 2>/dev/null
	# Processes that are no zombies, without this shell and what it runs; behind their name in brackets is the state.
	cat /proc/self/mountinfo /proc/self/net/dev /proc/[0-9]*/stat 2>/dev/null | awk '
		$2 ~ /^\(/ {
			match($0, /\(.*\) [A-Z]/)
			name = substr($0, RSTART, RLENGTH)
			if (name !~ /^\((sh|run|busybox|cat|awk|find|timeout)\)/ && name !~ /[ZX]$/) {
				print "process", substr(name, 1, length(name) - 2)
			}
			next
		}
		$1 ~ /:/ { print "device", substr($1, 1, index($1, ":")); next }
		$3 ~ /:/ { print "mount", $0 }'
}

# remember: what is there before.
remember() {
	traces >traces.before
}

# unchanged: nothing has come or gone since, or does not stay.
unchanged() {
	soon "nothing left behind" no_difference
}
no_difference() {
	traces >traces.now
	cmp -s traces.before traces.now
}
