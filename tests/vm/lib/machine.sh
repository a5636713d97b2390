# A machine: its description, the QEMU command line that is it, and its making.
# shellcheck shell=bash

# The folder of tests/vm; whoever sources this file sets it.
: "${here:?}"

# load_machine NAME [SUITE]: sets machine to NAME, and what machines/NAME describes: arch, suite, kernel (a Debian package),
# cpus, memory, cgroups (v1 or v2), cmdline (more words for the kernel).  SUITE takes the kernel and the programs from
# another Debian suite.  Sets machine_folder to where the built machine lies, or will lie.
load_machine() {
	machine=$1 arch='' suite='' kernel='' cpus='' memory='' cgroups='' cmdline=''
	if [[ ! $machine =~ ^[a-z0-9-]+$ || ! -f $here/machines/$machine ]]; then
		echo "there is no machine \"$machine\" in $here/machines" >&2
		return 1
	fi
	# shellcheck source=/dev/null
	. "$here/machines/$machine"
	suite=${2:-$suite}
	case $arch in
	amd64)
		# With five levels of page tables (la57) the emulated processor walks longer.
		emulator=qemu-system-x86_64 board=q35 processor=max,la57=off
		;;
	*)
		echo "machine \"$machine\": nobody has described a board for $arch yet" >&2
		return 1
		;;
	esac
	machine_folder=$(cache_folder)/machines/$machine-$suite-$(machine_key)
}

# machine_key: a name for all that makes the loaded machine what it is.  The emulator is a part of it: another version of
# QEMU may not understand the state that this one saved.
machine_key() {
	cat "$here"/lib/{debian,initramfs,machine}.sh "$here"/guest/* |
		recipe_key "$arch" "$suite" "$kernel" "$cpus" "$memory" "$cgroups" "$cmdline" \
			"$(stat -Lc '%n %s %Y' "$(type -P "$emulator")")"
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
		-append "console=ttyS0 quiet panic=-1 reboot=t oops=panic mitigations=off no_timer_check vm.name=$machine vm.cgroups=$cgroups $cmdline"
	)
}

# make_machine: builds the loaded machine, unless it is there.
make_machine() {
	local packages=("$kernel" busybox-static bash-static) cache tree
	cache=$(cache_folder)
	tree=$cache/packages/$suite-$arch-$(recipe_key "$arch" "$suite" "${packages[@]}" <"$here/lib/debian.sh")
	make_once "$tree" unpack_packages "${packages[@]}"
	mark_used "$tree"
	make_once "$machine_folder" build_machine "$tree"
	mark_used "$machine_folder"
	forget_unused "$cache/machines"
	forget_unused "$cache/packages"
}

# unpack_packages PACKAGE... FOLDER: one of the packages is the kernel's.
unpack_packages() {
	local folder=${*: -1}
	unpack_debian "$suite" "$arch" '^linux-(image|binary|modules|base)-' "$@"
	# Debian's packages leave this index to their installation; modprobe cannot do without.
	depmod -b "$folder" "$(kernel_release "$folder")"
}

# build_machine TREE FOLDER: the loaded machine from the packages unpacked in TREE, booted and saved.
build_machine() {
	local tree=$1 folder=$2
	cp "$(kernel_image "$tree")" "$folder/vmlinuz"
	build_initramfs "$tree" "$here/guest" "$folder/initramfs"
	save_machine "$folder"
}

# save_machine FOLDER: boots the machine and saves it as soon as it waits for an order: memory in FOLDER/ram, devices in
# FOLDER/devices.
save_machine() (
	cd "$1"
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
	if ! wait "$emulation" || ! grep -qs 'vm: ready' console || ! grep -q 'Migration status: completed' monitor.log; then
		tail -n 40 qemu.log console monitor.log >&2
		echo "machine \"$machine\" did not come up or could not be saved" >&2
		return 1
	fi
	rm machine monitor parcel
)
