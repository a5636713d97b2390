# What the groups stand on: packages, builds, the test machine.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

step install apt '' install_rest
step build-release cpu '' build_release
step configure-asan cpu install configure_asan
step build-asan cpu configure-asan build_asan
step machine machine install make_machine

# The packages of the chosen groups, while the first build is going on already.
install_rest() {
	missing_packages "${lists[@]}"
	install_missing
}

build_release() {
	local targets=(oci-rt)
	! is_here conformance || targets+=(oci-conformance)
	! is_here bench || targets+=(oci-rt-bench)
	build release "${targets[@]}"
}
configure_asan() { configure asan; }
# One program per group of C++ tests, and an oci-rt.
build_asan() {
	local group targets=(oci-rt)
	for group in unit golden protocol root; do
		! is_here "$group" || targets+=("oci-rt-$group-tests")
	done
	build asan "${targets[@]}"
}

# The saved machine, and which kernel it has.
make_machine() {
	local folder about=$results/small/about
	folder=$(tests/vm/build small)
	[[ $(head -n 1 "$about" 2>/dev/null) != "machine ${folder##*/}" ]] || return 0
	mkdir -p "${about%/*}"
	printf '%s\n' "machine ${folder##*/}" "kernel $(tests/vm/run -t 300 'uname -r')" >"$about"
}
