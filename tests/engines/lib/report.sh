# Runs cases, one process each, and reports them.
# shellcheck shell=bash disable=SC2154  # variables are shared with who sources this

# What a case may take, in seconds; a case that says `# limit: N` in the line above it gets N.
readonly kLimit=60

begin_report() {
	report_file=$1 number=0 passed=0 failed=0 skipped=0
	: >"$report_file"
	printf '1..%d\n' "${#cases[@]}"
}

# limit_of FILE NAME
limit_of() {
	local limit
	limit=$(grep -B1 "^$2() {\$" "$1" | sed -n 's/^# limit: \([0-9]*\)$/\1/p')
	printf '%s\n' "${limit:-$kLimit}"
}

# run_case GROUP FILE FUNCTION: runs it in a shell and a folder of its own.  What it printed is shown if it failed.
run_case() {
	local group=$1 file=$2 name=$3 title limit status=0 began seconds reason='' result
	title="$group: ${name//_/ }"
	number=$((number + 1))
	mkdir -p "$house/cases/$number"
	limit=$(limit_of "$file" "$name")
	began=${EPOCHREALTIME/./}
	# In a group of its own, so that at the end of its time all of it can be ended.
	timeout -k 10 "$limit" bash "$here/lib/case.sh" "$here" "$group" "$file" "$name" "case$number" \
		<"/dev/null" >"$house/output" 2>&1 || status=$?
	seconds=$(((${EPOCHREALTIME/./} - began) / 1000))
	seconds=$((seconds / 1000)).$(printf '%03d' $((seconds % 1000)))
	case $status in
	0) result=ok passed=$((passed + 1)) ;;
	77)
		result=skip skipped=$((skipped + 1)) reason=$(tail -n 1 "$house/output")
		;;
	*)
		result='not ok' failed=$((failed + 1)) reason=$(grep -m1 '^expected: ' "$house/output" || tail -n 1 "$house/output")
		((status != 124 && status != 137)) || reason="took more than $limit s"
		;;
	esac
	case $result in
	skip) printf 'ok %d %s # SKIP %s\n' "$number" "$title" "$reason" ;;
	*) printf '%s %d %s\n' "$result" "$number" "$title" ;;
	esac
	if [[ $result = 'not ok' ]]; then
		[[ $status != 124 && $status != 137 ]] || printf '# %s\n' "$reason"
		sed 's/^/# /' "$house/output"
	fi
	printf '%s\t%s\t%s\t%s\n' "$result" "$title" "$seconds" "${reason//$'\t'/ }" >>"$report_file"
	rm -rf "$house/cases/$number" 2>/dev/null || true
}

end_report() {
	printf '# %d ok, %d not ok, %d skipped in %d s, %s\n' "$passed" "$failed" "$skipped" "$SECONDS" "${runtime##*/}"
	((failed == 0))
}
