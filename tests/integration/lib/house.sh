# The house: the folder with everything the cases make, and the namespaces that they run in. What they do to mounts,
# network devices and processes stays in there and ends with it; cgroups are removed by name.
# shellcheck shell=dash disable=SC2154

# build_house: sets `house`; it is torn down when the shell ends, whatever ends it.
build_house() {
	house=$(mktemp -d /tmp/oci-rt-integration.XXXXXX)
	chmod 755 "$house"
	resident=''
	trap 'tear_down' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# live_in_house COMMAND...: runs it as the first process of the house's namespaces.
live_in_house() {
	OCI_RT_HOUSE=$house unshare --mount --net --ipc --uts --pid --fork --mount-proc -- "$@" &
	resident=$!
	# Only a shell that waits hears signals.
	wait "$resident"
}

# live_beside_house COMMAND...: runs it where we are, as far as its mounts go: what speaks with the host's systemd has to be
# in the host's pid namespace and to see its sockets.
live_beside_house() {
	OCI_RT_HOUSE=$house unshare --mount --propagation slave -- "$@" &
	resident=$!
	wait "$resident"
}

tear_down() {
	local first groups try=0
	trap '' INT TERM
	if [ -n "$resident" ]; then
		# The first process takes all others with it.
		# shellcheck disable=SC2013  # pids in one line
		for first in $(cat "/proc/$resident/task/$resident/children" 2>/dev/null); do
			kill -KILL "$first" 2>/dev/null || true
		done
		wait "$resident" 2>/dev/null || true
	fi
	while
		groups=$(find /sys/fs/cgroup -depth -type d -path "*/${house##*/}*" 2>/dev/null) && [ -n "$groups" ] && [ "$try" -lt 100 ]
	do
		# shellcheck disable=SC2086  # a list of folders without blanks
		rmdir $groups 2>/dev/null || sleep 0.1
		try=$((try + 1))
	done
	[ -z "$groups" ] || printf 'tests/integration/run: these cgroups remain: %s\n' "$groups" >&2
	rm -rf "$house"
}

# furnish_house: inside the namespaces, before anything else.
furnish_house() {
	# As on a machine with systemd: mounts propagate unless somebody sees to it that they do not.
	mount --make-rshared /
	# The default state directory is below it.
	mount -t tmpfs -o mode=755 tmpfs /run
	ip link set lo up
	hostname integration
}

# move_in: what every case finds, inside or outside.
move_in() {
	unset XDG_RUNTIME_DIR NOTIFY_SOCKET LISTEN_FDS LISTEN_FDNAMES LISTEN_PID
	umask 022
	PATH=$house/bin:$PATH
	[ ! -d "$house/bin" ] || return 0
	mkdir "$house/bin" "$house/cases"
	ln -s "$runtime" "$house/bin/oci-rt"
	make_root_file_system "$house/rootfs"
}

# make_root_file_system FOLDER: busybox and what is to be found beside it.
make_root_file_system() {
	local root=$1 applet
	mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/etc" "$root/tmp" "$root/folder"
	cp "$(static_busybox)" "$root/bin/busybox"
	for applet in sh ls ps sleep cat id true false echo env stty hostname ip ping mount wc kill tty; do
		ln -s busybox "$root/bin/$applet"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'no program' >"$root/bin/not-executable"
	echo 'neither an ELF file nor a script' >"$root/bin/no-format"
	echo '#!/no/such/interpreter' >"$root/bin/no-interpreter"
	chmod 755 "$root/bin/no-format" "$root/bin/no-interpreter"
	chmod 644 "$root/bin/not-executable"
}

# static_busybox: where it is. (The shell of busybox itself says just "busybox" to command -v.)
static_busybox() {
	local path
	for path in /bin/busybox /usr/bin/busybox; do
		[ ! -x "$path" ] || break
	done
	realpath "$path"
}
