# The same in virtual machines (tests/vm): small has nothing but cgroup v2, small-v1 the hierarchies of CentOS 7,
# small-selinux a policy of SELinux. Time passes slowly there: limits are long.
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

key_of_machine() {
	digest "$release" tests/vm "$@"
}

# in_machine NAME OPTION... COMMAND: in the machine that is saved by now, with oci-rt in it.
in_machine() {
	local name=$1 policy=()
	shift
	if [[ $name = small-selinux ]]; then
		checkpolicy -M -U allow -o "$scratch/policy" tests/vm/selinux/policy.conf
		policy=(-f tests/vm/selinux:/root/selinux -f "$scratch/policy:/root/selinux/policy")
		set -- "${@:1:$#-1}" "selinux/enforce ${*: -1}"
	fi
	tests/vm/run -m "$name" -t 1200 -f "$release:/root/oci-rt" "${policy[@]}" "$@"
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
	in_machine "$machine" -f "$conformance" "./oci-conformance --runtime /root/oci-rt --timeout 60 --format tap $*" \
		>"$scratch/$machine-conformance.tap" || status=$?
	tap_results "$scratch/$machine-conformance.tap" "$file"
	return "$status"
}
integration_in() {
	local machine=$1 file=$2 status=0
	shift 2
	in_machine "$machine" -b script -b flock -f README.md -f tests/integration:/root/tests/integration \
		--get "/root/results.tsv:$scratch/$machine-integration" \
		"tests/integration/run --runtime /root/oci-rt --results /root/results.tsv $*" || status=$?
	cat "$scratch/$machine-integration/results.tsv" >>"$file"
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
