# Building: configured once, then only what has changed.
# shellcheck shell=bash
: "${root:?}" # the repository

# build PRESET [TARGET...]: quiet as long as it works. ninja itself configures again where the CMake files have changed.
build() {
	local preset=$1 folder=$root/build/$1 log
	shift
	log=$folder.log
	mkdir -p "$root/build"
	if [[ ! -f $folder/build.ninja ]]; then
		(cd "$root" && cmake --preset "$preset") >"$log" 2>&1 </dev/null || {
			tail -n 30 "$log" >&2
			return 1
		}
	fi
	ninja -C "$folder" "$@" >"$log" 2>&1 </dev/null || {
		grep -A30 '^FAILED' "$log" >&2 || tail -n 30 "$log" >&2
		return 1
	}
}

# is_built PRESET TARGET: there is nothing to do for it.
is_built() {
	[[ -f $root/build/$1/build.ninja ]] && ninja -C "$root/build/$1" -n "$2" 2>/dev/null | grep -q 'no work to do'
}
