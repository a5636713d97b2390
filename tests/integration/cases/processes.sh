# The processes of a container: who gets a signal, who is listed, what is deleted with them.
# shellcheck shell=dash disable=SC2154,SC2016

a_signal_goes_to_the_first_process_alone() {
	remember
	family
	ok rt kill "$tag" TERM
	soon "its end" state_is stopped
	count_is 2 || differs "two processes that are left" "$(rt ps --format json "$tag")"
	ok rt delete "$tag"
	unchanged
}

in_a_shared_pid_namespace_kill_ends_all() {
	remember
	family
	ok rt kill "$tag" KILL
	soon "nobody left" count_is 0
	state_is stopped
	ok rt delete "$tag"
	unchanged
}

who_outlives_the_first_process_can_still_be_killed() {
	remember
	family
	ok rt kill "$tag" TERM
	soon "its end" state_is stopped
	count_is 2
	ok rt kill "$tag" KILL
	soon "nobody left" count_is 0
	code 1 rt kill "$tag" KILL
	says 'container not running'
	ok rt delete "$tag"
	unchanged
}

kill_all_reaches_everybody_with_any_signal() {
	remember
	family
	ok rt kill --all "$tag" TERM
	soon "nobody left" count_is 0
	ok rt delete "$tag"
	sleeping
	rt exec --detach "$tag" sleep 1003
	count_is 2
	ok rt kill "$tag" --all USR1
	soon "nobody left" count_is 0
	code 1 rt kill --all "$tag" TERM
	says 'container not running'
	ok rt delete "$tag"
	unchanged
}

kill_all_does_not_wait_for_who_is_frozen() {
	remember
	family
	ok rt pause "$tag"
	ok rt kill --all "$tag" KILL
	soon "its end" state_is stopped
	soon "nobody left" count_is 0
	ok rt delete "$tag"
	unchanged
}

kill_all_reaches_groups_that_the_container_made() {
	local group
	family
	group=$(group_of "$(cat pid)" pids)
	mkdir "$group/inner"
	rt ps --format json "$tag" | tr -d '[]' | tr ',' '\n' | sed -n 2p >child
	cat child >"$group/inner/cgroup.procs"
	ok rt kill --all "$tag" KILL
	soon "nobody left" count_is 0
}

delete_by_force_works_in_every_state() {
	remember
	bundle args '["sleep", "1000"]'
	created
	ok rt delete --force "$tag"
	sleeping
	ok rt delete --force "$tag"
	sleeping
	ok rt pause "$tag"
	ok rt delete --force "$tag"
	sleeping
	ok rt kill "$tag" KILL
	soon "its end" state_is stopped
	ok rt delete --force "$tag"
	family
	ok rt delete --force "$tag"
	family
	kill -KILL "$(cat pid)"
	soon "its end" state_is stopped
	ok rt delete --force "$tag"
	mkdir "state/$tag"
	ok rt delete --force "$tag"
	ok rt delete --force "$tag"
	quiet
	unchanged
}

delete_by_force_takes_a_paused_family_with_groups_of_its_own() {
	local group
	remember
	family
	group=$(group_of "$(cat pid)" memory)
	mkdir -p "$group/inner/deeper"
	rt ps --format json "$tag" | tr -d '[]' | tr ',' '\n' | sed -n 2p >child
	cat child >"$group/inner/deeper/cgroup.procs"
	ok rt pause "$tag"
	ok rt delete --force "$tag"
	unchanged
}

delete_without_force_says_what_the_container_does() {
	sleeping
	code 1 rt delete "$tag"
	says 'cannot delete a container that is running'
	ok rt pause "$tag"
	code 1 rt delete "$tag"
	says 'cannot delete a container that is paused'
	ok rt resume "$tag"
	code 1 rt delete nobody
	says 'does not exist'
}

the_list_has_a_line_for_every_status() {
	local other
	for other in created running paused stopped; do
		bundle args '["sleep", "1000"]' cgroup "\"/${house##*/}/$tag-$other\""
		ok rt create --bundle bundle --pid-file "$other.pid" "$tag-$other"
		[ "$other" = created ] || ok rt start "$tag-$other"
	done
	ok rt pause "$tag-paused"
	ok rt kill "$tag-stopped" KILL
	soon "its end" sh -c "'$runtime' --root state state '$tag-stopped' | grep -q '\"stopped\"'"
	ok rt list
	equal "$(echo "$output" | sed -n 1p | tr -s ' ')" 'ID PID STATUS BUNDLE CREATED OWNER' "the head"
	equal "$(echo "$output" | sed 1d | sed 's/  */ /g' | cut -d' ' -f1,3,4,6)" \
		"$tag-created created $PWD/bundle root
$tag-paused paused $PWD/bundle root
$tag-running running $PWD/bundle root
$tag-stopped stopped $PWD/bundle root" "the lines"
	ok rt list --quiet
	is "$tag-created
$tag-paused
$tag-running
$tag-stopped"
	ok rt list -f json
	equal "$(echo "$output" | wc -l)" 1 "the number of lines"
	has "{\"ociVersion\":\"1.3.0\",\"id\":\"$tag-created\",\"pid\":$(cat created.pid),\"status\":\"created\",\"bundle\":\"$PWD/bundle\","
	has "\"id\":\"$tag-stopped\",\"pid\":0,\"status\":\"stopped\""
	has "\"id\":\"$tag-paused\",\"pid\":$(cat paused.pid),\"status\":\"paused\""
	code 1 rt list --format xml
	says 'table or json'
}

an_empty_list_is_a_head_or_nothing() {
	ok rt list
	is 'ID   PID   STATUS   BUNDLE   CREATED   OWNER'
	ok rt list --quiet
	is ''
	ok rt list --format=json
	is '[]'
}

a_damaged_container_does_not_hide_the_others() {
	sleeping
	cp -r "state/$tag" "state/$tag-damaged"
	echo '{' >"state/$tag-damaged/record"
	ok rt --log log list --quiet
	is "$tag"
	grep -q "$tag-damaged" log || differs "a warning of the damaged one" "$(cat log)"
	rm -rf "state/$tag-damaged"
}

processes_are_listed_as_ps_does_and_as_numbers() {
	local pids
	family
	ok rt ps --format json "$tag"
	pids=$(echo "$output" | tr -d '[]' | tr ',' '\n')
	equal "$(echo "$pids" | wc -l)" 3 "the number of pids"
	echo "$pids" | grep -qx "$(cat pid)"
	code 1 rt ps --format xml "$tag"
	says 'table or json'
	# The ps of busybox knows no -ef.
	ok rt ps "$tag" -o pid,args
	has 'sleep 1001'
	has 'sleep 1002'
	equal "$(echo "$output" | wc -l)" 4 "the head and three lines"
	lacks integration/run
	code 1 rt ps "$tag" -o args
	says 'has no column PID'
	code 1 rt ps nobody
	says 'does not exist'
}

without_a_cgroup_the_processes_are_unknown() {
	bundle args '["sleep", "1000"]'
	ok rt --cgroup-manager disabled create --bundle bundle --pid-file pid "$tag"
	code 1 rt ps "$tag"
	says 'no cgroup to find its processes by'
	code 255 rt exec --cgroup inner "$tag" true
	says 'no cgroup for --cgroup'
	ok rt kill "$tag" KILL
	soon "its end" state_is stopped
}
