# The same in virtual machines (tests/vm): small has nothing but cgroup v2, small-v1 the hierarchies of CentOS 7. Time
# passes slowly there: limits are long.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

group small-picture machine "machine picture" tests/vm tests/vm/packages "the same picture, byte for byte, as on this machine"
group small-conformance machine "machine build-release" conformance tests/vm/packages "the rows of the specification"
group small-integration machine "machine build-release" tests/integration tests/vm/packages "containers by the command line"
long_group small-v1-conformance machine "machine-v1 build-release" conformance tests/vm/packages "the rows on cgroup v1"
long_group small-v1-integration machine "machine-v1 build-release" tests/integration tests/vm/packages "the cases on cgroup v1"

key_of_machine() {
	digest "$release" tests/vm "$@"
}

# in_machine NAME OPTION... COMMAND: in the machine that is saved by now, with oci-rt in it.
in_machine() {
	local name=$1
	shift
	tests/vm/run -m "$name" -t 1200 -f "$release:/root/oci-rt" "$@"
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

# conformance_in MACHINE FILE, integration_in MACHINE FILE
conformance_in() {
	local status=0
	in_machine "$1" -f "$conformance" './oci-conformance --runtime /root/oci-rt --timeout 60 --format tap' \
		>"$scratch/$1-conformance.tap" || status=$?
	tap_results "$scratch/$1-conformance.tap" "$2"
	return "$status"
}
integration_in() {
	local status=0
	in_machine "$1" -b script -b flock -f README.md -f tests/integration:/root/tests/integration \
		--get "/root/results.tsv:$scratch/$1-integration" \
		'tests/integration/run --runtime /root/oci-rt --results /root/results.tsv' || status=$?
	cat "$scratch/$1-integration/results.tsv" >>"$2"
	return "$status"
}

key_small-conformance() { key_of_machine "$conformance"; }
key_small-integration() { key_of_machine tests/integration README.md; }
key_small-v1-conformance() { key_of_machine "$conformance"; }
key_small-v1-integration() { key_of_machine tests/integration README.md; }
run_small-conformance() { conformance_in small "$1"; }
run_small-integration() { integration_in small "$1"; }
run_small-v1-conformance() { conformance_in small-v1 "$1"; }
run_small-v1-integration() { integration_in small-v1 "$1"; }
