# The disk that takes an order into the machine and brings the answer back; guest/serve says what is on it.
#
# It is the file "parcel" of the current folder: a tar while pack and pack_program add to it, a disk after close_parcel,
# and with an answer when the machine is gone.  Everything in it is owned by root.
# shellcheck shell=bash

# The size in bytes is a part of the saved machine; the file is sparse.
readonly parcel_size=$((1 << 30)) parcel_block=4096

# Lines for the guest's bash, which reads them once all files are there, and paths of libraries that come along.
order=() brought=()

tar_parcel() {
	tar --append --file parcel --format gnu --owner 0 --group 0 --numeric-owner "$@"
}

# pack HOSTPATH GUESTPATH: a file, or what is in a folder.  HOSTPATH itself may be a symbolic link; those below it stay
# links.  A folder that is there already, such as /tmp, keeps its mode.
pack() {
	local from to
	from=$(realpath -e -- "$1")
	# It becomes the right side of a substitution.
	# shellcheck disable=SC2001  # what & means in ${2//...} differs from bash 5.1 to 5.2
	to=$(sed 's/[\\|&]/\\&/g' <<<"$2")
	# The flags: also the targets of hard links (h) have the name of a member, those of symbolic links (S) do not.
	if [[ -d $from ]]; then
		order+=("mkdir -p ${2@Q}")
		find "$from" -mindepth 1 -maxdepth 1 -printf './%f\0' |
			tar_parcel --transform "flags=rhS;s|^\.|.$to|" --directory "$from" --null --files-from -
	else
		tar_parcel --transform "flags=rhS;s|.*|.$to|" --directory "${from%/*}/" "./${from##*/}"
	fi
}

# pack_program PATH: a program goes to /usr/local/bin, which is first in the guest's PATH, and those of its shared libraries
# that the guest does not have to where they are here.
pack_program() {
	local libraries
	pack "$1" "/usr/local/bin/${1##*/}"
	# ldd fails for scripts and static programs, which need nothing.
	mapfile -t libraries < <(ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | sort -u)
	((${#libraries[@]} > 0)) || return 0
	tar_parcel --dereference --transform 's|^|run/vm/libraries/|' --directory / "${libraries[@]#/}"
	brought+=("${libraries[@]}")
}

# close_parcel: adds the order, and makes a disk of the tar.
close_parcel() {
	local bytes
	mkdir -p run/vm
	order+=("libraries=(${brought[*]@Q})")
	printf '%s\n' "${order[@]}" >run/vm/order
	tar_parcel run/vm/order
	bytes=$(stat -c %s parcel)
	if ((bytes > parcel_size - parcel_block)); then
		echo "the files for the machine take $bytes bytes, more than it can be given" >&2
		return 1
	fi
	truncate -s $((parcel_size - parcel_block)) parcel
	printf "%-$((parcel_block - 1))s\n" "order $bytes" >>parcel
}

# empty_parcel: a disk without an order, for a machine that is to wait.
empty_parcel() {
	truncate -s "$parcel_size" parcel
}

# read_answer: prints the command's status and the number of results that are missing; false if there is no answer.
read_answer() {
	tail -c "$parcel_block" parcel | sed -n 's/^answer //p'
}

# unpack_result NUMBER FOLDER: what the guest sent for the path of that number goes into FOLDER, which may be there.
unpack_result() {
	mkdir -p "$2"
	tar --extract --file parcel --no-same-owner --directory "$2" --strip-components 2 "./$1"
}
