# What a runtime could leave behind, in the namespaces of the house.
# shellcheck shell=dash disable=SC2154

# traces: one line for each thing that is there now.
traces() {
	sed 's/^/mount /' /proc/self/mountinfo
	find /sys/fs/cgroup -type d -path "*${house##*/}*" 2>/dev/null | sed 's/^/cgroup /'
	ls /sys/class/net | sed 's/^/device /'
	find "$PWD/state" -mindepth 1 -maxdepth 1 ! -name '@*' 2>/dev/null | sed 's/^/state /'
	processes
}

# processes: all that are no zombies, without this shell and what it runs.
processes() {
	# Behind the name, which may hold blanks and brackets, comes the state.
	cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^[0-9]* (\(.*\)) [^ZX] .*/process \1/p' |
		grep -vxE 'process (sh|run|busybox|cat|sed|grep|sort|find|ls|timeout)' || true
}

# remember: what is there before.
remember() {
	traces | sort >traces.before
}

# unchanged: nothing has come or gone since, or does not stay.
unchanged() {
	soon "nothing left behind" no_difference
}
no_difference() {
	traces | sort >traces.now
	cmp -s traces.before traces.now
}
