# containerd: its configuration, its life, and the command that the cases call.
# shellcheck shell=bash disable=SC1090,SC1091,SC2154  # variables are shared with who sources this

image=localhost/busybox:latest
containerd_socket=$house/containerd/socket

# The group's name is that of the house, so that the containers' cgroups are the house's.
write_ctr_command() {
	mkdir -p "$house/bin"
	cat >"$house/bin/ctr" <<-END
		#!/bin/bash
		options=()
		[[ \${1-} != run ]] || options=(--runc-binary "$runtime" --runc-root "$house/containerd/runc"
			--snapshotter "$(cat "$house/containerd/snapshotter")")
		exec "$(engine_itself ctr)" --address "$containerd_socket" --namespace "${house##*/}" \
			"\${@:1:1}" "\${options[@]}" "\${@:2}"
	END
	chmod +x "$house/bin/ctr"
}

write_containerd_configuration() {
	cat >"$house/containerd/config.toml" <<-END
		version = 2
		root = "$house/containerd/root"
		state = "$house/containerd/state"
		disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
		[grpc]
		  address = "$containerd_socket"
	END
}

start_containerd() {
	containerd --config "$house/containerd/config.toml" >>"$house/containerd/log" 2>&1 &
	echo $! >"$house/containerd/pid"
	disown
	soon "containerd to serve" ctr version
}

stop_containerd() {
	kill -TERM "$(cat "$house/containerd/pid")"
	soon "the end of containerd" containerd_is_gone
}

containerd_is_gone() {
	! kill -0 "$(cat "$house/containerd/pid")"
}

open_containerd() {
	# shellcheck source=tests/engines/lib/expect.sh
	. "$here/lib/expect.sh"
	mkdir -p "$house/containerd"
	write_containerd_configuration
	if can_overlay; then
		echo overlayfs >"$house/containerd/snapshotter"
	else
		echo native >"$house/containerd/snapshotter"
	fi
	write_ctr_command
	PATH=$house/bin:$PATH
	start_containerd
	docker_archive "$house/rootfs" "$image" "$house/image.tar"
	ctr image import --snapshotter "$(cat "$house/containerd/snapshotter")" "$house/image.tar" >/dev/null
	remember_mounts
}

close_containerd() {
	stop_containerd
}

# clean_case: what the case has left.
clean_case() {
	local left id
	mapfile -t left < <(ctr container list --quiet | grep -E "^$tag(-|$)")
	for id in "${left[@]}"; do
		ctr task kill --signal KILL "$id" >/dev/null 2>&1 || true
		ctr task delete --force "$id" >/dev/null 2>&1 || true
		ctr container delete "$id" >/dev/null 2>&1 || true
	done
}

# sleeping OPTION...: a container named after the case that does nothing.
sleeping() {
	ok ctr run --detach "$@" "$image" "$tag" sleep 1000
}

# pid_of_task
pid_of_task() {
	ctr task list | sed -n "s/^$tag  *\([0-9]*\) .*/\1/p"
}

# task_is STATUS
task_is() {
	ctr task list | grep -qE "^$tag +[0-9]+ +$1\$"
}

# reads CONTROLLER FILE-OF-V1 FILE-OF-V2 VALUE [VALUE-OF-V2]: the container's limit, see limit_is.
reads() {
	limit_is "$(pid_of_task)" "$@"
}

# ctr_spec MEMBERS: writes config.json for `ctr run --config`: the members, and what every container needs.
ctr_spec() {
	cp -a "$house/rootfs" root
	cat >config.json <<-END
		{"ociVersion": "1.0.2", "root": {"path": "$PWD/root"},
		 "process": {"cwd": "/", "args": ["sleep", "1000"], "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}},
		 "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
		 $1}
	END
}

# hears_events: makes one, and tells whether the case's listener has written it down.
hears_events() {
	ctr image label "$image" "heard=$RANDOM"
	test -s events
}

# event_is KIND REGEX: whether a task event of that kind, about the case's container, has been heard.
event_is() {
	grep "/tasks/$1 " events | grep "\"container_id\":\"$tag\"" | grep -q -- "$2"
}

# runtime_forgets ID
runtime_forgets() {
	! "$runtime" --root "$house/containerd/runc/${house##*/}" state "$1"
}
