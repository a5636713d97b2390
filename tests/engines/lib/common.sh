# What the cases of common/ take from docker's and podman's own files: `engine` is the command of either.
# shellcheck shell=bash disable=SC2154  # variables are shared with who sources this

# sleeping OPTION...: a container named after the case that does nothing.
sleeping() {
	ok "$engine" run --detach --name "$tag" "$@" "$image" sleep 1000
}

# inspected FORMAT VALUE: what the engine's inspect says of the container that is named after the case.
inspected() {
	[[ $("$engine" inspect --format "$1" "$tag") = "$2" ]]
}

# log_has TEXT, status_is STATUS: about the same.
log_has() {
	[[ $("$engine" logs "$tag" 2>&1) = *"$1"* ]]
}

status_is() {
	inspected '{{.State.Status}}' "$1"
}

# stops_for_good: told to stop between two lives, podman begins the next one all the same.
stops_for_good() {
	"$engine" stop --time 0 "$tag" && status_is exited
}

# reads CONTROLLER FILE-OF-V1 FILE-OF-V2 VALUE [VALUE-OF-V2]: the same container's limit, see limit_is.
reads() {
	limit_is "$("$engine" inspect --format '{{.State.Pid}}' "$tag")" "$@"
}

# filter RULE: writes filter.json, which allows everything but what the rule says.
filter() {
	printf '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{%s}]}\n' "$1" >filter.json
}
