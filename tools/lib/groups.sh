# Groups of tests, and the steps that they stand on (installing, building).
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

groups=()
declare -A group_lane=() group_needs=() group_path=() group_lists=() group_text=() group_when=()
# group NAME LANE "NEEDED..." PATH "LIST..." TEXT: a group of tests. It is there if PATH is, it takes the packages of the
# LISTs, and it has two functions: run_NAME FILE adds its results to FILE, key_NAME prints what they depend on.
group() {
	groups+=("$1")
	group_lane[$1]=$2 group_needs[$1]=$3 group_path[$1]=$4 group_lists[$1]=$5 group_text[$1]=$6
}
# long_group ...: the same, for --full only.
long_group() {
	group "$@"
	group_when[$1]=--full
}
# machine_group NAME "NEEDED..." PATH TEXT: the same, in a machine that is for --machines only.
machine_group() {
	group "$1" machine "$2" "$3" tests/vm/packages "$4"
	group_when[$1]=--machines
}

steps=()
declare -A step_lane=() step_needs=() step_command=()
# step NAME LANE "NEEDED..." COMMAND: what groups need.
step() {
	steps+=("$1")
	step_lane[$1]=$2 step_needs[$1]=$3 step_command[$1]=$4
}

is_here() {
	[[ -e ${group_path[$1]} ]]
}

# add_jobs GROUP...: these groups and all that they need, in the order in which a lane is to take them up.
declare -A is_wanted=()
add_jobs() {
	local name
	for name; do want "$name"; done
	for name in "${steps[@]}"; do
		[[ -z ${is_wanted[$name]-} ]] || add_step "$name"
	done
	for name in "${groups[@]}"; do
		[[ -z ${is_wanted[$name]-} ]] || add_job "$name" "${group_lane[$name]}" "${group_needs[$name]}" run_group "$name"
	done
}
add_step() {
	local command
	read -ra command <<<"${step_command[$1]}"
	add_job "$1" "${step_lane[$1]}" "${step_needs[$1]}" "${command[@]}"
}
want() {
	local needed
	is_wanted[$1]=yes
	for needed in ${step_needs[$1]-} ${group_needs[$1]-}; do
		[[ -n ${is_wanted[$needed]-} ]] || want "$needed"
	done
}

# run_group GROUP: its results, unless they are there already, all green, and nothing has changed since.
run_group() {
	local group=$1 file key keys=$results/keys status=0 began=$EPOCHSECONDS
	file=$(results_file "$group")
	key=$("key_$group")
	if ! $again && [[ -f $file && $(cat "$keys/$group" 2>/dev/null) = "$key" ]]; then
		: >"$scratch/unchanged.$group"
		return 0
	fi
	mkdir -p "$keys" "${file%/*}"
	rm -f "$keys/$group"
	: >"$file.new"
	"run_$group" "$file.new" || status=$?
	if [[ ! -s $file.new ]]; then
		result "$file.new" fail "$group" 0 "no test was run (status $status)"
	elif ((status != 0 && $(count fail "$file.new") == 0)); then
		result "$file.new" fail "$group" 0 "the runner ended with status $status"
	fi
	mv "$file.new" "$file"
	printf '%s\n' "date $(date --utc +%F)" "commit $(this_commit)" "seconds $((EPOCHSECONDS - began))" >"${file%.tsv}.about"
	(($(count fail "$file") == 0)) || return 1
	printf '%s\n' "$key" >"$keys/$group"
}

# report_job NAME: one line about a job that has ended, and what there is to say about it.
report_job() {
	local file name=$1 took remark=''
	took=${job_seconds[$name]-0}
	if [[ -n ${step_command[$name]-} ]]; then
		report_step "$name" "$took"
		return
	fi
	file=$(results_file "$name")
	if [[ ${job_state[$name]} = barred ]]; then
		printf '  %-28s %snot run: what it needs is not there%s\n' "$name" "$red" "$plain"
		return
	fi
	[[ ! -e $scratch/unchanged.$name ]] || remark=', nothing has changed since'
	printf '  %-28s %s  %s%s s%s%s\n' "$name" "$(totals "$file")" "$dim" "$took" "$remark" "$plain"
	not_passed "$file" | sed -n 1,40p
	(($(not_passed "$file" | wc -l) <= 40)) || printf '      ... all of them: %s\n' "$file"
	[[ ${job_state[$name]} != failed ]] || printf '      %swhat it said: %s%s\n' "$dim" "$results/log/$name.log" "$plain"
}

report_step() {
	case ${job_state[$1]} in
	done) (($2 < 2)) || printf '  %s%-28s %s s%s\n' "$dim" "$1" "$2" "$plain" ;;
	failed)
		printf '  %-28s %sfailed%s\n' "$1" "$red" "$plain"
		tail -n 30 "$results/log/$1.log" | sed 's/^/      /'
		;;
	barred) printf '  %-28s %snot done: what it needs failed%s\n' "$1" "$red" "$plain" ;;
	esac
}
