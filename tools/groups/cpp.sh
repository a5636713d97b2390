# Groups of C++ tests, all built with the address and undefined behaviour sanitizers: a plain build of the same sources
# would cost as much again and show less (--full has it).
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

group unit native build-asan tests/unit tools/packages/test "parts by themselves: no root, network or clock"
group golden native build-asan tests/golden tools/packages/test "from config.json to the plan's text"
group protocol native build-asan tests/protocol tools/packages/test "the conversation of both stages, with peers that die or lie"
group root native build-asan tests/root tools/packages/test "on this machine's kernel, with privileges"

key_unit() { key_of_tests unit; }
key_golden() { key_of_tests golden; }
key_protocol() { key_of_tests protocol; }
key_root() { key_of_tests root; }
run_unit() { run_tests unit "$1"; }
run_golden() { run_tests golden "$1"; }
run_protocol() { run_tests protocol "$1"; }
run_root() { run_tests root "$1"; }

# Their data are files beside their sources.
key_of_tests() {
	digest "$(uname -r)" "build/asan/tests/oci-rt-$1-tests" "tests/$1"
}
run_tests() {
	local program=build/asan/tests/oci-rt-$1-tests
	[[ -x $program ]] || {
		echo "there is no $program: tests/CMakeLists.txt does not make it"
		return 1
	}
	timeout --foreground -k 10 600 "$program" --results "$2" -r compact
}
