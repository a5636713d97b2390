# What cases say about what they see.  `try` runs a command, the others judge what came of it.
# shellcheck shell=bash disable=SC1090,SC1091,SC2154  # variables are shared with who sources this

# try COMMAND...: keeps its exit code in `status`, its output in `output`, its messages in `errors`.  Files take them,
# no pipes: what a command leaves running would keep a pipe open.  They are not in the folder of the case.
try() {
	tried=$*
	status=0
	"$@" >"$said.out" 2>"$said.err" || status=$?
	output=$(tr -d '\0' <"$said.out")
	errors=$(tr -d '\0' <"$said.err")
}

# code N COMMAND...: runs it and expects this exit code.
code() {
	try "${@:2}"
	[[ $status = "$1" ]] || differs "exit code $1" "$status"
}

# ok COMMAND...
ok() {
	code 0 "$@"
}

# fails COMMAND...: with whatever exit code.
fails() {
	try "$@"
	[[ $status != 0 ]] || differs "an error" "$status"
}

# differs EXPECTED SEEN: the end of the case.
differs() {
	printf 'expected: %s\nseen:     %s\nof:       %s\n' "$1" "$2" "$(cut -c1-2000 <<<"${tried-}")"
	printf 'stdout:   %s\nstderr:   %s\n' "$(tail -c 4000 <<<"${output-}")" "$(tail -c 4000 <<<"${errors-}")"
	exit 1
}

# is TEXT: the output, exactly.
is() {
	[[ $output = "$1" ]] || differs "the output \"$1\"" "\"$output\""
}

# has TEXT: the output contains it.
has() {
	[[ $output = *"$1"* ]] || differs "\"$1\" in the output" "\"$output\""
}

# lacks TEXT: the output does not contain it.
lacks() {
	[[ $output != *"$1"* ]] || differs "no \"$1\" in the output" "\"$output\""
}

# matches REGEX: some line of the output.
matches() {
	grep -qE -e "$1" <<<"$output" || differs "output like /$1/" "\"$output\""
}

# says TEXT: the messages contain it.
says() {
	[[ $errors = *"$1"* ]] || differs "\"$1\" in the messages" "\"$errors\""
}

# quiet: there are no messages.
quiet() {
	[[ -z $errors ]] || differs "no message" "\"$errors\""
}

# equal SEEN EXPECTED WHAT
equal() {
	[[ $1 = "$2" ]] || differs "$3: \"$2\"" "\"$1\""
}

# soon WHAT COMMAND...: tries until it succeeds, at most 30 s long (a busy machine is slow).
soon() {
	local what=$1 end=$((SECONDS + 30))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || differs "$what" "it did not come"
		sleep 0.05
	done
}

# skip REASON: the end of the case; what it wants is not on this machine.
skip() {
	printf '%s\n' "$*"
	exit 77
}

# can_raise_limits: whether CAP_SYS_RESOURCE is there; some machines lack it although we are root.
can_raise_limits() {
	((0x$(sed -n 's/^CapEff:\t//p' /proc/self/status) & 1 << 24))
}

# processes_are COUNT COMMAND: how many processes have this command line.
processes_are() {
	[[ $(pgrep -cfx -- "$2") = "$1" ]]
}

# is_ended_by SIGNAL PID: sends it and tells whether the process is gone.
is_ended_by() {
	! kill "-$1" "$2"
}

is_gone() {
	! kill -0 "$1"
}

# is_longer_than FILE LINES
is_longer_than() {
	(($(wc -l <"$1") > $2))
}

# crowd_ends COUNT: container number I of the case, which is in `running`, gives I as its exit code and has written I to
# outI.
crowd_ends() {
	local i
	for ((i = 0; i < $1; i++)); do
		status=0
		wait "${running[i]}" || status=$?
		equal "$status" "$i" "exit code of container $i, which said: $(cat "err$i")"
		equal "$(cat "out$i")" "$i" "output of container $i"
	done
}
