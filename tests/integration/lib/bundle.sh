# Bundles, and the runtime that is called with them.
# shellcheck shell=dash disable=SC2154

# rt ARGUMENTS...: the runtime with a state directory of the case's own. None of its verbs takes long.
rt() {
	timeout -k 5 40 "$runtime" --root "$PWD/state" "$@"
}

# A bundle is ./bundle. Its config.json has one part in each line, and cases change parts before they write it:
# whole members of an object begin with a comma.
default_parts() {
	version='"1.3.0"'
	root='{"path": "rootfs", "readonly": true}'
	terminal='false'
	user='{"uid": 0, "gid": 0}'
	args='["true"]'
	env='["PATH=/bin"]'
	cwd='"/"'
	process=''
	mounts='{"destination": "/proc", "type": "proc", "source": "proc"},
{"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]},
{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}'
	mount=''
	namespaces='{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}, {"type": "network"}, {"type": "cgroup"}'
	namespace=''
	cgroup="\"/${house##*/}/$tag\""
	linux=''
	top=''
}
default_parts

# print_config
print_config() {
	cat <<-END
		{
		"ociVersion": $version,
		"root": $root,
		"process": {
		"terminal": $terminal,
		"user": $user,
		"args": $args,
		"env": $env,
		"cwd": $cwd
		$process
		},
		"mounts": [
		$mounts
		$mount
		],
		"linux": {
		"cgroupsPath": $cgroup,
		"namespaces": [
		$namespaces
		$namespace
		]
		$linux
		}
		$top
		}
	END
}

# bundle [PART JSON]...
bundle() {
	while [ $# -gt 1 ]; do
		eval "$1=\$2"
		shift 2
	done
	[ -d bundle ] || mkdir bundle
	[ -e bundle/rootfs ] || ln -s "$house/rootfs" bundle/rootfs
	print_config >bundle/config.json
}

# sleeping: a running container that does nothing.
sleeping() {
	bundle args '["sleep", "1000"]' "$@"
	created
	ok rt start "$tag"
}

# created: a container of ./bundle.
created() {
	ok rt create --bundle bundle --pid-file pid "$tag"
}

# state_is STATUS
state_is() {
	rt state "$tag" | grep -q "\"status\": *\"$1\""
}

# clean_case: what the case has left.
clean_case() {
	local id
	for id in $(rt list --quiet 2>/dev/null); do
		rt delete --force "$id" || true
	done
}

# group_of PID CONTROLLER: the folder of that process's group in the hierarchy that has the controller.
group_of() {
	local path
	path=$(sed -n "s/^[0-9]*:\(.*,\)\{0,1\}$2\(,.*\)\{0,1\}:\(.*\)/\3/p" "/proc/$1/cgroup")
	if [ -n "$path" ]; then
		echo "/sys/fs/cgroup/$2$path"
		return
	fi
	path=$(sed -n 's/^0:://p' "/proc/$1/cgroup")
	if [ -d /sys/fs/cgroup/unified ]; then
		echo "/sys/fs/cgroup/unified$path"
	else
		echo "/sys/fs/cgroup$path"
	fi
}
