# podman: the container's files: mounts, read-only trees, strange images.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_read_only_root_cannot_be_written() {
	code 1 podman run --rm --read-only "$image" touch /file
	says 'Read-only file system'
	ok podman run --rm --read-only "$image" touch /tmp/file # (podman's --read-only-tmpfs)
}

a_tmpfs_is_mounted_with_its_options() {
	ok podman run --rm --tmpfs /mine:size=1m,mode=1700,noexec "$image" sh -c 'grep " /mine " /proc/mounts; stat -c %a /mine'
	matches '^tmpfs /mine tmpfs .*noexec.*size=1024k'
	matches '^1700$'
}

a_tmpfs_is_given_to_the_user() {
	ok podman run --rm --user tester --tmpfs /mine:U "$image" sh -c 'stat -c %u:%g /mine; touch /mine/file'
	is 1000:1000
}

a_folder_of_the_host_is_bound() {
	mkdir folder
	ok podman run --rm --volume "$PWD/folder:/there" "$image" sh -c 'echo written >/there/file'
	equal "$(cat folder/file)" written "what the container wrote"
}

a_folder_bound_read_only_cannot_be_written() {
	mkdir folder
	code 1 podman run --rm --volume "$PWD/folder:/there:ro" "$image" touch /there/file
	says 'Read-only file system'
}

a_recursive_bind_has_what_is_mounted_below() {
	mkdir -p folder/below
	mount -t tmpfs tmpfs folder/below
	echo inside >folder/below/file
	try podman run --rm --volume "$PWD/folder:/there:ro" "$image" cat /there/below/file
	umount folder/below
	is inside
}

a_shared_bind_hands_mounts_on_to_the_host() {
	mkdir folder
	mount --bind folder folder
	mount --make-shared folder
	mkdir folder/below
	ok podman run --detach --name "$tag" --privileged --volume "$PWD/folder:/there:rshared" "$image" \
		sh -c 'mount -t tmpfs none /there/below && echo mounted; sleep 1000'
	soon "the mount in the container" log_has mounted
	findmnt folder/below >/dev/null || differs "the mount of the container on the host" "none"
	umount folder/below
	podman rm --force --time 0 "$tag"
	umount folder
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

a_named_volume_keeps_what_is_written() {
	ok podman run --rm --volume "$tag:/there" "$image" sh -c 'echo kept >/there/file'
	ok podman run --rm --volume "$tag:/there" "$image" cat /there/file
	is kept
	ok podman volume rm "$tag"
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

a_single_file_is_bound() {
	echo single >file
	ok podman run --rm --volume "$PWD/file:/etc/single:ro" "$image" cat /etc/single
	is single
}

a_missing_source_is_told_by_its_name() {
	code 125 podman run --rm --volume /no/such/source:/there "$image" true
	says /no/such/source
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

paths_are_masked_and_read_only() {
	code 1 podman run --rm "$image" sh -c 'wc -c </proc/timer_list; ls /sys/firmware | wc -l; echo 1 >/proc/sys/vm/drop_caches'
	says 'Read-only file system'
	equal "$(sort -u <<<"$output")" 0 "the size of what is masked"
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

the_home_is_that_of_the_image() {
	ok podman run --rm --user tester "$image" sh -c 'echo $HOME'
	is /home/tester
	ok podman run --rm --user 5555 "$image" sh -c 'echo $HOME'
	is /
}

the_image_is_left_as_it_was() {
	ok podman run --name "$tag" "$image" true
	ok podman diff "$tag"
	lacks 'D '
	ok podman run --rm "$image" find / -xdev -newer /bin/busybox -type f -not -path '/proc/*' -not -path '/sys/*'
}
