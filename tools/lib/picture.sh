# The picture of a container: one line per fact, what is seen beside what was asked for.
#
# The facts are in the file "seen" of the folder $scratch, as look.sh writes them. The remarks tell what differs from
# machine to machine: where a limit was read, what the host's own value is.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

# facts KIND: the values of the lines of that kind.
facts() {
	sed -n "s/^$1 //p" "$scratch/seen"
}

failed=0
# fact NAME SEEN WANTED [REMARK]: one line of the picture. The lines of "mounts /" and "mounts /proc" hang together: only
# the first says "mounts".
last_label=''
fact() {
	local label=${1%% *} seen=$2 wanted=$3 remark=${4-} mark='' result=pass reason=''
	if [[ $seen != "$wanted" ]]; then
		failed=$((failed + 1)) result=fail reason="\"$seen\", not \"$wanted\""
		mark="  $red$reason$plain"
	fi
	printf '%s\tthe container sees: %s\t0\t%s\n' "$result" "$1" "$reason" >>"$results"
	[[ $label != "$last_label" ]] || label=''
	last_label=${1%% *}
	if $is_plain; then remark=''; fi
	printf '  %-13s %s%-38s%s %s%s%s%s\n' "$label" "$bold" "$seen" "$plain" "$dim" "$remark" "$plain" "$mark" |
		sed 's/ *$//'
}

draw_process() {
	fact process "$(facts process)" "pid 1, one of 1"
	fact user "$(facts user)" "uid 0, gid 0"
	fact hostname "$(facts hostname)" busybox "here: $(</proc/sys/kernel/hostname)"
}

# The memory controller's hierarchy: one of its own on v1, the only one on v2.
draw_cgroup() {
	local path
	path=$(facts cgroup | sed -n 's/^[0-9]*:\([a-z,]*,\)*memory\(,[a-z,]*\)*://p')
	if [[ -n $path ]]; then
		fact cgroup "$path" / "version 1, below $(own_cgroup memory)"
	else
		fact cgroup "$(facts cgroup | sed -n 's/^0:://p')" / "version 2"
	fi
}
own_cgroup() {
	sed -n "s/^[0-9]*:\([a-z,]*,\)*$1\(,[a-z,]*\)*://p" /proc/self/cgroup
}

# limit FILE: the value that was read there; nothing if there is no such file.
limit() {
	facts limit | sed -n "s|^$1 ||p"
}
mebibytes() {
	if [[ $1 =~ ^[0-9]+$ ]]; then
		echo "$(($1 >> 20)) MiB"
	else
		echo "${1:-?}"
	fi
}
draw_limits() {
	local bytes quota period pids version=2
	bytes=$(limit memory.max) pids=$(limit pids.max)
	read -r quota period < <(limit cpu.max) || true
	if [[ -z $bytes ]]; then
		version=1
		bytes=$(limit memory/memory.limit_in_bytes) pids=$(limit pids/pids.max)
		quota=$(limit cpu/cpu.cfs_quota_us) period=$(limit cpu/cpu.cfs_period_us)
	fi
	fact "limits memory" "memory     $(mebibytes "$bytes")" "memory     64 MiB" \
		"$([[ $version = 2 ]] && echo memory.max || echo memory.limit_in_bytes) is ${bytes:-not there}"
	fact "limits cpu" "cpu        ${quota:-?} of each ${period:-?} us" "cpu        50000 of each 100000 us" \
		"$([[ $version = 2 ]] && echo cpu.max || echo cpu.cfs_quota_us)"
	fact "limits processes" "processes  ${pids:-?}" "processes  32" pids.max
}

# Those that the configuration asks for; v1 has one more for each controller.
draw_mounts() {
	local point wanted mode kind
	for point in / /proc /dev /dev/pts /dev/shm /tmp /sys /sys/fs/cgroup; do
		case $point in
		/ | /sys | /sys/fs/cgroup) wanted=ro ;;
		*) wanted=rw ;;
		esac
		# The last of those on one point is the one that is seen.
		read -r mode kind < <(facts mount |
			awk -v point="$point" '$2 == point { found = substr($4, 1, 2) " " $3 } END { print found }') || true
		fact "mounts $point" "$(printf '%-15s' "$point") ${mode:-none}" "$(printf '%-15s' "$point") $wanted" "$kind"
	done
	fact "closed writing" "$(facts writable | one_line nothing) is writable" "nothing is writable" \
		"of /, /proc/sys, /sys/fs/cgroup"
	fact "closed reading" "$(facts readable | one_line nothing) is readable" "nothing is readable" "of /proc/kcore and the like"
}

# one_line [EMPTY]: the lines of stdin as words of one line; EMPTY if there are none.
one_line() {
	local words
	words=$(paste -sd' ')
	printf '%s\n' "${words:-${1-}}"
}

# In the kernel's order: the first is bit 0 (capabilities(7)).
readonly capability_names=(
	chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service
	net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin
	sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override
	mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore
)
# capabilities MASK: the names of the bits of a hexadecimal number.
capabilities() {
	local bit
	for bit in "${!capability_names[@]}"; do
		(((16#$1 >> bit & 1) == 0)) || echo "${capability_names[bit]}"
	done
}
# status FIELD: as /proc/self/status has it.
status() {
	facts status | sed -n "s/^$1:[[:space:]]*//p"
}
draw_privileges() {
	local effective bounding
	effective=$(status CapEff) bounding=$(status CapBnd)
	fact capabilities "$(capabilities "${effective:-0}" | one_line none)" "kill net_bind_service audit_write" \
		"of ${#capability_names[@]}"
	fact "capabilities bounding" "and can never get others" \
		"and can$([[ $bounding = "$effective" && $(status NoNewPrivs) = 1 ]] && echo ' never' || echo '') get others" \
		"bounding set, no_new_privs"
}

draw_namespaces() {
	local kind name own='' shared=''
	while read -r kind name; do
		case $kind in
		*_for_children) continue ;;
		esac
		if [[ $name = "$(readlink "/proc/self/ns/$kind")" ]]; then
			shared+=" $kind"
		else
			own+=" $kind"
		fi
	done < <(facts namespace)
	fact "namespaces own" "its own:$own" "its own: cgroup ipc mnt net pid uts"
	fact "namespaces shared" "of the host:$shared" "of the host: time user"
	fact network "$(facts network | one_line none)" lo
}
