# The guest's own file system: busybox, bash, the kernel modules and the scripts of ../guest, as an initramfs.
# shellcheck shell=bash

# kernel_release TREE: the release of the one kernel that is unpacked in TREE.
kernel_release() {
	local modules=("$1"/lib/modules/*)
	printf '%s\n' "${modules[0]##*/}"
}

# kernel_image TREE: the path of its boot image; from forky on it lies beside the modules.
kernel_image() {
	local image
	for image in "$1"/boot/vmlinuz-* "$1"/lib/modules/*/vmlinuz; do
		[[ ! -e $image ]] || printf '%s\n' "$image"
	done
}

# copy_modules TREE ROOT NAME...: the modules and all that they need go from TREE to ROOT, decompressed (busybox reads no
# .xz modules).
copy_modules() {
	local tree=$1 root=$2 release module file target
	release=$(kernel_release "$tree")
	shift 2
	mkdir -p "$root/lib/modules/$release"
	cp "$tree/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$root/lib/modules/$release/"
	# Debian's packages leave the index to their installation; modprobe and depmod cannot do without one.
	depmod -b "$tree" "$release"
	for module; do
		# Lines of "insmod PATH"; a complaint for a module that is not there.
		modprobe --dirname "$tree" --set-version "$release" --show-depends --ignore-install "$module" 2>/dev/null |
			awk '$1 == "insmod" { print $2 }' || true
	done | sort -u | while read -r file; do
		target=$root/lib/modules/$release/${file##*"/lib/modules/$release/"}
		mkdir -p "${target%/*}"
		case $file in
		*.xz) xz -dc "$file" >"${target%.xz}" ;;
		*) cp "$file" "$target" ;;
		esac
	done
	depmod -b "$root" "$release"
}

# write_accounts ETC: root, and a user 1000 with subordinate ids for tests without privileges.
write_accounts() {
	printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' 'user:x:1000:1000:user:/home/user:/bin/bash' \
		'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin' >"$1/passwd"
	printf '%s\n' 'root:x:0:' 'tty:x:5:' 'user:x:1000:' 'nogroup:x:65534:' >"$1/group"
	printf 'user:100000:65536\n' | tee "$1/subuid" >"$1/subgid"
	printf '127.0.0.1 localhost\n' >"$1/hosts"
}

# build_initramfs KERNEL_TREE PROGRAM_TREE GUEST INIT FILE: from unpacked packages and the scripts in the folder GUEST, of
# which INIT is the first.
build_initramfs() {
	local kernel_tree=$1 program_tree=$2 guest=$3 init=$4 file=$5 root=$5.root modules
	mkdir -p "$root"/{dev,etc,home/user,mnt,proc,root,sys,usr/{bin,lib/vm,lib64,local/{bin,sbin},sbin},var/{lib,log,tmp}}
	chmod 700 "$root"/{root,home/user}
	ln -s usr/bin usr/lib usr/lib64 usr/sbin "$root/"
	ln -s /run "$root/var/run"
	ln -s busybox "$root/usr/bin/sh"
	cp "$program_tree/bin/busybox" "$root/usr/bin/busybox"
	cp "$program_tree/bin/bash-static" "$root/usr/bin/bash"
	write_accounts "$root/etc"

	mapfile -t modules < <(sed -E '/^(#|$)/d; s/^\+//' "$guest/modules")
	copy_modules "$kernel_tree" "$root" "${modules[@]}"
	sed -n 's/^+//p' "$guest/modules" >"$root/usr/lib/vm/load"
	cp "$guest"/{as-user,boot,cgroups-*,furnish,serve,vm.service} "$root/usr/lib/vm/"
	cp "$guest/$init" "$root/init"
	chmod 755 "$root/init" "$root"/usr/lib/vm/{boot,furnish}

	# Owned by root whoever builds it.  (The user's home is given to the user at boot.)
	(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio --quiet --null --create --format=newc --owner=0:0) >"$file"
	rm -rf "$root"
}
