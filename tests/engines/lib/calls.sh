# calls: the runtime as engines call it, without an engine.
# shellcheck shell=bash disable=SC1090,SC1091,SC2154  # variables are shared with who sources this

open_calls() {
	:
}

close_calls() {
	:
}

# rt ARGUMENTS...: the runtime with a state directory of the case's own.
rt() {
	"$runtime" --root "$PWD/state" "$@"
}

# bundle ARGS [MEMBER...]: writes ./bundle.  ARGS are those of the process as JSON, members are further ones of
# config.json.
bundle() {
	local args=$1 members='' own_pids='{"type": "pid"}, '
	[[ ${pid_namespace-own} = own ]] || own_pids=''
	shift
	(($# == 0)) || members=$(printf ', %s' "$@")
	mkdir -p bundle
	cat >bundle/config.json <<-END
		{"ociVersion": "1.0.2", "root": {"path": "$house/rootfs", "readonly": true},
		 "process": {"terminal": ${terminal-false}, "cwd": "/", "args": [$args], "env": ["PATH=/bin", "TERM=dumb"],
		  "user": {"uid": 0, "gid": 0}},
		 "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
		  {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]},
		  {"destination": "/dev/pts", "type": "devpts", "source": "devpts"},
		  {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}],
		 "linux": {"cgroupsPath": "/${house##*/}/$tag",
		  "namespaces": [$own_pids{"type": "mount"}, {"type": "ipc"}, {"type": "uts"}, {"type": "cgroup"}]}$members}
	END
}

# sleeping: a running container that does nothing.
sleeping() {
	bundle '"sleep", "1000"'
	created
	ok rt start "$tag"
}

# created: a container of ./bundle, created as containerd does it.
created() {
	ok rt --log "$PWD/log.json" --log-format json create --bundle "$PWD/bundle" --pid-file "$PWD/bundle/init.pid" "$tag"
}

# is_stopped
is_stopped() {
	rt state "$tag" | grep -qE '"status": *"stopped"'
}

# clean_case: what the case has left.
clean_case() {
	local id
	for id in $(rt list --quiet 2>/dev/null); do
		rt delete --force "$id" || true
	done
}

# group_with CONTROLLER: makes the group that the container of the case will have, and prints its folder.
group_with() {
	local folder
	folder=$(cgroup_of self "$1")
	folder=${folder%"$(own_group "$1")"}/${house##*/}/$tag
	mkdir -p "$folder"
	printf '%s\n' "$folder"
}

# own_group CONTROLLER: this process's group there, without a slash at the end.
own_group() {
	local path
	path=$(sed -nE "s/^[0-9]+:(.*,)?$1(,.*)?:(.*)/\3/p" /proc/self/cgroup)
	[[ -n $path ]] || path=$(sed -n 's/^0:://p' /proc/self/cgroup)
	printf '%s\n' "${path%/}"
}

# state_is STATUS
state_is() {
	rt state "$tag" | grep -qE "\"status\": *\"$1\""
}
