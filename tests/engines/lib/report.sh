# Runs cases, some at a time, one process each, and reports them as they end.
# shellcheck shell=bash disable=SC1090,SC1091,SC2154  # variables are shared with who sources this

# What a case may take, in seconds, on a machine that does much else.
readonly kLimit=120

begin_report() {
	declare -gA title_of=() number_of=() began=()
	reported=0 passed=0 failed=0 skipped=0
	printf '1..%d\n' "${#cases[@]}"
}

# run_case GROUP FILE FUNCTION MARKS: begins it in a shell and a folder of its own, when it is its turn.  A case that is marked
# `alone` is one that others would not survive.
run_case() {
	local group=$1 file=$2 name=$3 number=$((reported + ${#title_of[@]} + 1)) others=$((jobs - 1))
	[[ $4 != *alone* ]] || others=0
	await_cases "$others"
	mkdir -p "$house/cases/$number"
	# In a process group of its own, so that at the end of its time all of it can be ended.
	timeout -k 10 "$kLimit" bash "$here/lib/case.sh" "$here" "$group" "$file" "$name" "case$number" \
		<"/dev/null" >"$house/cases/$number.said" 2>&1 &
	title_of[$!]="$group: ${name//_/ }" number_of[$!]=$number began[$!]=${EPOCHREALTIME/./}
	((others > 0)) || await_cases 0
}

# await_cases N: until only N of them are left.
await_cases() {
	local pid status
	while ((${#title_of[@]} > $1)); do
		status=0
		wait -n -p pid "${!title_of[@]}" || status=$?
		report_case "$pid" "$status"
		unset "title_of[$pid]"
	done
}

# report_case PID STATUS: what it printed is shown if it failed.
report_case() {
	local status=$2 title=${title_of[$1]} number=${number_of[$1]} said seconds reason='' result
	said=$house/cases/$number.said
	seconds=$(((${EPOCHREALTIME/./} - began[$1]) / 1000))
	seconds=$((seconds / 1000)).$(printf '%03d' $((seconds % 1000)))
	reported=$((reported + 1))
	case $status in
	0) result=pass passed=$((passed + 1)) ;;
	77) result=skip skipped=$((skipped + 1)) reason=$(tail -n 1 "$said") ;;
	*)
		result=fail failed=$((failed + 1)) reason=$(grep -m1 '^expected: ' "$said" || tail -n 1 "$said")
		((status != 124 && status != 137)) || reason="took more than $kLimit s"
		;;
	esac
	case $result in
	pass) printf 'ok %d %s\n' "$reported" "$title" ;;
	skip) printf 'ok %d %s # SKIP %s\n' "$reported" "$title" "$reason" ;;
	fail) printf 'not ok %d %s\n# %s\n%s\n' "$reported" "$title" "$reason" "$(sed 's/^/#   /' "$said")" ;;
	esac
	printf '%s\t%s\t%s\t%s\n' "$result" "$title" "$seconds" "${reason//$'\t'/ }" >>"$results"
	rm -rf "$house/cases/$number"{,.*} 2>/dev/null || true
}

end_report() {
	printf '# %d passed, %d failed, %d skipped in %d s, %s\n' "$passed" "$failed" "$skipped" "$SECONDS" "${runtime##*/}"
	((failed == 0))
}
