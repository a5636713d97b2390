# podman: the container's files: mounts, read-only trees, strange images.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_read_only_root_has_a_tmpfs_for_what_is_temporary() {
	ok podman run --rm --read-only "$image" touch /tmp/file
}

a_tmpfs_is_given_to_the_user() {
	ok podman run --rm --user tester --tmpfs /mine:U "$image" sh -c 'stat -c %u:%g /mine; touch /mine/file'
	is 1000:1000
}

a_recursive_bind_has_what_is_mounted_below() {
	mkdir -p folder/below
	mount -t tmpfs tmpfs folder/below
	echo inside >folder/below/file
	try podman run --rm --volume "$PWD/folder:/there:ro" "$image" cat /there/below/file
	umount folder/below
	is inside
}

a_private_bind_keeps_mounts_to_itself() {
	mkdir -p folder/below
	ok podman run --detach --name "$tag" --privileged --volume "$PWD/folder:/there" "$image" \
		sh -c 'mount -t tmpfs none /there/below && echo mounted; sleep 1000'
	soon "the mount in the container" log_has mounted
	! findmnt folder/below >/dev/null || differs "no mount on the host" "$(findmnt folder/below)"
}

mounts_of_the_host_reach_a_slave_bind() {
	mkdir folder
	mount --bind folder folder
	mount --make-shared folder
	mkdir folder/below
	ok podman run --detach --name "$tag" --volume "$PWD/folder:/there:rslave" "$image" sleep 1000
	mount -t tmpfs tmpfs folder/below
	echo late >folder/below/file
	try podman exec "$tag" cat /there/below/file
	podman rm --force --time 0 "$tag"
	umount folder/below folder
	is late
}

a_volume_is_given_to_the_user() {
	mkdir folder
	ok podman run --rm --user tester --volume "$PWD/folder:/there:U" "$image" touch /there/file
}

an_overlay_volume_leaves_the_source_alone() {
	mkdir folder
	echo old >folder/file
	ok podman run --rm --volume "$PWD/folder:/there:O" "$image" sh -c 'echo new >/there/file; cat /there/file'
	is new
	equal "$(cat folder/file)" old "the source"
}

a_volume_on_what_is_not_in_proc_is_no_missing_program() {
	mkdir folder
	code 126 podman run --rm --volume "$PWD/folder:/proc/nowhere" "$image" true
	says 'procfs has no "nowhere"'
}

two_hundred_mounts_are_made() {
	local i options=()
	for ((i = 0; i < 200; i++)); do
		mkdir -p "folder/$i"
		echo "$i" >"folder/$i/file"
		options+=(--volume "$PWD/folder/$i:/there/$i:ro")
	done
	ok podman run --rm "${options[@]}" "$image" sh -c 'cat /there/*/file | sort -n | tail -n 1; grep -c " /there/" /proc/mounts'
	is $'199\n200'
}

a_device_folder_that_is_a_link_does_not_lead_to_the_host() {
	image_with_link dev
}

a_proc_that_is_a_link_does_not_lead_to_the_host() {
	image_with_link proc
}

a_sys_that_is_a_link_does_not_lead_to_the_host() {
	image_with_link sys
}

links_in_a_mount_target_stay_in_the_container() {
	mkdir -p folder outside
	cp -a "$house/rootfs" root
	ln -s "$PWD/outside" root/link
	echo bound >folder/file
	# Whether it is refused or made inside: nothing may appear outside.
	try podman run --rm --volume "$PWD/folder:/link/deep" --rootfs "$PWD/root" cat /link/deep/file
	equal "$(ls -A outside)" '' "the folder outside"
}

the_root_may_be_a_plain_folder() {
	cp -a "$house/rootfs" root
	ok podman run --rm --rootfs "$PWD/root" hostname
}

masks_are_taken_away_on_request() {
	ok podman run --rm --security-opt unmask=ALL "$image" sh -c 'grep -c " /proc/" /proc/mounts || true'
	is 0
}

standard_streams_belong_to_the_user() {
	ok podman run --rm --user tester "$image" sh -c 'echo out >/dev/stdout; echo err >/dev/stderr'
	is out
	equal "$errors" err "the error stream"
	ok script -qec "podman run --rm -t --user tester $image sh -c 'echo out >/dev/stdout; echo err >/dev/stderr; stat -c %u /dev/console'" \
		/dev/null
	has out
	has err
}

the_image_is_left_as_it_was() {
	ok podman run --name "$tag" "$image" true
	ok podman diff "$tag"
	lacks 'D '
	ok podman run --rm "$image" find / -xdev -newer /bin/busybox -type f -not -path '/proc/*' -not -path '/sys/*'
}
