# What the groups stand on: packages, builds, the test machine.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

step install apt '' install_rest
step build-release cpu '' build_release
step configure-asan cpu install configure_asan
step build-asan cpu configure-asan build_asan
step machine machine install make_small
step machine-v1 machine install make_small_v1
step machine-selinux machine install make_small_selinux

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

make_small() { make_machine small; }
make_small_v1() { make_machine small-v1; }
make_small_selinux() { make_machine small-selinux; }
# make_machine NAME: the saved machine, and which kernel it has.
make_machine() {
	local folder about=$results/$1/about
	folder=$(tests/vm/build "$1")
	[[ $(head -n 1 "$about" 2>/dev/null) != "machine ${folder##*/}" ]] || return 0
	mkdir -p "${about%/*}"
	printf '%s\n' "machine ${folder##*/}" "kernel $(tests/vm/run -m "$1" -t 300 'uname -r')" >"$about"
}
