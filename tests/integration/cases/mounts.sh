# Mounts: what the specification leaves to runtimes, roots of all kinds, and mounts of a container that runs.
# shellcheck shell=dash disable=SC2154,SC2016

# --- added to and removed from a container -------------------------------------------------------

a_mount_is_added_to_a_running_container_and_removed() {
	mkdir shared
	echo host >shared/file
	sleeping
	remember
	ok rt mounts add "$tag" "[$(bind_json "$PWD/shared" /tmp/in '"ro"'), $(tmpfs_json /tmp/in2 '"size=64k"')]"
	quiet
	ok in_container cat /tmp/in/file
	is host
	code 1 in_container touch /tmp/in/new
	says 'Read-only'
	ok in_container touch /tmp/in2/new
	ok rt mounts remove "$tag" /tmp/in /tmp/in2
	quiet
	equal "$(mounted /tmp/in)$(mounted /tmp/in2)" 00 "what is mounted"
	ok in_container ls /tmp/in /tmp/in2
	lacks file
	unchanged
}

mounts_are_added_from_files_and_removed_by_them() {
	sleeping
	echo "[$(tmpfs_json /tmp/a), $(tmpfs_json tmp/b)]" >list.json
	ok rt mounts add "$tag" list.json
	equal "$(mounted /tmp/a)$(mounted /tmp/b)" 11 "what is mounted"
	ok rt mounts remove "$tag" --file "$PWD/list.json"
	equal "$(mounted /tmp/a)$(mounted /tmp/b)" 00 "what is mounted"
	tmpfs_json /tmp/c >one.json
	ok rt mounts add "$tag" - <one.json
	equal "$(mounted /tmp/c)" 1 "what is mounted"
	echo '[{"destination": "/tmp/c"}]' >destinations.json
	ok rt mounts remove "$tag" destinations.json
	equal "$(mounted /tmp/c)" 0 "what is mounted"
}

mounts_are_added_all_or_none() {
	sleeping
	remember
	touch file
	code 1 rt mounts add "$tag" "[$(tmpfs_json /tmp/a), $(bind_json "$PWD/file" /tmp/b), $(tmpfs_json /tmp/c '"size=much"')]"
	says 'mount tmpfs on "/tmp/c": the kernel says'
	says ' /2): fsconfig(tmpfs, "size=much")'
	equal "$(mounted /tmp/a)$(mounted /tmp/b)$(mounted /tmp/c)" 000 "what is mounted"
	code 1 rt mounts add "$tag" "[$(tmpfs_json /tmp/a), $(bind_json /no/such/source /tmp/b)]"
	says 'bind "/no/such/source" on "/tmp/b" (argument:1:'
	equal "$(mounted /tmp/a)" 0 "what is mounted"
	code 1 rt mounts remove "$tag" /tmp /tmp/a
	says 'nothing is mounted on "/tmp/a"'
	equal "$(mounted /tmp)" 1 "what is mounted"
	unchanged
}

what_a_running_container_cannot_get_is_told() {
	sleeping
	code 1 rt mounts add "$tag" '[{"destination": "/tmp", "type": "tmpfs", "options": ["remount", "ro"]}]'
	says 'cannot be remounted (argument:1:'
	code 1 rt mounts add "$tag" '{"destination": "/tmp/proc", "type": "proc", "source": "proc"}'
	says 'no further "proc" (argument:1:'
	code 1 rt mounts add "$tag" '{"destination": "/tmp/o", "type": "overlay", "source": "overlay", "options": ["lowerdir=/etc:/tmp"]}'
	says 'bind it from there'
	code 1 rt mounts add "$tag" '[{"destination": "/tmp/x", "type": "tmpfs", "options": "ro"}]'
	says '(argument:1:'
	code 1 rt mounts add "$tag" '[{"type": "tmpfs"}]'
	says '"destination"'
	code 1 rt mounts add "$tag" no-such-file.json
	says 'No such file'
	code 1 rt mounts add "$tag"
	code 1 rt mounts remove "$tag"
	code 1 rt mounts replace "$tag" /tmp
	code 1 rt mounts remove "$tag" /
	says "the container's root"
	code 1 rt mounts remove "$tag" /folder
	says 'nothing is mounted on "/folder"'
	code 1 rt mounts remove "$tag" /no/such/path
	says 'nothing is mounted on "/no/such/path"'
	ok rt kill "$tag" KILL
	soon "its end" state_is stopped
	code 1 rt mounts add "$tag" "$(tmpfs_json /tmp/x)"
	says 'cannot add mounts to a container that is stopped'
	code 1 rt mounts remove "$tag-none" /tmp
	says 'does not exist'
}

