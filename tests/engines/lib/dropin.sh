# dropin: oci-rt under the name runc, and podman, containerd and docker without a word about it.
# shellcheck shell=bash disable=SC1090,SC1091,SC2154  # variables are shared with who sources this

. "$here/lib/podman.sh"
. "$here/lib/containerd.sh"
. "$here/lib/docker.sh"
unset CONTAINERS_CONF CONTAINERS_STORAGE_CONF CONTAINERS_REGISTRIES_CONF

# It stands first in PATH.  podman knows some places at which it looks before: what is there is covered.
install_as_runc() {
	local place
	mkdir -p "$house/dropin"
	cp "$runtime" "$house/dropin/runc"
	for place in /usr/{local/,}{sbin,bin}/runc; do
		[[ ! -e $place ]] || mount --bind "$house/dropin/runc" "$place"
	done
	PATH=$house/dropin:$PATH
}

# The engines' commands.  What they add is about the machine, not about the runtime: the house's own cgroup, limits that may
# be raised no further than they are (see podman.sh), and runc for podman where there is a crun, too.
write_dropin_commands() {
	mkdir -p "$house/bin"
	cat >"$house/bin/podman" <<-END
		#!/bin/bash
		verb=(\${1+"\$1"})
		case \${1-} in
		run | create) verb+=(--cgroup-parent "/${house##*/}" --ulimit host --network none) ;;
		build) verb+=(--runtime runc --cgroup-parent "/${house##*/}/build-\$\$" --ulimit "nofile=\$(ulimit -Hn)" --network none) ;;
		esac
		exec "$(engine_itself podman)" --runtime runc "\${verb[@]}" "\${@:2}"
	END
	cat >"$house/bin/ctr" <<-END
		#!/bin/bash
		options=()
		[[ \${1-} != run ]] || options=(--snapshotter "$(cat "$house/containerd/snapshotter")")
		exec "$(engine_itself ctr)" --address "$containerd_socket" --namespace "${house##*/}" \
			"\${@:1:1}" "\${options[@]}" "\${@:2}"
	END
	chmod +x "$house/bin"/{podman,ctr}
	write_docker_command
	PATH=$house/bin:$PATH
}

open_dropin() {
	# shellcheck source=tests/engines/lib/expect.sh
	. "$here/lib/expect.sh"
	mkdir -p "$house"/{containerd,docker}
	install_as_runc
	can_overlay && echo overlayfs >"$house/containerd/snapshotter" || echo native >"$house/containerd/snapshotter"
	write_dropin_commands
	tar -C "$house/rootfs" --numeric-owner -c . | podman import --quiet --change 'CMD ["sh"]' --change 'ENV PATH=/usr/bin:/bin:/sbin' - "$image" >/dev/null
	write_containerd_configuration
	start_containerd
	write_docker_configuration
	start_docker --containerd "$containerd_socket"
	load_docker_image
	ctr image import --snapshotter "$(cat "$house/containerd/snapshotter")" "$house/docker.tar" >/dev/null
	remember_mounts
}

close_dropin() {
	podman rm --all --force --time 0 >/dev/null || true
	close_docker
	stop_containerd
}

# clean_case: what the case has left, by whichever engine.
clean_case() {
	docker ps --all --quiet --filter "name=^/$tag(-|\$)" | xargs --no-run-if-empty docker rm --force >/dev/null
	podman ps --all --quiet --filter "name=^$tag(-|\$)" | xargs --no-run-if-empty podman rm --force --time 0 >/dev/null
	ctr container list --quiet | grep -E "^$tag(-|\$)" | while read -r id; do
		ctr task delete --force "$id" >/dev/null 2>&1 || true
		ctr container delete "$id" >/dev/null
	done
}
