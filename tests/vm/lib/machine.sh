# A machine: its description, the QEMU command line that is it, and its making.
# shellcheck shell=bash

# The folder of tests/vm, which whoever sources this file sets, and a part of the machine that parcel.sh defines.
: "${here:?}" "${parcel_size:?}"

# load_machine NAME [KERNEL]: sets machine to NAME, and what its description in machines/ says:
#   arch      Debian's name of the architecture
#   suite     the Debian suite that the programs come from, and the kernel if KERNEL does not say otherwise
#   kernel    the kernel's package
#   cpus, memory
#   cgroups   v1 or v2 (guest/cgroups-*)
#   cmdline   more words for the kernel
#   packages  if there are any: the machine is a Debian of that suite, which runs systemd from a disk, with these; each
#             such line adds to those before it
#   disk      the size of that disk
# KERNEL is another suite, or the path of a kernel's package, or of a folder with all the packages that make it up.
# Sets also kernel_name, the suite or what the package is called, kernel_packages, those that were given by path, and
# machine_folder: where the machine lies once it is built.
load_machine() {
	machine=$1 arch='' suite='' kernel='' cpus='' memory='' cgroups='' cmdline='' packages='' disk=''
	read_description "$machine"
	kernel_name=${2:-$suite} kernel_packages=()
	if [[ $kernel_name = */* || $kernel_name = *.deb ]]; then
		kernel_packages=("$kernel_name")
		[[ ! -d $kernel_name ]] || kernel_packages=("$kernel_name"/*.deb)
		if [[ ! -f ${kernel_packages[0]} ]]; then
			echo "there is no kernel package $kernel_name" >&2
			return 1
		fi
		kernel_name=$(basename "${kernel_packages[0]}" .deb)
	fi
	case $arch in
	amd64)
		# With five levels of page tables (la57) the emulated processor walks longer.
		emulator=qemu-system-x86_64 board=q35 processor=max,la57=off console=ttyS0
		;;
	arm64)
		# An emulated processor that signs pointers as the architecture has it does little else.
		emulator=qemu-system-aarch64 board=virt,gic-version=3 processor=max,pauth-impdef=on console=ttyAMA0
		;;
	*)
		echo "machine \"$machine\": nobody has described a board for $arch yet" >&2
		return 1
		;;
	esac
	needs "$emulator"
	machine_folder=$(cache_folder)/machines/$machine-$kernel_name-$(machine_key)
}

# needs PROGRAM...: fails with a word of advice if one of them is not installed.
needs() {
	local program
	for program; do
		if ! type -P "$program" >/dev/null; then
			echo "$program is not installed; what is needed: apt-get install --no-install-recommends $(paste -sd' ' "$here/packages")" >&2
			return 1
		fi
	done
}

# read_description NAME: lines of KEY=VALUE, empty lines and comments; "like=OTHER" stands for the lines of OTHER.
read_description() {
	local key value
	if [[ ! $1 =~ ^[a-z0-9-]+$ || ! -f $here/machines/$1 ]]; then
		echo "there is no machine \"$1\" in $here/machines" >&2
		return 1
	fi
	while IFS='=' read -r key value; do
		case $key in
		'' | '#'*) ;;
		like) read_description "$value" ;;
		arch | suite | kernel | cpus | memory | cgroups | cmdline | disk) printf -v "$key" '%s' "$value" ;;
		packages) packages+=" $value" ;;
		*)
			echo "machine \"$1\": there is no key \"$key\"" >&2
			return 1
			;;
		esac
	done <"$here/machines/$1"
}

# machine_key: a name for all that makes the loaded machine what it is.  The emulator is a part of it: another version of
# QEMU may not understand the state that this one saved.
machine_key() {
	cat "$here"/lib/{debian,initramfs,machine,system}.sh "$here"/guest/* "${kernel_packages[@]}" |
		recipe_key "$arch" "$suite" "$kernel_name" "$kernel" "$cpus" "$memory" "$cgroups" "$cmdline" "$packages" "$disk" \
			"$parcel_size" "$(stat -Lc '%n %s %Y' "$(type -P "$emulator")")"
}

# machine_command save|boot|restore: sets the array command to the QEMU command line of the loaded machine, less its
# character devices: the caller adds -chardev for console, stdout, stderr and monitor.  QEMU is to be started in a folder
# where "machine" is the machine's folder and "parcel" its disk: so no path needs QEMU's quoting.
#
# A saved machine goes on only in one with the same devices, memory and processors, which is why this is the one place
# that says what there is.  Its memory is the file machine/ram.  The machine that is to be saved works on the file itself;
# a restored one has it as its memory to begin with, and keeps what it changes to itself.  So a saved machine is there at
# once, any number of times, and what none of them changes is in the host's memory once.
#
# KVM is not used even where there is one: the results must not depend on it, and nested KVM is often broken.
machine_command() {
	local memory_file="memory-backend-file,id=ram,size=$memory,mem-path=machine/ram"
	command=(
		"$emulator" -nodefaults -no-user-config -display none -no-reboot -nic none
		-machine "$board,memory-backend=ram" -accel "tcg,thread=multi" -cpu "$processor" -smp "$cpus" -m "$memory"
		-drive "file=parcel,format=raw,if=none,id=parcel,cache=unsafe" -device "virtio-blk-pci,drive=parcel"
		-serial chardev:console
		-device virtio-serial-pci
		-device "virtserialport,chardev=stdout,nr=1" -device "virtserialport,chardev=stderr,nr=2"
		-mon "chardev=monitor,mode=readline"
	)
	# Of the disk, too, a machine has a copy that holds what it changes; only the one that is to be saved writes on it.
	[[ -z $disk ]] || case $1 in
	save) command+=(-drive "file=machine/disk,format=raw,if=none,id=disk,cache=unsafe" -device "virtio-blk-pci,drive=disk") ;;
	*) command+=(-drive "file=machine/disk,format=raw,if=none,id=disk,cache=unsafe,snapshot=on" -device "virtio-blk-pci,drive=disk") ;;
	esac
	case $1 in
	save) command+=(-object "$memory_file,share=on") ;;
	boot) command+=(-object "memory-backend-ram,id=ram,size=$memory") ;;
	restore)
		command+=(-object "$memory_file,share=off" -incoming defer)
		return
		;;
	esac
	# panic=-1: a panic reboots, and -no-reboot makes that the end.  An oops is no state to test in.
	command+=(
		-kernel machine/vmlinuz -initrd machine/initramfs
		-append "console=$console quiet panic=-1 reboot=t oops=panic mitigations=off no_timer_check systemd.hostname=$machine vm.cgroups=$cgroups $cmdline"
	)
}

# make_machine: builds the loaded machine, unless it is there.
make_machine() {
	local cache kernel_tree program_tree
	cache=$(cache_folder)
	# Always the same programs: what differs between two kernels is then the kernels' doing.
	get_packages "$suite" busybox-static bash-static
	program_tree=$packages_folder
	if ((${#kernel_packages[@]} > 0)); then
		get_kernel
	else
		get_packages "$kernel_name" "$kernel"
	fi
	kernel_tree=$packages_folder
	[[ -z $disk ]] || get_system
	make_once "$machine_folder" build_machine "$kernel_tree" "$program_tree"
	mark_used "$machine_folder"
	forget_unused "$cache/machines"
	forget_unused "$cache/packages"
}

# get_packages SUITE PACKAGE...: sets packages_folder to a folder where they and their kernel, if they depend on one, are
# unpacked.
get_packages() {
	packages_folder=$(cache_folder)/packages/$1-$arch-$(recipe_key "$arch" "$@" <"$here/lib/debian.sh")
	make_once "$packages_folder" unpack_debian "$1" "$arch" '^linux-(image|binary|modules|base)-' "${@:2}"
	mark_used "$packages_folder"
}

# get_kernel: sets packages_folder to a folder where the packages of the kernel that were given by path are unpacked.
get_kernel() {
	packages_folder=$(cache_folder)/packages/$kernel_name-$(cat "$here/lib/debian.sh" "${kernel_packages[@]}" | recipe_key)
	make_once "$packages_folder" unpack_packages "${kernel_packages[@]}"
	mark_used "$packages_folder"
}

# get_system: sets system_folder to a folder where the disk of the loaded machine is, as its packages make it.
get_system() {
	local words
	needs fakeroot mke2fs mmdebstrap
	read -ra words <<<"$packages"
	system_folder=$(cache_folder)/packages/$suite-$arch-disk-$(recipe_key "$arch" "$suite" "$disk" "$packages" <"$here/lib/system.sh")
	make_once "$system_folder" unpack_system "$suite" "$arch" "$disk" "${words[@]}"
	mark_used "$system_folder"
}

# build_machine KERNEL_TREE PROGRAM_TREE FOLDER: the loaded machine from unpacked packages, booted and saved.
build_machine() {
	local kernel_tree=$1 program_tree=$2 folder=$3
	local init=init
	cp "$(kernel_image "$kernel_tree")" "$folder/vmlinuz"
	if [[ -n $disk ]]; then
		init='init-disk'
		cp --sparse=always "$system_folder/disk" "$folder/disk"
	fi
	build_initramfs "$kernel_tree" "$program_tree" "$here/guest" "$init" "$folder/initramfs"
	save_machine "$folder"
}

# save_machine FOLDER: boots the machine and saves it as soon as it waits for an order: memory in FOLDER/ram, devices in
# FOLDER/devices.
save_machine() {
	local monitor emulation waited
	cd "$1" || return
	ln -s . machine
	empty_parcel
	mkfifo monitor
	# Opened for both directions, since opening for one waits for the other end.
	exec {monitor}<>monitor
	machine_command save
	setpriv --pdeathsig KILL "${command[@]}" -chardev file,id=console,path=console \
		-chardev null,id=stdout -chardev null,id=stderr -chardev stdio,id=monitor <monitor >monitor.log 2>qemu.log &
	emulation=$!
	for ((waited = 0; waited < 3000; waited++)); do
		! grep -qs 'vm: ready' console || break
		kill -0 "$emulation" 2>/dev/null || break
		sleep 0.1
	done
	# x-ignore-shared leaves the memory, which is in its file already, out of the stream.
	printf '%s\n' 'migrate_set_capability x-ignore-shared on' 'migrate "exec:cat >devices"' 'info migrate' quit >&"$monitor"
	if ! wait "$emulation" || ! grep -qs 'vm: ready' console || ! grep -qi 'status:[[:space:]]*completed' monitor.log; then
		tail -n 40 qemu.log console monitor.log >&2
		echo "machine \"$machine\" did not come up or could not be saved" >&2
		return 1
	fi
	exec {monitor}>&-
	rm machine monitor parcel
	cd /
}
