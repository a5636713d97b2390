# Jobs that wait for each other and run side by side.
#
# A job is a function in a process of its own. It begins when all that it needs is done, and when no other job of its lane
# is running: a lane is what must not be used twice at a time (the processors, this machine's kernel, apt). What is in
# the lane `alone` has the whole machine. Where something that is needed failed, it does not run at all.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

declare -gA job_lane=() job_needs=() job_state=() job_seconds=()
jobs_in_order=()

# add_job NAME LANE "NEEDED..." COMMAND...: jobs of one lane run in the order of their adding.
declare -gA job_command=()
add_job() {
	local name=$1
	job_lane[$name]=$2 job_needs[$name]=$3
	shift 3
	job_command[$name]=${*@Q}
	job_state[$name]=waiting
	jobs_in_order+=("$name")
}

# run_jobs FOLDER REPORT: runs them all, each with its output in FOLDER/NAME.log, and calls REPORT NAME when one ends.
# job_state is then done, failed, or barred (something that it needs did not come about).
run_jobs() {
	local folder=$1 report=$2 name status pid
	local -A name_of=() began=()
	while true; do
		for name in "${jobs_in_order[@]}"; do
			bar_job "$name" "$report"
			can_begin "$name" || continue
			job_state[$name]=running began[$name]=$EPOCHSECONDS
			# Each in a process group of its own, so that it can be ended with all that it started.
			set -m
			(eval "${job_command[$name]}") >"$folder/$name.log" 2>&1 </dev/null &
			set +m
			name_of[$!]=$name
		done
		((${#name_of[@]} > 0)) || return 0
		status=0
		wait -n -p pid "${!name_of[@]}" || status=$?
		name=${name_of[$pid]}
		unset "name_of[$pid]"
		job_seconds[$name]=$((EPOCHSECONDS - began[$name]))
		job_state[$name]=$( ((status == 0)) && echo "done" || echo failed)
		"$report" "$name"
	done
}

# bar_job NAME REPORT: gives up a waiting job whose needs will not be met.
bar_job() {
	local needed
	[[ ${job_state[$1]} = waiting ]] || return 0
	for needed in ${job_needs[$1]}; do
		case ${job_state[$needed]} in
		failed | barred)
			job_state[$1]=barred
			"$2" "$1"
			return
			;;
		esac
	done
}

can_begin() {
	local name
	[[ ${job_state[$1]} = waiting ]] || return 1
	for name in ${job_needs[$1]}; do
		[[ ${job_state[$name]} = "done" ]] || return 1
	done
	for name in "${jobs_in_order[@]}"; do
		[[ ${job_state[$name]} = running ]] || continue
		[[ ${job_lane[$name]} != "${job_lane[$1]}" && ${job_lane[$name]} != alone && ${job_lane[$1]} != alone ]] || return 1
	done
}

# end_jobs: those that are running are told to end, with all that they started.
end_jobs() {
	local pid
	for pid in $(jobs -p); do
		kill -TERM -- "-$pid" 2>/dev/null || true
	done
	wait || true
}
