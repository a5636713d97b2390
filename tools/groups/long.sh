# Groups that take long, for --full: other compilers, other ways to link, other systems, random documents.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

# Builds share the lane of the processors with those that everything else waits for.
long_group clang cpu install . tools/packages/clang "the debug build by clang++ has no warning, and its tests pass"
long_group dynamic cpu install . '' "the dynamic build has no warning, and runs a container"
long_group fuzz cpu install tests/fuzz tools/packages/clang "random documents, for three minutes"
long_group debian-12 cpu install tests/debian tests/debian/packages "quickstart and tests on a bare Debian 12"
long_group debian-13 cpu install tests/debian tests/debian/packages "quickstart and tests on a bare Debian 13"

key_of_sources() {
	digest "$(uname -r)" "$(git ls-files --cached --others --exclude-standard | xargs sha256sum)" "$@"
}

# In a folder of its own, so that nobody's debug build changes its compiler.
key_clang() { key_of_sources "$(clang++ --version)"; }
run_clang() {
	local group
	cmake --preset debug -B build/clang -D CMAKE_CXX_COMPILER=clang++ && nice ninja -C build/clang || {
		result "$1" fail "the build by clang++" 0 "build/clang does not build"
		return 1
	}
	result "$1" pass "the build by clang++" 0
	for group in unit golden protocol; do
		timeout --foreground -k 10 600 "build/clang/tests/oci-rt-$group-tests" --results "$1" -r compact
	done
}

key_dynamic() { key_of_sources; }
run_dynamic() {
	build dynamic oci-rt || {
		result "$1" fail "the dynamic build" 0 "build/dynamic does not build"
		return 1
	}
	result "$1" pass "the dynamic build" 0
	tools/show-container --binary build/dynamic/oci-rt --results "$1"
}

# What is found is kept in build/fuzz/findings, and new inputs of interest in build/fuzz/corpus.
key_fuzz() { key_of_sources "$EPOCHSECONDS"; }
run_fuzz() {
	local status=0
	build fuzz load-fuzz message-fuzz || {
		result "$1" fail "the fuzz targets" 0 "build/fuzz does not build"
		return 1
	}
	mkdir -p build/fuzz/{corpus,findings}
	nice build/fuzz/tests/fuzz/load-fuzz -dict=tests/fuzz/load.dict -max_total_time=180 -timeout=10 -print_final_stats=1 \
		-artifact_prefix=build/fuzz/findings/ build/fuzz/corpus tests/fuzz/load-corpus || status=$?
	if ((status == 0)); then
		result "$1" pass "random documents are loaded or refused" 180
	else
		result "$1" fail "random documents are loaded or refused" 0 "see build/fuzz/findings"
	fi
	status=0
	nice build/fuzz/tests/fuzz/message-fuzz -max_total_time=30 -timeout=10 -artifact_prefix=build/fuzz/findings/ || status=$?
	if ((status == 0)); then
		result "$1" pass "random bytes from D-Bus are read or refused" 30
	else
		result "$1" fail "random bytes from D-Bus are read or refused" 0 "see build/fuzz/findings"
	fi
}

key_debian-12() { key_of_sources; }
key_debian-13() { key_of_sources; }
run_debian-12() { tests/debian/run --results "$1" bookworm; }
run_debian-13() { tests/debian/run --results "$1" trixie; }