a_container_with_the_hosts_mounts_gets_none() {
	mounts='' bundle args '["/bin/busybox", "sleep", "1000"]' root '{"path": "rootfs"}' namespaces '{"type": "pid"}'
	created
	remember
	code 1 rt mounts add "$tag" "$(tmpfs_json /tmp)"
	says 'no mount namespace'
	code 1 rt mounts remove "$tag" /tmp
	unchanged
}

created_and_paused_containers_get_mounts() {
	bundle args '["sh", "-c", "cat /tmp/in/file; sleep 1000"]'
	mkdir shared
	echo early >shared/file
	rt create --bundle bundle --pid-file pid "$tag" >said
	ok rt mounts add "$tag" "$(bind_json "$PWD/shared" /tmp/in)"
	ok rt start "$tag"
	soon "what was mounted before the start" grep -q early said
	ok rt pause "$tag"
	ok rt mounts add "$tag" "$(tmpfs_json /tmp/later)"
	ok rt mounts remove "$tag" /tmp/in
	ok rt resume "$tag"
	equal "$(mounted /tmp/in)$(mounted /tmp/later)" 01 "what is mounted"
}

a_container_that_was_not_pivoted_gets_mounts() {
	bundle args '["sleep", "1000"]'
	ok rt create --no-pivot --bundle bundle --pid-file pid "$tag"
	ok rt start "$tag"
	ok rt mounts add "$tag" "$(tmpfs_json /tmp/in '"mode=711"')"
	ok in_container stat -c %a /tmp/in
	is 711
	code 1 rt mounts add "$tag" "$(tmpfs_json /not/there)"
	says '(EROFS)'
	ok rt mounts remove "$tag" /tmp/in
	equal "$(mounted /tmp/in)" 0 "what is mounted"
}

links_lead_no_added_mount_out_of_the_container() {
	own_root
	mkdir outside
	ln -s "$PWD/outside" bundle/root/absolute
	ln -s ../../../../../../.. bundle/root/up
	ln -s / bundle/root/top
	sleeping
	remember
	ok rt mounts add "$tag" "[$(tmpfs_json /absolute), $(tmpfs_json "/up$PWD/there")]"
	equal "$(mounted "$PWD/outside")$(mounted "$PWD/there")" 11 "what is mounted inside"
	equal "$(ls "$PWD/outside")" '' "what is outside"
	[ ! -e there ] || differs "nothing outside" "a folder"
	code 1 rt mounts remove "$tag" /top
	says "the container's root"
	ok rt mounts remove "$tag" /absolute
	unchanged
}

in_a_user_namespace_added_mounts_are_the_containers() {
	own_root
	chown -R 100000:100000 bundle/root
	mkdir shared
	chmod 700 shared
	echo host >shared/file
	chown 1000:1000 shared shared/file
	with_user_namespace
	sleeping
	remember
	ok rt mounts add "$tag" "[$(tmpfs_json /tmp/own), $(bind_json "$PWD/shared" /tmp/in), $(tmpfs_json /made)]"
	ok in_container stat -c %u:%g /tmp/own
	is 0:0
	ok in_container touch /tmp/own/new
	equal "$(stat -c %u:%g bundle/root/made)" 100000:100000 "the owner of a mount point on the host"
	code 1 rt exec "$tag" busybox cat /tmp/in/file
	ok rt mounts remove "$tag" /tmp/own /tmp/in /made
	unchanged
}

