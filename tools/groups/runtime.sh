# Groups that run containers on this machine: conformance, integration, picture, engines, asan.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

readonly release=build/release/oci-rt conformance=build/release/conformance/oci-conformance

group picture native build-release tools/show-container '' "what a container sees is what its bundle asks for"
group house native build-release tests/house '' "how oci-rt is built, the tools of set-up, the commands of README.md"
group conformance native build-release conformance '' "rows of the specification, from outside"
group integration native "build-release install" tests/integration tests/integration/packages "containers by the command line"
group engines native "build-release install" tests/engines tests/engines/packages "podman and containerd on top of oci-rt"
long_group engines-docker native "build-release install" tests/engines tests/engines/packages "Docker, and oci-rt under the name runc"
group bench alone "build-release install" tests/bench tests/bench/packages "what run costs beside crun"
group asan native "build-asan build-release" conformance '' "the rows again, by an oci-rt that was built with sanitizers"

key_picture() {
	digest "$(uname -r)" "$release" tools/show-container tools/make-bundle tools/lib
}
run_picture() {
	# For the machines, which have to show the same.
	tools/show-container --plain --binary "$release" --results "$1" | tee "$results/native/picture.txt"
}

key_house() {
	digest "$(uname -r)" "$release" tests/house tests/purity.cmake tools README.md "$(git ls-files '*.hpp' '*CMakeLists.txt')"
}
run_house() {
	tests/house/run --results "$1"
}

key_conformance() {
	digest "$(uname -r)" "$release" "$conformance"
}
run_conformance() {
	local status=0
	timeout --foreground -k 10 900 "$conformance" --runtime "$root/$release" --format tap >"$scratch/conformance.tap" || status=$?
	tap_results "$scratch/conformance.tap" "$1"
	return "$status"
}

# tap_results TAP FILE: the rows as result lines. A row that is no MUST has to pass here as well.
tap_results() {
	awk -v OFS='\t' '
		/^(not )?ok [0-9]/ {
			verdict = $1 == "ok" ? "pass" : "fail"
			sub(/^(not )?ok [0-9]+ - /, "")
			name = $1
			reason = ""
			if (match($0, / # SKIP /)) {
				verdict = "skip"
				reason = substr($0, RSTART + RLENGTH)
			} else if (verdict == "fail") {
				# Why is on the next line.
				getline
				reason = substr($0, 3)
			}
			print verdict, name, 0, reason
		}' "$1" >>"$2"
}

key_integration() {
	digest "$(uname -r)" "$release" tests/integration README.md
}
run_integration() {
	timeout --foreground -k 10 900 tests/integration/run --runtime "$root/$release" --results "$1"
}

key_engines() {
	# shellcheck disable=SC2046  # a list of packages
	digest "$(uname -r)" "$release" tests/engines "$(dpkg-query -W $(<tests/engines/packages) 2>&1)"
}
run_engines() {
	timeout --foreground -k 10 1800 tests/engines/run --runtime "$root/$release" --results "$1" calls podman containerd
}

key_engines-docker() { key_engines; }
run_engines-docker() {
	timeout --foreground -k 10 1800 tests/engines/run --runtime "$root/$release" --results "$1" docker dropin
}

key_bench() {
	digest "$(uname -r)" "$release" tests/bench "$(crun --version)"
}
# Absolute times move with what else the machine does, ratios of calls that take turns less so: other work costs both, and
# moves the ratio towards 1. So nothing of ours runs beside it, and it has three tries.
run_bench() {
	local said ratio what="run of /bin/true takes at most 0.7 of the CPU time of crun"
	for _ in 1 2 3; do
		said=$(OCI_RT_BENCH=$root/build/release/tests/bench/oci-rt-bench timeout --foreground -k 10 300 \
			tests/bench/compare --iterations 100 --case run "$release" crun)
		printf '%s\n' "$said"
		ratio=$(sed -n 's/^run .*ratio .* cpu \([0-9.]*\) .*/\1/p' <<<"$said")
		if [[ -n $ratio ]] && ((10#${ratio/./} <= 70)); then
			result "$1" pass "$what" 0 "$ratio"
			return
		fi
	done
	result "$1" fail "$what" 0 "it takes ${ratio:-nobody knows how much}"
}

key_asan() {
	digest "$(uname -r)" build/asan/oci-rt "$conformance"
}
run_asan() {
	local status=0
	timeout --foreground -k 10 1800 "$conformance" --runtime "$root/build/asan/oci-rt" --timeout 60 --format tap \
		>"$scratch/asan.tap" || status=$?
	tap_results "$scratch/asan.tap" "$1"
	return "$status"
}
