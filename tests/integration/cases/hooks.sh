# Hooks: when and where they run, what they are told, what becomes of their failures.
# shellcheck shell=dash disable=SC2154

the_six_run_in_order_and_in_their_namespaces() {
	local here_mnt inside
	all_hooks
	remember
	bundle args '["sleep", "1000"]'
	created
	equal "$(cut -d' ' -f1 shared/order | tr '\n' ' ')" 'prestart createRuntime createContainer ' "the hooks of create"
	inside=$(readlink "/proc/$(cat pid)/ns/mnt")
	ok rt start "$tag"
	soon "the poststart hook" grep -q poststart shared/order
	ok rt kill "$tag" KILL
	soon "its end" state_is stopped
	ok rt delete "$tag"
	here_mnt=$(readlink /proc/self/ns/mnt)
	equal "$(cat shared/order)" "prestart $here_mnt creating
createRuntime $here_mnt creating
createContainer $inside creating
startContainer $inside created
poststart $here_mnt running
poststop $here_mnt stopped" "hooks, their mount namespaces, and the status that they were told"
	unchanged
}

a_hook_of_start_that_fails_is_told_and_ends_the_container() {
	all_hooks
	bundle args '["sleep", "1000"]' \
		top ', "hooks": {"startContainer": [{"path": "/bin/sh", "args": ["sh", "-c", "echo the reason; exit 9"]}]}'
	created
	code 1 rt start "$tag"
	says '/hooks/startContainer/0'
	says 'exited with 9'
	says 'the reason'
	soon "its end" state_is stopped
	ok rt delete "$tag"
}

a_hook_after_the_end_that_fails_is_a_warning() {
	bundle top ', "hooks": {"poststop": [{"path": "/bin/false"}, {"path": "/bin/sh", "args": ["sh", "-c", "echo ran >ran"]}]}'
	remember
	ok rt run --bundle bundle "$tag"
	says 'warning: '
	says 'poststop'
	unchanged
}

a_hook_knows_the_container() {
	all_hooks
	bundle args '["true"]' top "$hooks, \"annotations\": {\"key\": \"word\"}"
	created
	ok cat shared/state.createRuntime
	has "\"id\":\"$tag\""
	has "\"pid\":$(cat pid)"
	has "\"bundle\":\"$PWD/bundle\""
	has '"key":"word"'
}

a_hook_that_hangs_is_ended_with_its_children() {
	bundle top ', "hooks": {"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", "sleep 4711 & sleep 4711"], "timeout": 1}]}'
	remember
	code 1 rt create --bundle bundle "$tag"
	says 'timeout of 1 s'
	unchanged
}
