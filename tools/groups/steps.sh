# What the groups stand on: packages, builds, the test machine.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

step install apt '' install_rest
step build-release cpu '' build_release
step configure-asan cpu install configure_asan
step build-asan cpu configure-asan build_asan
step machine machine install "make_machine small"
step machine-v1 machine install "make_machine small-v1"
step machine-selinux machine install "make_machine small-selinux"
for place in "${machine_places[@]}"; do
	step "machine-$place" machine install "make_machine $place"
done

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

# machine_options PLACE: what tests/vm/run is told about it.
machine_options() {
	case $1 in
	kernel-*) printf '%s\n' "-m small -k ${1#kernel-}" ;;
	*) printf '%s\n' "-m $1" ;;
	esac
}

# make_machine PLACE: the saved machine, and which kernel it has; or what the archive does not have.
make_machine() {
	local options folder about=$results/$1/about status=0
	read -ra options <<<"$(machine_options "$1")"
	mkdir -p "${about%/*}"
	folder=$(tests/vm/build "${options[@]:2}" "${options[1]}") || status=$?
	if ((status == 3)); then
		printf '%s\n' "missing the Debian archive has no ${1#kernel-}" >"$about"
		return 0
	fi
	((status == 0)) || return "$status"
	[[ $(head -n 1 "$about" 2>/dev/null) != "machine ${folder##*/}" ]] || return 0
	printf '%s\n' "machine ${folder##*/}" "kernel $(tests/vm/run "${options[@]}" -t 300 'uname -r')" >"$about"
}
