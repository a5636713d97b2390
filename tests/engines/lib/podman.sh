# podman: its configuration, and the command that the cases call.
# shellcheck shell=bash disable=SC1090,SC1091,SC2034,SC2154  # variables are shared with who sources this

. "$here/lib/common.sh"
engine=podman
image=localhost/busybox:latest
export CONTAINERS_CONF=$house/containers.conf CONTAINERS_STORAGE_CONF=$house/storage.conf
export CONTAINERS_REGISTRIES_CONF=$house/registries.conf

# The command of the cases: as users call it, but new containers get a parent cgroup that is the house's.
write_podman_command() {
	mkdir -p "$house/bin"
	cat >"$house/bin/podman" <<-END
		#!/bin/bash
		globals=(--tmpdir "$house/podman/tmp" --events-backend=file)
		while [[ \${1-} = -* ]]; do
			globals+=("\$1")
			shift
		done
		verb=(\${1+"\$1"})
		case \${1-} in
		run | create) [[ "\$*" = *--cgroups?disabled* || "\$*" = *--pod\ * ]] || verb+=(--cgroup-parent "/${house##*/}") ;;
		build) verb+=(--runtime "$runtime" --cgroup-parent "/${house##*/}/build-\$\$") ;; # (buildah adds no name to it)
		pod)
			shift
			verb+=("\$1")
			[[ \$1 != create ]] || verb+=(--cgroup-parent "/${house##*/}")
			;;
		esac
		exec "$(engine_itself podman)" "\${globals[@]}" "\${verb[@]}" "\${@:2}"
	END
	chmod +x "$house/bin/podman"
}

# Without a network unless a case asks for one: to make a bridge takes as long as all the rest.
# What a hard limit may be raised to is not ours to say: without CAP_SYS_RESOURCE it is what we have.
write_podman_configuration() {
	local name=${runtime##*/} driver=overlay
	can_overlay || driver=vfs
	cat >"$CONTAINERS_CONF" <<-END
		[containers]
		netns = "none"
		default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=$(ulimit -Hu):$(ulimit -Hu)"]
		[engine]
		cgroup_manager = "cgroupfs"
		runtime = "$name"
		runtime_supports_json = ["$name"]
		runtime_supports_nocgroup = ["$name"]
		[engine.runtimes]
		$name = ["$runtime"]
		[network]
		network_config_dir = "$house/podman/networks"
	END
	cat >"$CONTAINERS_STORAGE_CONF" <<-END
		[storage]
		driver = "$driver"
		graphroot = "$house/podman/storage"
		runroot = "$house/podman/run"
	END
	: >"$CONTAINERS_REGISTRIES_CONF"
}

open_podman() {
	mkdir -p "$house/podman/networks"
	write_podman_command
	PATH=$house/bin:$PATH
	write_podman_configuration
	tar -C "$house/rootfs" --numeric-owner -c . | podman import --quiet --change 'CMD ["sh"]' --change 'ENV PATH=/usr/bin:/bin:/sbin' - "$image" >/dev/null
	remember_mounts
}

close_podman() {
	podman rm --all --force --time 0 >/dev/null || true
}

# clean_case: what the case has left.
clean_case() {
	local kind left kinds=(container)
	[[ $file != */pods.sh ]] || kinds=(pod container)
	for kind in "${kinds[@]}"; do
		mapfile -t left < <(podman "$kind" ls --all --quiet --filter "name=^$tag(-|\$)" 2>/dev/null)
		((${#left[@]} == 0)) || podman "$kind" rm --force --time 0 "${left[@]}" >/dev/null
	done
}

# remove NAME: the container, whatever it does, without time for its end.
remove() {
	podman rm --force --time 0 "$1"
}

# runtime_is_ours: of the container that is named after the case.
runtime_is_ours() {
	inspected '{{.OCIRuntime}}' "${runtime##*/}"
}

# known_capabilities: all that there are.
known_capabilities() {
	sed -n 's/^CapBnd:\t//p' /proc/self/status
}

# orphans_are_gone: deletes all that the runtime knows, and tells whether nobody looks after a container any more.
orphans_are_gone() {
	"$runtime" list --quiet | xargs -rn1 "$runtime" delete --force
	no_process_is conmon
}

# image_with_link FOLDER: runs an image whose /FOLDER is a link to a folder of the host, which must stay empty.
image_with_link() {
	mkdir outside
	cp -a "$house/rootfs" root
	rmdir "root/$1"
	ln -s "$PWD/outside" "root/$1"
	# Refused or mounted in the container, both are right; but the host's folder and mounts stay as they are.
	try podman run --rm --rootfs "$PWD/root" true
	equal "$(ls -A outside)" '' "the folder of the host"
	! findmnt outside >/dev/null || differs "no mount on the host" "$(findmnt outside)"
	[[ $status = 0 || $errors = *"/$1"* ]] || differs "success, or an error that names /$1" "$errors"
}

# log_of_one_has TEXT: about the container "one" of the case's pod.
log_of_one_has() {
	[[ $(podman logs "$tag-one" 2>&1) = *"$1"* ]]
}

# has_event CONTAINER STATUS
has_event() {
	podman events --stream=false --since 1h --filter "container=$1" --format '{{.Status}}' | grep -qx "$2"
}

# lets_go PID: types the keys at which attach ends, which podman knows only one at a time.
lets_go() {
	printf '\001' >&3
	sleep 0.2
	printf x >&3
	is_gone "$1"
}
