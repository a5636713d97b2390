# What is left when something was interrupted, and what is taken for a container that is none any more.
# shellcheck shell=dash disable=SC2154

a_pid_that_is_somebody_elses_is_left_alone() {
	local other
	sleeping
	sleep 1000 &
	other=$!
	edit_record pid "$other"
	ok rt state "$tag"
	has '"status": "stopped"'
	code 1 rt kill "$tag" KILL
	kill -0 "$other"
	ok rt delete "$tag"
	kill -0 "$other"
	kill "$other"
}

a_start_time_that_differs_is_another_process() {
	sleeping
	edit_record startTime 1
	ok rt state "$tag"
	has '"status": "stopped"'
	code 1 rt kill "$tag" KILL
	ok rt delete --force "$tag"
}

behind_a_reboot_everything_is_stopped_and_goes() {
	remember
	sleeping
	kill -KILL "$(cat pid)"
	edit_record bootId '"00000000-0000-0000-0000-000000000000"'
	ok rt state "$tag"
	has '"status": "stopped"'
	ok rt list
	has stopped
	code 1 rt kill "$tag" TERM
	ok rt delete "$tag"
	unchanged
}

a_record_that_is_damaged_is_an_error_and_goes_by_force() {
	remember
	sleeping
	echo '{' >"state/$tag/record"
	code 1 rt state "$tag"
	code 1 rt delete "$tag"
	ok rt list
	kill -KILL "$(cat pid)"
	try rt delete --force "$tag"
	[ "$status" = 0 ] || differs "a state that is removed by force" "$status"
}

a_stopped_container_is_deleted_once() {
	remember
	sleeping
	ok rt kill "$tag" KILL
	soon "its end" state_is stopped
	ok rt delete "$tag"
	code 1 rt delete "$tag"
	says 'does not exist'
	ok rt delete --force "$tag"
	unchanged
}

two_deletes_at_once_agree() {
	local first second round
	remember
	for round in 1 2 3 4 5; do
		sleeping
		rt delete --force "$tag" &
		first=$!
		rt delete --force "$tag" &
		second=$!
		wait "$first" || differs "a delete of round $round that succeeds" "$?"
		wait "$second" || differs "the other delete of round $round to succeed" "$?"
		code 1 rt state "$tag"
	done
	unchanged
}

two_creates_of_one_id_make_one_container() {
	local first second
	bundle args '["sleep", "1000"]'
	rt create --bundle bundle "$tag" 2>one &
	first=$!
	rt create --bundle bundle "$tag" 2>two &
	second=$!
	! wait "$first" || echo made >>made
	! wait "$second" || echo made >>made
	equal "$(wc -l <made)" 1 "creates that succeeded"
	grep -q 'already exists' one two || differs "\"already exists\" of the other" "$(cat one two)"
	ok rt start "$tag"
}

a_create_that_is_killed_leaves_nothing_behind_a_delete() {
	local delay creator killed=0 code
	bundle args '["sleep", "1000"]' linux ', "resources": {"memory": {"limit": 67108864}}'
	remember
	for delay in 0 0.002 0.004 0.006 0.008 0.01 0.015 0.02 0.025 0.03 0.04 0.05 0.07 0.1 0.2; do
		"$runtime" --root "$PWD/state" create --bundle bundle "$tag" &
		creator=$!
		sleep "$delay"
		kill -KILL "$creator" 2>/dev/null || true
		code=0
		wait "$creator" || code=$?
		[ "$code" = 0 ] || killed=$((killed + 1))
		ok rt delete --force "$tag"
		unchanged
	done
	[ "$killed" -gt 0 ] || differs "creates that were killed in between" "$killed"
}

a_create_that_dies_in_a_hook_leaves_nothing_behind_a_delete() {
	local hook
	remember
	for hook in prestart createRuntime; do
		bundle top ", \"hooks\": {\"$hook\": [{\"path\": \"/bin/sh\", \"args\": [\"sh\", \"-c\", \"kill -KILL \$PPID\"]}]}"
		code 137 "$runtime" --root "$PWD/state" create --bundle bundle "$tag"
		ok rt list
		ok rt delete --force "$tag"
		unchanged
	done
}

a_run_that_is_killed_can_be_deleted() {
	local runner
	remember
	bundle args '["sleep", "1000"]'
	"$runtime" --root "$PWD/state" run --bundle bundle "$tag" &
	runner=$!
	soon "the container" state_is running
	kill -KILL "$runner"
	wait "$runner" || true
	ok rt delete --force "$tag"
	unchanged
}

a_verb_waits_for_another_one_and_readers_do_not() {
	command -v flock >/dev/null || skip "there is no flock(1)"
	sleeping
	{ flock 9 && echo locked >locked && exec sleep 2; } 9<"state/$tag" &
	soon "the lock" test -s locked
	ok rt state "$tag"
	ok rt exec "$tag" true
	code 1 flock -n "state/$tag" true # still locked
	ok rt pause "$tag"
}
