# Groups that look at the sources: format, lint, docs.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

group format cpu install . tools/packages/lint "the layout of the code is what clang-format makes of it"
long_group lint cpu "install configure-asan" . tools/packages/lint "clang-tidy and shellcheck have nothing to say"
group docs cpu install docs tools/packages/docs "the status page fits its lists, the man page is sound, links lead somewhere"

# The project's own files of a kind. Those that are ignored (build/) are not.
cpp_files() {
	git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp'
}
script_files() {
	git ls-files --cached --others --exclude-standard | while read -r file; do
		case $file in
		*.sh) printf '%s\n' "$file" ;;
		*/*.* | *.*) ;;
		*) ! head -n 1 "$file" 2>/dev/null | grep -q '^#!.*sh$' || printf '%s\n' "$file" ;;
		esac
	done
}

key_format() {
	cpp_files | xargs cat .clang-format "$(type -P clang-format)" | digest "$(sha256sum)"
}
run_format() {
	local file
	cpp_files | xargs -P "$(nproc)" -n 16 clang-format --dry-run >"$scratch/format" 2>&1 || true
	while read -r file; do
		if grep -q "^$file:" "$scratch/format"; then
			result "$1" fail "$file" 0 "clang-format -i $file"
		else
			result "$1" pass "$file" 0
		fi
	done < <(cpp_files)
}

key_lint() {
	digest "$full" .clang-tidy .shellcheckrc tools/lib/tidy.sh "$(clang-tidy --version)" "$(shellcheck --version)" \
		"$({ cpp_files; script_files; } | xargs sha256sum)"
}
run_lint() {
	local file said
	while read -r file; do
		if said=$(shellcheck --external-sources --format gcc "$file"); then
			result "$1" pass "$file" 0
		else
			result "$1" fail "$file" 0 "${said%%$'\n'*}"
			printf '%s\n' "$said"
		fi
	done < <(script_files)
	tidy_all "$1"
}

key_docs() {
	digest docs README.md CONTRIBUTING.md CHANGELOG.md tools/status "$(git ls-files)"
}
run_docs() {
	local page said
	if said=$(tools/status --check 2>&1); then
		result "$1" pass "docs/status.md fits its lists" 0
	else
		result "$1" fail "docs/status.md fits its lists" 0 "$said"
	fi
	for page in docs/*.[1-8]; do
		[[ -e $page ]] || continue
		if said=$(mandoc -T lint -W warning "$page" 2>&1); then
			result "$1" pass "$page" 0
		else
			result "$1" fail "$page" 0 "${said%%$'\n'*}"
			printf '%s\n' "$said"
		fi
	done
	check_links "$1"
}

# Relative links of the pages lead to files of the repository.
check_links() {
	local page link broken
	while read -r page; do
		broken=''
		while read -r link; do
			link=${link%%#*}
			[[ -z $link || -e ${page%/*}/$link || -e $link && $page != */* ]] || broken+=" $link"
		done < <(grep -o '](\([^):]*\))' "$page" | sed 's/^](//; s/)$//')
		if [[ -z $broken ]]; then
			result "$1" pass "links of $page" 0
		else
			result "$1" fail "links of $page" 0 "nothing is at:$broken"
		fi
	done < <(git ls-files --cached --others --exclude-standard '*.md')
}
