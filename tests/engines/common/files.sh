# run: the container's files.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_read_only_root_cannot_be_written() {
	code 1 "$engine" run --rm --read-only "$image" touch /file
	says 'Read-only file system'
	ok "$engine" run --rm --read-only --tmpfs /mine "$image" touch /mine/file
}

a_tmpfs_is_mounted_with_its_options() {
	ok "$engine" run --rm --tmpfs /mine:size=1m,mode=1700,noexec "$image" sh -c 'grep " /mine " /proc/mounts; stat -c %a /mine'
	matches '^tmpfs /mine tmpfs .*noexec.*size=1024k'
	matches '^1700$'
}

a_folder_of_the_host_is_bound() {
	mkdir folder
	ok "$engine" run --rm --volume "$PWD/folder:/there" "$image" sh -c 'echo written >/there/file'
	equal "$(cat folder/file)" written "what the container wrote"
}

a_folder_bound_read_only_cannot_be_written() {
	mkdir folder
	code 1 "$engine" run --rm --volume "$PWD/folder:/there:ro" "$image" touch /there/file
	says 'Read-only file system'
}

a_single_file_is_bound() {
	echo single >file
	ok "$engine" run --rm --volume "$PWD/file:/etc/single:ro" "$image" cat /etc/single
	is single
}

a_missing_source_is_told_by_its_name() {
	code 125 "$engine" run --rm --mount type=bind,source=/no/such/source,target=/there "$image" true
	says /no/such/source
}

a_shared_bind_hands_mounts_on_to_the_host() {
	mkdir folder
	mount --bind folder folder
	mount --make-shared folder
	mkdir folder/below
	ok "$engine" run --detach --name "$tag" --privileged --volume "$PWD/folder:/there:rshared" "$image" \
		sh -c 'mount -t tmpfs none /there/below && echo mounted; sleep 1000'
	soon "the mount in the container" log_has mounted
	try findmnt folder/below
	umount folder/below || true
	remove "$tag" >/dev/null
	umount folder
	equal "$status" 0 "whether the mount of the container is seen on the host"
}

a_named_volume_keeps_what_is_written() {
	ok "$engine" run --rm --volume "$tag:/there" "$image" sh -c 'echo kept >/there/file'
	ok "$engine" run --rm --volume "$tag:/there:ro" "$image" cat /there/file
	is kept
	ok "$engine" volume rm "$tag"
}

paths_are_masked_and_read_only() {
	code 1 "$engine" run --rm "$image" sh -c 'wc -c </proc/timer_list; ls /sys/firmware | wc -l; echo 1 >/proc/sys/vm/drop_caches'
	says 'Read-only file system'
	equal "$(sort -u <<<"$output")" 0 "the size of what is masked"
}
