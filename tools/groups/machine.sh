# The same in virtual machines (tests/vm): small has nothing but cgroup v2, small-v1 the hierarchies of CentOS 7,
# small-selinux a policy of SELinux, kernel-SUITE is small with the kernel of that suite of Debian, full and full-v1 run
# systemd. Time passes slowly there: limits are long.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

group small-picture machine "machine picture" tests/vm tests/vm/packages "the same picture, byte for byte, as on this machine"
group small-conformance machine "machine build-release" conformance tests/vm/packages "the rows of the specification"
group small-integration machine "machine build-release" tests/integration tests/vm/packages "containers by the command line"
long_group small-v1-conformance machine "machine-v1 build-release" conformance tests/vm/packages "the rows on cgroup v1"
long_group small-v1-integration machine "machine-v1 build-release" tests/integration tests/vm/packages "the cases on cgroup v1"
long_group small-selinux-conformance machine "machine-selinux build-release" conformance \
	"tests/vm/packages tests/vm/selinux/packages" "the rows about labels, under SELinux"
long_group small-selinux-integration machine "machine-selinux build-release" tests/integration \
	"tests/vm/packages tests/vm/selinux/packages" "the cases about labels, under SELinux"
for place in "${machine_places[@]}"; do
	machine_group "$place-conformance" "machine-$place build-release" conformance "the rows in the machine $place"
	machine_group "$place-integration" "machine-$place build-release" tests/integration "the cases in the machine $place"
	eval "key_$place-conformance() { key_of_machine \"\$conformance\"; }
		key_$place-integration() { key_of_machine tests/integration README.md; }
		run_$place-conformance() { conformance_in $place \"\$1\"; }
		run_$place-integration() { integration_in $place \"\$1\"; }"
done

machine_group full-rootless "machine-full build-release" tests/rootless "an ordinary user, by hand and under podman"

key_of_machine() {
	digest "$release" tests/vm "$@"
}

# in_machine PLACE OPTION... COMMAND: in the machine that is saved by now, with oci-rt in it. Where --machines was given there is
# an end to its time.
in_machine() {
	local place=$1 limit=1200 options policy=()
	shift
	read -ra options <<<"$(machine_options "$place")"
	((machines_end == 0 || machines_end - EPOCHSECONDS > limit)) || limit=$((machines_end - EPOCHSECONDS))
	if ((limit < 1)); then
		echo "no time is left" >&2
		return 124
	fi
	if [[ $place = small-selinux ]]; then
		checkpolicy -M -U allow -o "$scratch/policy" tests/vm/selinux/policy.conf
		policy=(-f tests/vm/selinux:/root/selinux -f "$scratch/policy:/root/selinux/policy")
		set -- "${@:1:$#-1}" "selinux/enforce ${*: -1}"
	fi
	tests/vm/run "${options[@]}" -t "$limit" -f "$release:/root/oci-rt" "${policy[@]}" "$@"
}

# is_missing PLACE FILE: the archive does not have what the machine is made of; that is a skip.
is_missing() {
	local reason
	reason=$(sed -n 's/^missing //p' "$results/$1/about")
	[[ -n $reason ]] && result "$2" skip "the machine $1" 0 "$reason"
}

key_small-picture() {
	key_of_machine "$results/native/picture.txt" tools/show-container tools/make-bundle tools/lib
}
run_small-picture() {
	local said
	in_machine small -f tools:/root/tools --get "/root/results.tsv:$scratch/picture" \
		'tools/show-container --plain --binary /root/oci-rt --results /root/results.tsv' >"$scratch/picture.txt" || true
	cat "$scratch/picture.txt"
	cat "$scratch/picture/results.tsv" >>"$1"
	if said=$(diff "$results/native/picture.txt" "$scratch/picture.txt"); then
		result "$1" pass "the picture is that of this machine" 0
	else
		result "$1" fail "the picture is that of this machine" 0 "$said"
	fi
}

# conformance_in MACHINE FILE [OPTION...], integration_in MACHINE FILE [OPTION...]: the options are the runner's.
conformance_in() {
	local machine=$1 file=$2 status=0
	shift 2
	! is_missing "$machine" "$file" || return 0
	in_machine "$machine" -f "$conformance" "./oci-conformance --runtime /root/oci-rt --timeout 60 --format tap $*" \
		>"$scratch/$machine-conformance.tap" || status=$?
	tap_results "$scratch/$machine-conformance.tap" "$file"
	((status != 124)) || result "$file" fail "the rows in time" 0 "the machine's time was up"
	return "$status"
}
integration_in() {
	local machine=$1 file=$2 status=0
	shift 2
	! is_missing "$machine" "$file" || return 0
	in_machine "$machine" -b script -b flock -f README.md -f tests/integration:/root/tests/integration \
		--get "/root/results.tsv:$scratch/$machine-integration" \
		"tests/integration/run --runtime /root/oci-rt --results /root/results.tsv $*" || status=$?
	[[ ! -e $scratch/$machine-integration/results.tsv ]] || cat "$scratch/$machine-integration/results.tsv" >>"$file"
	return "$status"
}

key_small-conformance() { key_of_machine "$conformance"; }
key_small-integration() { key_of_machine tests/integration README.md; }
key_small-v1-conformance() { key_small-conformance; }
key_small-v1-integration() { key_small-integration; }
key_small-selinux-conformance() { key_small-conformance; }
key_small-selinux-integration() { key_small-integration; }
run_small-conformance() { conformance_in small "$1"; }
run_small-integration() { integration_in small "$1"; }
run_small-v1-conformance() { conformance_in small-v1 "$1"; }
run_small-v1-integration() { integration_in small-v1 "$1"; }
run_small-selinux-conformance() { conformance_in small-selinux "$1" --only P12 --only M14; }
run_small-selinux-integration() { integration_in small-selinux "$1" --only label; }

key_full-rootless() { key_of_machine tests/rootless; }
run_full-rootless() {
	local status=0
	! is_missing full "$1" || return 0
	in_machine full -f "$release:/home/user/oci-rt" -f tests/rootless:/home/user/rootless \
		--get "/home/user/results.tsv:$scratch/full-rootless" \
		'chown user /home/user; as-user "rootless/run --runtime oci-rt --results results.tsv"' || status=$?
	[[ ! -e $scratch/full-rootless/results.tsv ]] || cat "$scratch/full-rootless/results.tsv" >>"$1"
	return "$status"
}
