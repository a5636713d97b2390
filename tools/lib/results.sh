# What groups of tests leave: for each a file PLACE/GROUP.tsv in the folder $results, and a key that says what it is about.
#
# A line is a test: its result (pass, fail, skip), its name, seconds and the reason, between tabs; all runners write it so.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

# Where tests run: on this machine, and in those of tests/vm.
places=(native small small-v1 small-selinux)
# Those that are for --machines alone.
machine_places=(kernel-bullseye kernel-trixie kernel-sid full full-v1)

# results_file GROUP: its name begins with its place, the longest that fits, or is that of a native one.
results_file() {
	local place found=native
	for place in "${places[@]}" "${machine_places[@]}"; do
		[[ $1 != "$place"-* ]] || found=$place
	done
	printf '%s/%s/%s.tsv\n' "$results" "$found" "${1#"$found"-}"
}

# this_commit: what is checked out, with "-dirty" where it has been changed since.
this_commit() {
	git describe --always --abbrev=12 --dirty 2>/dev/null || echo unknown
}

# result FILE RESULT NAME SECONDS [REASON]: adds a line.
result() {
	local reason=${5-}
	printf '%s\t%s\t%s\t%s\n' "$2" "$3" "$4" "${reason//[$'\t\n\r']/ }" >>"$1"
}

# count RESULT FILE...: how many tests had that result.
count() {
	local wanted=$1
	shift
	awk -F'\t' -v wanted="$wanted" '$1 == wanted { n++ } END { print n + 0 }' "$@" /dev/null
}

# totals FILE...: "12 passed, 1 failed, 2 skipped", without what is none.
totals() {
	local passed failed skipped
	passed=$(count pass "$@") failed=$(count fail "$@") skipped=$(count skip "$@")
	printf '%s passed' "$passed"
	((failed == 0)) || printf ', %s%s failed%s' "$red" "$failed" "$plain"
	((skipped == 0)) || printf ', %s%s skipped%s' "$yellow" "$skipped" "$plain"
	printf '\n'
}

# not_passed FILE: what did not pass, with its reason.
not_passed() {
	local result name reason colour
	while IFS=$'\t' read -r result name _ reason; do
		case $result in
		fail) colour=$red ;;
		skip) colour=$yellow ;;
		*) continue ;;
		esac
		printf '      %s%s%s %s%s%s\n' "$colour" "$result" "$plain" "$name" "${reason:+: }" "$reason"
	done <"$1"
}

# digest WORD|FILE|FOLDER...: one name for these words, and for what is in those that are files.
digest() {
	local word sum
	sum=$(
		printf '%s\n' "$@"
		for word; do
			[[ ! -e $word ]] || find "$word" -type f -print0
		done | sort -z | xargs -0 -r sha256sum
	)
	sum=$(sha256sum <<<"$sum")
	printf '%s\n' "${sum:0:32}"
}
