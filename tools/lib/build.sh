# Building: configured once, then only what has changed.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

# build PRESET [TARGET...]: quiet as long as it works. ninja itself configures again where the CMake files have changed.
build() {
	local preset=$1 folder=$root/build/$1 log=$root/build/$1.log
	shift
	configure "$preset" || return 1
	# Whoever runs tests at the same time goes first.
	nice ninja -C "$folder" "$@" >"$log" 2>&1 </dev/null || {
		grep -A30 '^FAILED' "$log" >&2 || tail -n 30 "$log" >&2
		return 1
	}
}

configure() {
	local log=$root/build/$1.log
	[[ ! -f $root/build/$1/build.ninja ]] || return 0
	mkdir -p "$root/build"
	(cd "$root" && cmake --preset "$1") >"$log" 2>&1 </dev/null || {
		tail -n 30 "$log" >&2
		return 1
	}
}

# is_built PRESET TARGET: there is nothing to do for it.
is_built() {
	[[ -f $root/build/$1/build.ninja ]] && ninja -C "$root/build/$1" -n "$2" 2>/dev/null | grep -q 'no work to do'
}
