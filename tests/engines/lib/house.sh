# The house in which engines and containers live: mount, network and pid namespaces, and a folder, of their own.  No
# storage, network, firewall or /run of the machine is seen or changed, the machine's own engines may be at work beside
# it, and when the first process goes, however it ends, everything goes.  Only cgroups are the machine's: there the house
# has a group of its own name in each hierarchy.
# shellcheck shell=bash disable=SC1090,SC1091,SC2154  # variables are shared with who sources this

# check_tools GROUP: says what is missing, before anything is done.
check_tools() {
	local tool missing=() tools=(unshare busybox ip)
	case $1 in
	calls) tools+=(script strace) ;;
	podman) tools+=(podman conmon netavark iptables script catatonit) ;;
	containerd) tools+=(containerd ctr containerd-shim-runc-v2 script) ;;
	docker) tools+=(dockerd docker docker-init docker-proxy containerd iptables script) ;;
	dropin) tools+=(podman conmon dockerd docker docker-proxy containerd ctr iptables) ;;
	esac
	((EUID == 0)) || fail "this needs root"
	for tool in "${tools[@]}"; do
		if ! command -v "$tool" >/dev/null && [[ ! -x /usr/lib/podman/$tool ]]; then
			missing+=("$tool")
		fi
	done
	((${#missing[@]} == 0)) || fail "missing: ${missing[*]} (packages: $(paste -sd' ' "$here/packages"))"
}

# build_house: makes the folder.  A watcher outside our session removes what is left when this process is gone,
# SIGKILL included.
build_house() {
	house=$(mktemp -d "${TMPDIR:-/tmp}/oci-rt-engines.XXXXXX")
	chmod 755 "$house" # containers of other users look into it
	# shellcheck disable=SC2016  # the words are the watcher's
	exec {house_pipe}> >(exec setsid bash -c 'read -r; . "$1/lib/house.sh"; tear_down "$2" "$3"' watcher "$here" "$house" \
		"$keep")
	house_watcher=$!
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exec {house_pipe}>&-; wait "$house_watcher" || true' EXIT
}

# live_in_house COMMAND...
live_in_house() {
	setpriv --pdeathsig KILL -- unshare --mount --net --pid --fork --kill-child=KILL --mount-proc "$@" <&0 {house_pipe}>&- & # (without <&0 it would have /dev/null)
	house_life=$!
	trap 'kill -KILL "$house_life" 2>/dev/null || true; exec {house_pipe}>&-; wait "$house_watcher" || true' EXIT
	wait "$house_life"
}

# tear_down HOUSE KEEP: what is not gone with the namespaces: the cgroups and the folder.
tear_down() {
	local end=$((SECONDS + 20)) groups
	trap '' HUP INT TERM
	while
		mapfile -t groups < <(find /sys/fs/cgroup -depth -type d -path "*/${1##*/}*" 2>/dev/null)
		((${#groups[@]} > 0 && SECONDS < end))
	do
		rmdir -- "${groups[@]}" 2>/dev/null || sleep 0.1
	done
	# podman's default parent, for what takes no other one; it goes only if nobody has a container in it.
	rmdir -- /sys/fs/cgroup/{,*/}libpod_parent/{conmon/,} 2>/dev/null || true
	((${#groups[@]} == 0)) || printf 'tests/engines/run: these cgroups remain: %s\n' "${groups[*]}" >&2
	if [[ $2 = true ]]; then
		printf 'tests/engines/run: kept: %s\n' "$1" >&2
	else
		rm -rf -- "$1"
	fi
}

# furnish_house: inside the namespaces, before anything else.
furnish_house() {
	local covered
	# As on a machine with systemd: mounts propagate unless somebody sees to it that they do not.
	mount --make-rshared /
	for covered in /run /dev/shm /var/lib/containers /var/lib/containerd /var/lib/docker; do
		[[ ! -d $covered ]] || mount -t tmpfs -o mode=755 tmpfs "$covered"
	done
	chmod 1777 /dev/shm
	# In memory nobody waits for a disk: engines sync whatever they write.
	$keep || mount -t tmpfs -o mode=755 tmpfs "$house"
	mkdir -p /run/lock "$house/home"
	# A resolv.conf that points into /run would lead nowhere now, which engines do not like.
	if [[ -L /etc/resolv.conf && ! -e /etc/resolv.conf ]]; then
		mkdir -p "$(dirname "$(realpath -m /etc/resolv.conf)")"
		: >"$(realpath -m /etc/resolv.conf)"
	fi
	ip link set lo up
	# The first network namespace with a name makes a mount that stays.
	ip netns add first && ip netns del first
	export HOME=$house/home
	unset XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME DBUS_SESSION_BUS_ADDRESS NOTIFY_SOCKET
	. "$here/lib/image.sh"
	make_root_file_system "$house/rootfs"
	. "$here/lib/traces.sh"
	remember_mounts
}

# can_overlay: whether overlayfs works in the house's folder; not where that is an overlayfs itself.
can_overlay() {
	local try=$house/overlay status=0
	mkdir -p "$try"/{lower,upper,work,merged}
	mount -t overlay -o "lowerdir=$try/lower,upperdir=$try/upper,workdir=$try/work" overlay "$try/merged" 2>/dev/null ||
		status=1
	((status != 0)) || umount "$try/merged"
	rm -rf "$try"
	return "$status"
}

# engine_itself NAME: not the command of another group's cases, which may be in PATH by now.
engine_itself() {
	local PATH=${PATH//"$house/bin:"/}
	command -v "$1"
}