an_added_mount_is_mapped() {
	mkdir maps
	touch maps/file
	chown 7:8 maps maps/file
	chmod 700 maps
	can_map_here
	with_user_namespace
	sleeping
	remember
	ok rt mounts add "$tag" "[$(bind_json "$PWD/maps" /tmp/ranges '"idmap=uids=@7-0-1;gids=@8-5-1"'), $(bind_json "$PWD/maps" /tmp/own '"idmap"')]"
	ok in_container stat -c %u:%g /tmp/ranges/file
	is 0:5
	ok in_container stat -c %u:%g /tmp/own
	is 7:8
	ok rt mounts remove "$tag" /tmp/ranges /tmp/own
	unchanged
}

what_the_host_forbids_stays_forbidden_in_added_mounts() {
	mkdir plain shared
	mount -t tmpfs -o ro,nosuid tmpfs plain
	mount -t tmpfs tmpfs shared
	mount --make-shared shared
	mkdir shared/inner
	with_user_namespace
	sleeping process ', "capabilities": {"bounding": ["CAP_SYS_ADMIN"], "effective": ["CAP_SYS_ADMIN"], "permitted": ["CAP_SYS_ADMIN"]}'
	ok rt mounts add "$tag" "[$(bind_json "$PWD/plain" /tmp/plain), $(bind_json "$PWD/shared" /tmp/shared '"rbind"' '"rshared"')]"
	code 1 in_container mount -o remount,bind,rw,nosuid /tmp/plain
	code 1 in_container mount -o remount,bind,ro,suid /tmp/plain
	ok in_container mount -t tmpfs inside /tmp/shared/inner
	! grep -q "$PWD/shared/inner" /proc/self/mountinfo || differs "no mount of the container here" "one"
	mount -t tmpfs outside shared/inner
	equal "$(mounted /tmp/shared/inner)" 2 "what is mounted when the host mounts, too"
	ok rt delete --force "$tag"
	unmounted shared/inner
	unmounted shared
	unmounted plain
}

