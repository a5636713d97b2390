# Runs cases, one process each, and reports them.
# shellcheck shell=dash disable=SC2154

# What a case may take, in seconds; a machine that is emulated is slow.
kLimit=60

begin_report() {
	number=0 passed=0 failed=0 skipped=0
	: >"$house/results"
}

# run_case FILE FUNCTION TITLE: runs it in a shell and a folder of its own. What it printed is shown if it failed.
run_case() {
	local title=$3 status=0 began seconds reason='' result
	number=$((number + 1))
	mkdir "$house/cases/$number"
	began=$(hundredths)
	timeout -k 10 "$kLimit" sh "$here/lib/case.sh" "$here" "$runtime" "$1" "$2" "c$number" \
		</dev/null >"$house/output" 2>&1 || status=$?
	seconds=$(($(hundredths) - began))
	seconds=$((seconds / 100)).$(printf '%02d' $((seconds % 100)))
	case $status in
	0) result=pass passed=$((passed + 1)) ;;
	77) result=skip skipped=$((skipped + 1)) reason=$(tail -n 1 "$house/output") ;;
	*)
		result=fail failed=$((failed + 1))
		reason=$(grep -m1 '^expected: ' "$house/output" || tail -n 1 "$house/output")
		case $status in 124 | 137 | 143) reason="took more than $kLimit s" ;; esac
		;;
	esac
	printf '%s %s%s\n' "$result" "$title" "${reason:+ ($reason)}"
	[ "$result" != fail ] || sed 's/^/    /' "$house/output"
	printf '%s\t%s\t%s\t%s\n' "$result" "$title" "$seconds" "$(printf %s "$reason" | tr '\t\n' '  ')" >>"$house/results"
	rm -rf "$house/cases/$number" 2>/dev/null || true
}

# hundredths: of a second, since the machine was started.
hundredths() {
	sed 's/^\([0-9]*\)\.\([0-9]*\) .*/\1\2/' /proc/uptime
}

end_report() {
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	[ "$failed" = 0 ]
}
