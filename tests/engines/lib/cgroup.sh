# Reading a container's limits where the kernel has them.
# shellcheck shell=bash disable=SC1090,SC1091,SC2154  # variables are shared with who sources this

# cgroup_of PID CONTROLLER: the folder of that process's group in the hierarchy that has the controller.
cgroup_of() {
	local id controllers path unified=''
	while IFS=: read -r id controllers path; do
		if [[ ,$controllers, = *,$2,* ]]; then
			printf '/sys/fs/cgroup/%s%s\n' "$2" "$path"
			return
		fi
		[[ $id != 0 ]] || unified=$path
	done <"/proc/$1/cgroup"
	if [[ -d /sys/fs/cgroup/unified ]]; then
		printf '/sys/fs/cgroup/unified%s\n' "$unified"
	else
		printf '/sys/fs/cgroup%s\n' "$unified"
	fi
}

# limit_is PID CONTROLLER FILE-OF-V1 FILE-OF-V2 VALUE [VALUE-OF-V2]: "-" for a version that has no such file.
limit_is() {
	local folder
	folder=$(cgroup_of "$1" "$2")
	if [[ -e $folder/$3 ]]; then
		equal "$(cat "$folder/$3")" "$5" "$folder/$3"
	elif [[ -e $folder/$4 ]]; then
		equal "$(cat "$folder/$4")" "${6-$5}" "$folder/$4"
	else
		differs "$folder/$3 or $4" "neither"
	fi
}

# limits_swap: whether swap is counted here.
limits_swap() {
	local folder
	folder=$(cgroup_of self memory)
	[[ -e $folder/memory.memsw.limit_in_bytes || -e $folder/memory.swap.max ]]
}