added_file_systems_are_those_of_the_containers_namespaces() {
	sleeping
	remember
	# The last one goes another way into the kernel, by a path.
	ok rt mounts add "$tag" "[{\"destination\": \"/tmp/sys\", \"type\": \"sysfs\", \"source\": \"sysfs\", \"options\": [\"ro\"]},
		{\"destination\": \"/tmp/queues\", \"type\": \"mqueue\", \"source\": \"mqueue\"}, $(tmpfs_json /tmp/i '"iversion"' '"mode=700"')]"
	ok in_container ls /tmp/sys/class/net
	is lo
	ok in_container stat -c %a /tmp/i
	is 700
	equal "$(mounted /tmp/i)" 1 "what is mounted by its path"
	ok rt mounts remove "$tag" /tmp/sys /tmp/i /tmp/queues
	unchanged
}

# --- options -------------------------------------------------------------------------------------

ranges_in_the_option_map_owners() {
	mkdir maps
	touch maps/first maps/second
	chown 5:5 maps/first
	chown 20:21 maps/second
	can_map_here
	bundle args '["busybox", "stat", "-c", "%u:%g", "/tmp/m/first", "/tmp/m/second"]' \
		mount ", $(bind_json "$PWD/maps" /tmp/m '"idmap=uids=0-1000-10#20-50-1;gids=0-2000-10#21-51-1"')"
	ok rt run --bundle bundle "$tag"
	is "1005:2005
50:51"
	equal "$(stat -c %u:%g maps/first)" 5:5 "the owner on the host"
}

ranges_behind_an_at_sign_count_in_the_container() {
	mkdir maps
	touch maps/first maps/second
	chown 5:5 maps/first
	chown 1005:1005 maps/second
	can_map_here
	with_user_namespace
	# One range over both of the container's.
	bundle args '["busybox", "stat", "-c", "%u:%g", "/tmp/m/first", "/tmp/m/second"]' \
		mount ", $(bind_json "$PWD/maps" /tmp/m '"idmap=uids=@0-990-1010;gids=@0-0-1010"')"
	ok rt run --bundle bundle "$tag"
	is "995:5
1995:1005"
	equal "$(stat -c %u:%g maps/second)" 1005:1005 "the owner on the host"
}

a_link_is_bound_over_a_link() {
	own_root
	echo of the host >file
	ln -s somewhere link
	ln -s elsewhere bundle/root/there
	echo inside >bundle/root/elsewhere
	bundle args '["sh", "-c", "for link in /there /t; do busybox readlink $link; done; cat /elsewhere"]' mount ",
		$(bind_json "$PWD/link" /there '"src-nofollow"' '"dest-nofollow"'), $(bind_json "$PWD/link" /t '"src-nofollow"')"
	ok rt run --bundle bundle "$tag"
	is "somewhere
somewhere
inside"
	bundle args '["cat", "/there", "/elsewhere"]' mount ", $(bind_json "$PWD/file" /there '"dest-nofollow"')"
	ok rt run --bundle bundle "$tag"
	is "of the host
inside"
	bundle mount ", $(bind_json "$PWD/file" /there)"
	ok rt run --bundle bundle "$tag"
	is "of the host
of the host"
}

a_link_is_copied() {
	own_root
	ln -s ../here link
	echo content >file
	bundle args '["sh", "-c", "busybox readlink /new/link; cat /copy"]' mount ",
		$(bind_json "$PWD/link" /new/link '"copy-symlink"'), $(bind_json "$PWD/file" /copy '"copy-symlink"')"
	ok rt run --bundle bundle "$tag"
	is "../here
content"
	# The same link may be there already, another one not.
	ok rt run --bundle bundle "$tag"
	ln -sfn other bundle/root/new/link
	remember
	code 1 rt run --bundle bundle "$tag"
	says '(config.json:'
	says '/mounts/4)'
	says '(EEXIST)'
	unchanged
}

a_tmpfs_takes_up_what_it_covers() {
	own_root
	mkdir -p bundle/root/data/sub
	echo content >bundle/root/data/sub/file
	chmod 2750 bundle/root/data/sub
	chown 7:8 bundle/root/data/sub/file
	ln -s sub/file bundle/root/data/link
	chmod 711 bundle/root/data
	bundle args '["sh", "-c", "busybox stat -c %a:%u:%g:%F /data /data/sub /data/sub/file /data/link; cat /data/link; echo new >/data/new"]' \
		mount ", $(tmpfs_json /data '"tmpcopyup"')"
	ok rt run --bundle bundle "$tag"
	is "711:0:0:directory
2750:0:0:directory
644:7:8:regular file
777:0:0:symbolic link
content"
	[ ! -e bundle/root/data/new ] || differs "nothing new below the tmpfs" "a file"
}

a_tmpfs_that_takes_up_has_the_owner_that_its_options_name() {
	own_root
	mkdir -p bundle/root/data
	chown 7:8 bundle/root/data
	copies_up_as 7:8
	copies_up_as 1000:8 '"uid=1000"'
	copies_up_as 7:1001 '"gid=1001"'
	copies_up_as 1000:1001 '"uid=1000", "gid=1001"'
}

the_propagation_of_a_mount_is_changed_by_an_entry_of_its_own() {
	bundle args '["sh", "-c", "while read -r line; do case $line in *\" /tmp \"*) echo \"$line\";; esac; done </proc/self/mountinfo"]' \
		mount ', {"destination": "/tmp", "options": ["shared"]}'
	ok rt run --bundle bundle "$tag"
	has 'shared:'
	equal "$(echo "$output" | wc -l)" 1 "the number of mounts"
}

a_file_is_bound_on_a_file_in_a_mount() {
	mkdir shared
	echo covered >shared/file
	echo host >file
	bundle args '["cat", "/tmp/a/b/file"]' \
		mount ", $(tmpfs_json /tmp/a), $(bind_json "$PWD/shared" /tmp/a/b), $(bind_json "$PWD/file" /tmp/a/b/file)"
	ok rt run --bundle bundle "$tag"
	is host
	equal "$(cat shared/file)" covered "the file below"
}

two_hundred_masks_cost_one_tmpfs() {
	local folder paths=''
	own_root
	for folder in $(seq 1 200); do
		mkdir -p "bundle/root/secret/$folder"
		touch "bundle/root/secret/$folder/file"
		paths="$paths${paths:+, }\"/secret/$folder\""
	done
	sleeping linux ", \"maskedPaths\": [$paths]"
	awk '$5 ~ "^/secret/" { print $3 }' "/proc/$(cat pid)/mountinfo" >devices
	equal "$(wc -l <devices)" 200 "the number of masks"
	equal "$(sort -u devices | wc -l)" 1 "the number of file systems"
	ok in_container find /secret -type f
	is ''
}

a_thousand_mounts_are_made() {
	local number list=''
	mkdir shared
	for number in $(seq 1 1000); do
		list="$list, {\"destination\": \"/tmp/$number\", \"source\": \"$PWD/shared\", \"options\": [\"bind\", \"ro\"]}"
	done
	remember
	sleeping mount "$list"
	equal "$(grep -c ' /tmp/[0-9]* ro' "/proc/$(cat pid)/mountinfo")" 1000 "the number of mounts"
	ok rt delete --force "$tag"
	unchanged
	bundle mount "$list, {\"destination\": \"/tmp/x\", \"source\": \"/no/such/source\", \"options\": [\"bind\"]}"
	code 1 rt create --bundle bundle "$tag"
	says '/mounts/1004)'
	unchanged
}

# --- without a mount namespace -------------------------------------------------------------------

without_a_mount_namespace_only_the_container_has_its_mounts() {
	local list
	own_root
	mkdir -p shared/inner bundle/root/shared bundle/root/secret
	mount --bind shared shared
	mount --make-shared shared
	echo hidden >bundle/root/secret/file
	for list in '{"type": "pid"}' '{"type": "pid"}, {"type": "mount", "path": "/proc/self/ns/mnt"}'; do
		remember
		cat /proc/self/mountinfo >before
		bundle namespaces "$list" args '["sleep", "1000"]' root '{"path": "root", "readonly": true}' linux ', "maskedPaths": ["/secret"], "readonlyPaths": ["/proc/sys"]' \
			mount ", $(bind_json "$PWD/shared" /shared '"rbind", "rprivate"'), $(tmpfs_json /shared/inner)"
		try rt create --bundle bundle --pid-file pid "$tag"
		needs_detached_trees
		ok rt start "$tag"
		equal "$(readlink "/proc/$(cat pid)/ns/mnt")" "$(readlink /proc/self/ns/mnt)" "the mount namespace"
		ok in_container sh -c 'ls -a /secret | wc -l; echo new >/shared/file; echo new >/shared/inner/file; cat /shared/inner/file /proc/1/comm'
		is '2
new
sleep'
		# shellcheck disable=SC2016 # for the container
		ok in_container sh -c 'for file in /new /proc/sys/kernel/hostname /secret/new; do echo new >$file; done 2>&1; [ -c /dev/null ]'
		equal "$(echo "$output" | grep -c 'Read-only file system')" 3 "files that cannot be written: $output"
		equal "$(cat shared/file)" new "what came through the bind mount"
		equal "$(cat /proc/self/mountinfo)" "$(cat before)" "the mounts of the host"
		ok rt delete --force "$tag"
		equal "$(ls bundle/root/secret)" file "what was masked"
		rm shared/file
		unchanged
	done
	unmounted shared
}

a_terminal_without_a_mount_namespace_is_the_containers_alone() {
	cat /proc/self/mountinfo >before
	bundle terminal true args '["sh", "-c", "tty && [ -c /dev/console ] && echo console"]' namespaces '{"type": "pid"}'
	remember
	try rt run --bundle bundle "$tag" </dev/null
	needs_detached_trees
	has /dev/pts/0
	has console
	equal "$(cat /proc/self/mountinfo)" "$(cat before)" "the mounts of the host"
	unchanged
}

a_process_of_exec_has_the_containers_root_without_its_own_mount_namespace_too() {
	local other
	own_root
	echo "$tag" >bundle/root/mark
	sleeping namespaces '{"type": "pid"}' mounts ''
	ok rt exec "$tag" cat /mark
	is "$tag"
	ok rt delete --force "$tag"
	unshare -m sleep 1000 &
	other=$!
	soon "a mount namespace" differ "$(readlink /proc/self/ns/mnt)" "/proc/$other/ns/mnt"
	default_parts
	sleeping root '{"path": "root"}' namespaces "{\"type\": \"pid\"}, {\"type\": \"mount\", \"path\": \"/proc/$other/ns/mnt\"}"
	ok rt exec "$tag" cat /mark
	is "$tag"
	ok rt delete --force "$tag"
	kill "$other"
}

# --- roots ---------------------------------------------------------------------------------------

a_root_is_an_overlay() {
	mkdir upper work merged
	mount -t overlay -o "lowerdir=$house/rootfs,upperdir=$PWD/upper,workdir=$PWD/work" overlay merged || skip "no overlay on this file system"
	runs_with_root "$PWD/merged"
	[ -e upper/new ] || differs "a file in the upper layer" "none"
	unmounted merged
}

a_root_is_a_tmpfs() {
	mkdir memory
	mount -t tmpfs tmpfs memory
	cp -a "$house/rootfs/." memory
	runs_with_root "$PWD/memory"
	unmounted memory
}

a_root_is_the_image_of_a_disk() {
	local format='' program device
	for program in mkfs.ext4 mkfs.ext2 mke2fs; do
		! command -v "$program" >/dev/null || format=$program
	done
	[ -n "$format" ] || skip "there is no mke2fs"
	head -c 16777216 /dev/zero >image
	"$format" -q image >/dev/null 2>&1 || "$format" -F image >/dev/null
	device=$(losetup -f 2>/dev/null) && losetup "$device" image 2>/dev/null || skip "there is no loop device"
	mkdir disk
	mount "$device" disk || { losetup -d "$device"; skip "the kernel cannot read the image"; }
	cp -a "$house/rootfs/." disk
	runs_with_root "$PWD/disk"
	unmounted disk
	losetup -d "$device"
}

a_root_is_in_a_tree_that_is_shared() {
	mkdir shared
	mount -t tmpfs tmpfs shared
	mount --make-shared shared
	cp -a "$house/rootfs/." shared
	mkdir shared/inner
	runs_with_root "$PWD/shared"
	# Also where the container wants a shared root itself: nothing that it mounts is seen here.
	bundle linux ', "rootfsPropagation": "shared"' process ', "capabilities": {"bounding": ["CAP_SYS_ADMIN"], "effective": ["CAP_SYS_ADMIN"], "permitted": ["CAP_SYS_ADMIN"]}' \
		args '["mount", "-t", "tmpfs", "inside", "/inner"]'
	ok rt run --bundle bundle "$tag"
	! grep -q "$PWD/shared/inner" /proc/self/mountinfo || differs "no mount of the container here" "one"
	unmounted shared
}

# A bind mount shows the files of the host with the labels that they have there.
mounts_have_the_mount_label() {
	label=system_u:object_r:container_file_t:s0:c1,c2
	knows_label "$label"
	sleeping linux ", \"mountLabel\": \"$label\", \"maskedPaths\": [\"/folder\"]" \
		mount ", {\"destination\": \"/dev/mqueue\", \"type\": \"mqueue\", \"source\": \"mqueue\"}, $(bind_json "$PWD" /tmp/in)"
	ok rt mounts add "$tag" "[$(tmpfs_json /tmp/late)]"
	ok rt exec "$tag" cat /proc/mounts
	for place in /dev /dev/pts /tmp /tmp/late /folder; do
		echo "$output" | grep -q " $place [a-z]* [^ ]*context=\"$label\"" || differs "the label at $place" "$output"
	done
	! echo "$output" | grep -q ' /tmp/in [a-z]* [^ ]*context=' || differs "no label at /tmp/in" "$output"
}
