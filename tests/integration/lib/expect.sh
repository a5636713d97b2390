# What cases say about what they see. `try` runs a command, the others judge what came of it.
# shellcheck shell=dash disable=SC2154

# try COMMAND...: keeps its exit code in `status`, its output in `output`, its messages in `errors`. Files take them,
# no pipes: what a command leaves running would keep a pipe open. What hangs ends with the time of the case.
try() {
	tried=$*
	status=0
	"$@" >"$house/stdout" 2>"$house/stderr" || status=$?
	output='' errors=''
	[ ! -s "$house/stdout" ] || output=$(tr -d '\0' <"$house/stdout")
	[ ! -s "$house/stderr" ] || errors=$(tr -d '\0' <"$house/stderr")
}

# code N COMMAND...: runs it and expects this exit code.
code() {
	local expected=$1
	shift
	try "$@"
	[ "$status" = "$expected" ] || differs "exit code $expected" "$status"
}

# ok COMMAND...
ok() {
	code 0 "$@"
}

# differs EXPECTED SEEN: the end of the case.
differs() {
	printf 'expected: %s\nseen:     %s\nof:       %s\n' "$1" "$2" "${tried-}"
	printf 'stdout:   %s\nstderr:   %s\n' "${output-}" "${errors-}"
	exit 1
}

# is TEXT: the output, exactly.
is() {
	[ "$output" = "$1" ] || differs "the output \"$1\"" "\"$output\""
}

# has TEXT, lacks TEXT: in the output.
has() {
	contains "$output" "$1" || differs "\"$1\" in the output" "\"$output\""
}
lacks() {
	! contains "$output" "$1" || differs "no \"$1\" in the output" "\"$output\""
}

# says TEXT: the messages contain it.
says() {
	contains "$errors" "$1" || differs "\"$1\" in the messages" "\"$errors\""
}

# quiet: there are no messages.
quiet() {
	[ -z "$errors" ] || differs "no message" "\"$errors\""
}

# equal SEEN EXPECTED WHAT
equal() {
	[ "$1" = "$2" ] || differs "$3: \"$2\"" "\"$1\""
}

# contains TEXT PART
contains() {
	case $1 in
	*"$2"*) return 0 ;;
	esac
	return 1
}

# soon WHAT COMMAND...: tries until it succeeds, at most 20 s long (an emulated machine is slow).
soon() {
	local what=$1 tries=0
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$tries" -lt 400 ] || differs "$what" "it did not come"
		tries=$((tries + 1))
		sleep 0.05
	done
}

# skip REASON: the end of the case; what it wants is not on this machine.
skip() {
	printf '%s\n' "$*"
	exit 77
}

# knows_label LABEL: skips where SELinux is not in force, and where its policy has no such context.
knows_label() {
	[ -e /sys/fs/selinux/context ] || skip "SELinux is not in force here"
	printf %s "$1" >context
	cat context >/sys/fs/selinux/context || skip "the policy that is loaded has no context $1"
}
