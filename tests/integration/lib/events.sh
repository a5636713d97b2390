# What only the cases of events.sh need.
# shellcheck shell=dash disable=SC2154

# watching ARGUMENTS...: a stream of events into ./stream; its pid is `watcher`.
watching() {
	"$runtime" --root "$PWD/state" events "$@" "$tag" >stream 2>watcher.errors &
	watcher=$!
}

# watched: the stream ends by itself, without an error.
watched() {
	wait "$watcher" || differs "a stream that ends well" "$? $(cat watcher.errors)"
	equal "$(cat watcher.errors)" '' "the messages of the stream"
}

# scarce [PART JSON]...: a bundle whose container may have 16 MiB.
scarce() {
	bundle linux ', "resources": {"memory": {"limit": 16777216}}' "$@"
}

# eats: a program that wants 64 MiB.
# shellcheck disable=SC2034  # the cases use it
eats='["busybox", "dd", "if=/dev/zero", "of=/dev/null", "bs=64M", "count=1"]'

lines_with() {
	grep -c "$1" stream || true
}

# watcher_waits: it has set up what it waits for.
watcher_waits() {
	# shellcheck disable=SC2010,SC2012  # names of the kernel; the readlink of busybox takes one alone
	ls -l "/proc/$watcher/fd" | grep -q -e inotify -e eventfd
}

# ticks: the processor time that the watcher has taken, user and system.
ticks() {
	sed 's/.*) //' "/proc/$watcher/stat" | cut -d' ' -f12,13
}

# more_than N FILE: the file has more lines.
more_than() {
	[ "$(wc -l <"$2")" -gt "$1" ]
}
