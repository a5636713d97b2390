# The cases of the house. Each runs in the repository, by a shell of its own that ends at the first failure; $root is the
# repository, $folder an empty folder of the case.
# shellcheck shell=bash disable=SC2154  # set by run

a_folder_sees_only_what_it_may_include() {
	local line
	for line in "base oci-spec/spec.hpp" "oci-spec cgroups/layout.hpp" "systemd cgroups/layout.hpp" "cgroups namespaces/spawn.hpp" \
		"namespaces cgroups/layout.hpp" "seccomp runtime/plan.hpp" "runtime runtime/cli/arguments.hpp" \
		"oci-conformance runtime/plan.hpp"; do
		# shellcheck disable=SC2086  # two words
		fails_with "No such file" includes $line
	done
	includes cgroups oci-spec/spec.hpp
	includes runtime namespaces/spawn.hpp
	includes cli runtime/plan.hpp
}

pure_parts_include_nothing_impure() {
	cmake -D ROOT="$root" -P tests/purity.cmake
	# The check itself: a pure file that includes what is not.
	mkdir -p "$folder/oci-spec"
	echo '#include <unistd.h>' >"$folder/oci-spec/impure.cpp"
	fails_with "<unistd.h>" cmake -D ROOT="$folder" -P tests/purity.cmake
}

the_release_is_one_static_file() {
	readelf -hlW build/release/oci-rt >"$folder/elf"
	grep -q 'Type: *EXEC' "$folder/elf" || { echo "it relocates itself" && return 1; }
	! grep -q INTERP "$folder/elf" || { echo "it has an interpreter" && return 1; }
	! readelf -dW build/release/oci-rt | grep NEEDED || { echo "it needs these libraries" && return 1; }
	! readelf -SW build/release/oci-rt | grep '\.symtab' || { echo "it is not stripped" && return 1; }
}

the_release_is_hardened() {
	local flag
	readelf -lW build/release/oci-rt >"$folder/elf"
	grep -q GNU_RELRO "$folder/elf" || { echo "it has no RELRO" && return 1; }
	grep -q 'GNU_STACK .* RW ' "$folder/elf" || { echo "its stack is executable" && return 1; }
	# The linker drops CET's mark where one static archive has none; our own code has it all the same.
	grep '"command"' build/release/compile_commands.json | grep -v 'oci-probe' >"$folder/commands"
	for flag in -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2 -flto \
		"$([[ $(uname -m) != x86_64 ]] || echo -fcf-protection=full)"; do
		! grep -v -e "$flag" "$folder/commands" || { echo "these are compiled without $flag" && return 1; }
	done
}

cmake_--install_puts_program_and_manual_in_place() {
	cmake --install build/release --prefix "$folder/usr"
	(cd "$folder/usr" && find . -type f | sort) | tee "$folder/files"
	diff "$folder/files" <(printf '%s\n' ./bin/oci-rt ./share/man/man8/oci-rt.8)
	"$folder/usr/bin/oci-rt" --version | grep '^oci-rt version '
}

packages_that_are_missing_are_named_with_their_purpose() {
	printf '%s\t%s\t%s\n' surely-no-package surely-no-program "shows what is missing" >"$folder/list"
	printf 'bash\n' >>"$folder/list"
	# shellcheck disable=SC2016  # expanded by that shell
	bash -euo pipefail -c 'for topic in screen packages; do . "tools/lib/$topic.sh"; done
		can_install() { false; }
		missing_packages "$1"
		install_missing' - "$folder/list" | tee "$folder/said"
	grep -q 'surely-no-package .*shows what is missing' "$folder/said"
	! grep -w bash "$folder/said"
}

without_apt_quickstart_goes_on_with_what_is_there() {
	without_apt tools/quickstart | tee "$folder/said"
	grep -q 'pid 1, one of 1' "$folder/said"
}

a_second_quickstart_builds_and_installs_nothing() {
	tools/quickstart | tee "$folder/said"
	! grep -E '^(Building|Packages)' "$folder/said"
	grep -q 'pid 1, one of 1' "$folder/said"
}

a_skip_is_no_pass_and_is_named() {
	printf '%s\n' $'pass\tone\t0\t' $'skip\ttwo\t0\tno such disk' $'fail\tthree\t0\twas wrong' >"$folder/some.tsv"
	# shellcheck disable=SC2016  # expanded by that shell
	bash -euo pipefail -c 'for topic in screen results; do . "tools/lib/$topic.sh"; done
		totals "$1"
		not_passed "$1"' - "$folder/some.tsv" | tee "$folder/said"
	diff "$folder/said" - <<-END
		1 passed, 1 failed, 1 skipped
		      skip two: no such disk
		      fail three: was wrong
	END
}

# The indented lines of README.md's part "By hand", with a folder and an id of our own.
the_commands_of_README.md_by_hand_work() {
	local id=house-$$
	printf '#!/bin/bash\nexec %q --root %q "$@"\n' "$root/build/release/oci-rt" "$folder/state" >"$folder/oci-rt"
	chmod +x "$folder/oci-rt"
	trap '"$folder/oci-rt" delete --force '"$id" EXIT
	sed -n '/^## By hand/,/^## Under/s/^    //p' README.md |
		sed "s|/tmp/hello|$folder/bundle|; s/\bhello\b/$id/g
			s/^oci-rt run .*/echo exit | script -qec 'oci-rt run $id' \/dev\/null/" | tee "$folder/commands"
	for verb in spec run create state start exec update pause resume kill delete; do
		grep -q "oci-rt $verb\b" "$folder/commands" || { echo "README.md has no oci-rt $verb" && return 1; }
	done
	PATH=$folder:$PATH bash -exuo pipefail "$folder/commands"
}
