# What only the cases of streams.sh need.
# shellcheck shell=dash disable=SC2154,SC2034

# without_close_range COMMAND: a line of shell, in this folder of a machine that has no close_range(2). That is a
# container with our root.
without_close_range() {
	local capabilities='["CAP_SYS_ADMIN", "CAP_SYS_CHROOT", "CAP_MKNOD", "CAP_CHOWN", "CAP_FOWNER", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_NET_ADMIN"]'
	mkdir -p outer
	printf '%s\n' "$1" >outer/command
	(
		default_parts
		root='{"path": "/"}' cwd="\"$PWD\"" args="[\"sh\", \"$PWD/outer/command\"]" env="[\"PATH=$PATH\"]"
		process=", \"capabilities\": {\"bounding\": $capabilities, \"effective\": $capabilities, \"permitted\": $capabilities}"
		mounts='{"destination": "/dev", "type": "none", "source": "/dev", "options": ["rbind"]}'
		namespaces='{"type": "mount"}' cgroup="\"/${house##*/}/$tag-outer\""
		linux=', "seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["close_range"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}'
		print_config >outer/config.json
	)
	"$runtime" --root "$PWD/outer/state" run --bundle outer "$tag-outer"
}
