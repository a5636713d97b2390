# What a container can do with the program of its runtime: nothing (CVE-2019-5736).
# shellcheck shell=dash disable=SC2154

a_container_with_all_privileges_cannot_write_to_the_program() {
	ambush
	attacked ./victim --root "$PWD/state"
}

a_container_of_a_user_cannot_write_to_the_users_own_program() {
	local id
	id=$(id -u nobody)
	ambush
	chown "$id" victim
	mkdir -m 1777 state
	# Where the container's mount points are made.
	mkdir bundle
	cp -a "$house/rootfs" bundle/rootfs
	chown "$id" bundle/rootfs
	bundle linux ", \"uidMappings\": [{\"containerID\": 0, \"hostID\": $id, \"size\": 1}], \"gidMappings\": [{\"containerID\": 0, \"hostID\": $(id -g nobody), \"size\": 1}]" \
		namespaces '{"type": "user"}, {"type": "pid"}, {"type": "mount"}, {"type": "ipc"}' \
		mounts '{"destination": "/proc", "type": "proc", "source": "proc"},
{"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]}'
	attacked as_nobody ./victim --root "$PWD/state" --cgroup-manager disabled
}
