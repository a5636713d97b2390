# docker: its daemon's configuration and life, and the command that the cases call.
# shellcheck shell=bash disable=SC1090,SC1091,SC2034,SC2119,SC2120,SC2154  # variables are shared with who sources this

. "$here/lib/common.sh"
engine=docker
image=localhost/busybox:latest
docker_socket=$house/docker/socket
export DOCKER_HOST=unix://$docker_socket DOCKER_CONFIG=$house/docker/client

# docker_client: the one that came with dockerd; there may be others.
docker_client() {
	local daemon
	daemon=$(command -v dockerd)
	PATH=${daemon%/sbin/*}/bin:$PATH command -v docker
}

# Without a network unless a case asks for one: to make a bridge's end takes as long as all the rest.
write_docker_command() {
	mkdir -p "$house/bin" "$DOCKER_CONFIG"
	echo '{}' >"$DOCKER_CONFIG/config.json"
	cat >"$house/bin/docker" <<-END
		#!/bin/bash
		verb=(\${1+"\$1"})
		case \${1-} in
		run | create) [[ "\$*" = *--network* || "\$*" = *--publish* ]] || verb+=(--network none) ;;
		build) verb+=(--network none) ;;
		esac
		exec "$(docker_client)" "\${verb[@]}" "\${@:2}"
	END
	chmod +x "$house/bin/docker"
}

# write_docker_configuration [MEMBERS]: daemon.json; the members are what makes the runtime known.
write_docker_configuration() {
	local driver=overlay2
	can_overlay || driver=vfs
	cat >"$house/docker/daemon.json" <<-END
		{"data-root": "$house/docker/data", "exec-root": "$house/docker/exec", "pidfile": "$house/docker/pid",
		 "hosts": ["$DOCKER_HOST"], "storage-driver": "$driver", "cgroup-parent": "/${house##*/}",
		 "live-restore": true${1+, $1}}
	END
}

start_docker() {
	dockerd --config-file "$house/docker/daemon.json" "$@" >>"$house/docker/log" 2>&1 &
	disown
	soon "dockerd to serve" docker version
}

stop_docker() {
	dockerd_pid=$(cat "$house/docker/pid")
	kill -TERM "$dockerd_pid"
	soon "the end of dockerd" dockerd_is_gone
}

dockerd_is_gone() {
	! kill -0 "$dockerd_pid"
}

# load_docker_image: and what dockerd makes once and keeps, such as a name for the host's network.
load_docker_image() {
	docker_archive "$house/rootfs" "$image" "$house/docker.tar"
	docker load --quiet --input "$house/docker.tar" >/dev/null
	docker run --rm --network host "$image" true
}

open_docker() {
	# shellcheck source=tests/engines/lib/expect.sh
	. "$here/lib/expect.sh"
	mkdir -p "$house/docker"
	write_docker_command
	PATH=$house/bin:$PATH
	write_docker_configuration "\"default-runtime\": \"oci-rt\", \"runtimes\": {\"oci-rt\": {\"path\": \"$runtime\"}}"
	start_docker
	load_docker_image
	remember_mounts
}

close_docker() {
	docker ps --all --quiet | xargs --no-run-if-empty docker rm --force >/dev/null || true
	stop_docker
}

# clean_case: what the case has left.
clean_case() {
	local left
	mapfile -t left < <(docker ps --all --quiet --filter "name=^/$tag(-|\$)")
	((${#left[@]} == 0)) || docker rm --force "${left[@]}" >/dev/null
}

# remove NAME: the container, whatever it does.
remove() {
	docker rm --force "$1"
}

# runtime_is_ours: of the container that is named after the case.
runtime_is_ours() {
	inspected '{{.HostConfig.Runtime}}' oci-rt
}

# known_capabilities: ours, without the last three, which docker 20.10 does not know.
known_capabilities() {
	printf '%016x\n' $((0x$(sed -n 's/^CapBnd:\t//p' /proc/self/status) & 0x3fffffffff))
}

# events: those of the case's container, as "WHAT EXIT-CODE"; those of this second come later, because docker counts in seconds.
events() {
	docker events --since 1h --until 0s --filter "container=$tag" --format '{{.Status}} {{.Actor.Attributes.exitCode}}'
}

# has_event REGEX
has_event() {
	events | grep -qxE "$1"
}
