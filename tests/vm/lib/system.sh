# A Debian with packages of one's choice, as the disk of a machine.
# shellcheck shell=bash

# unpack_system SUITE ARCH SIZE PACKAGE... FOLDER: a file system with the PACKAGEs and all that they need, installed as
# apt would, becomes FOLDER/disk: ext4, SIZE in all, and as little of that as it takes on the disk here.
#
# mmdebstrap needs a user namespace, or root's rights; owners and device nodes are fakeroot's, so nothing else does.
unpack_system() {
	local suite=$1 arch=$2 size=$3 folder=${*: -1} packages="${*:4:$#-4}"
	local tree=$folder/tree keyring=/usr/share/keyrings/debian-archive-keyring.gpg mirror
	mirror=$(debian_mirror)
	mkdir "$tree"
	# Nobody reads manuals there, or in other languages.
	# shellcheck disable=SC2016  # expanded by the inner shell
	mmdebstrap --quiet --variant=minbase --architectures="$arch" --include="${packages// /,}" \
		--aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --format=tar \
		"$suite" - "deb [signed-by=$keyring] $mirror $suite main" |
		fakeroot bash -euc 'tar -x --xattrs --xattrs-include="*" -C "$1"
			mke2fs -q -t ext4 -m 0 -E lazy_itable_init=0 -d "$1" "$2" "$3"' - "$tree" "$folder/disk" "$size"
	rm -rf "$tree"
}
