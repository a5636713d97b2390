# The same in a virtual machine with nothing but cgroup v2 (tests/vm). Time passes slowly there: limits are long.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

group small-picture machine "machine picture" tests/vm tests/vm/packages "the same picture, byte for byte, as on this machine"
group small-conformance machine "machine build-release" conformance tests/vm/packages "the rows of the specification"
group small-integration machine "machine build-release" tests/integration tests/vm/packages "containers by the command line"

key_of_machine() {
	digest "$release" tests/vm "$@"
}

# in_small OPTION... COMMAND: in the machine that is saved by now, with oci-rt in it.
in_small() {
	tests/vm/run -t 1200 -f "$release:/root/oci-rt" "$@"
}

key_small-picture() {
	key_of_machine "$results/native/picture.txt" tools/show-container tools/make-bundle tools/lib
}
run_small-picture() {
	local said
	in_small -f tools:/root/tools --get "/root/results.tsv:$scratch/picture" \
		'tools/show-container --plain --binary /root/oci-rt --results /root/results.tsv' >"$scratch/picture.txt" || true
	cat "$scratch/picture.txt"
	cat "$scratch/picture/results.tsv" >>"$1"
	if said=$(diff "$results/native/picture.txt" "$scratch/picture.txt"); then
		result "$1" pass "the picture is that of this machine" 0
	else
		result "$1" fail "the picture is that of this machine" 0 "$said"
	fi
}

key_small-conformance() {
	key_of_machine "$conformance"
}
run_small-conformance() {
	local status=0
	in_small -f "$conformance" './oci-conformance --runtime /root/oci-rt --timeout 60 --format tap' \
		>"$scratch/small-conformance.tap" || status=$?
	tap_results "$scratch/small-conformance.tap" "$1"
	return "$status"
}

key_small-integration() {
	key_of_machine tests/integration README.md
}
run_small-integration() {
	local status=0
	in_small -b script -b flock -f README.md -f tests/integration:/root/tests/integration --get "/root/results.tsv:$scratch/small-integration" \
		'tests/integration/run --runtime /root/oci-rt --results /root/results.tsv' || status=$?
	cat "$scratch/small-integration/results.tsv" >>"$1"
	return "$status"
}
