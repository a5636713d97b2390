# clang-tidy over all sources, several at a time; what was clean and has not changed is not looked at again.
#
# It looks at the same units as the compiler of the preset asan, which has several sources in one: most of its work is
# what they include. Still, all of them take longer than everything else together: without --full it is those of the
# program, and of tests and suite what was clean before.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

# The units of the compilation database, and what the outcome of each depends on: its sources, all headers that they reach
# in this repository, the checks, the program. Prints "KEY UNIT".
tidy_keys() {
	local common
	common=$(digest .clang-tidy "$(clang-tidy --version)")
	{
		git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs sha256sum
		sed -n 's/^ *"file": "\(.*\)".*/unit \1/p' "$database/compile_commands.json" | sort -u
	} | awk -v common="$common" -v root="$root/" '
		$1 == "unit" { units[++unit_count] = $2; read_includes($2); next }
		{ sum[$2] = $1; read_includes($2) }
		END {
			for (i = 1; i <= unit_count; ++i) { print common reach(units[i]), units[i] }
		}
		# Without the root of the repository, as git names them.
		function read_includes(file,    line, part) {
			while ((getline line <file) > 0) {
				if (split(line, part, "\"") == 3 && part[1] == "#include ") {
					sub("^" root, "", part[2])
					includes[file] = includes[file] " " part[2]
				}
			}
			close(file)
		}
		# The sums of a file and of all that it includes, each once.
		function reach(file,    seen, queue, first, last, names, n, i, text) {
			queue[1] = file; seen[file] = 1; first = last = 1
			while (first <= last) {
				file = queue[first++]
				n = split(includes[file], names, " ")
				sub("^" root, "", file)
				text = text sum[file]
				for (i = 1; i <= n; ++i) {
					if (!(names[i] in seen)) { seen[names[i]] = 1; queue[++last] = names[i] }
				}
			}
			return text
		}' |
		while read -r sums unit; do
			printf '%s %s\n' "$(digest "$sums")" "$unit"
		done
}

# sources_of UNIT: those of the repository that it is made of.
sources_of() {
	case $1 in
	*/Unity/*) sed -n 's/^#include "\(.*\)"/\1/p' "$1" ;;
	*) printf '%s\n' "$1" ;;
	esac | sed "s|^$root/||"
}

# tidy_all FILE: a result per source file. Clean units are noted in build/tidy, by their key.
tidy_all() {
	local results_of=$1 clean=$root/build/tidy database=$root/build/asan key unit source
	mkdir -p "$clean"
	export clean database results_of root
	export -f tidy_one sources_of result
	while read -r key unit; do
		if [[ -e $clean/$key ]]; then
			touch "$clean/$key"
			for source in $(sources_of "$unit"); do
				result "$results_of" pass "$source" 0
			done
		elif $full || [[ ! ${unit#"$root/"} =~ ^(build/asan/)?(tests|conformance)/ ]]; then
			printf '%s %s\n' "$key" "$unit"
		fi
	done < <(tidy_keys) | xargs -P "$(nproc)" -n 2 nice bash -c 'tidy_one "$@"' -
	find "$clean" -type f -mtime +30 -delete
}

# tidy_one KEY UNIT: runs clang-tidy on one unit and adds a result for each of its sources.
tidy_one() {
	local said source finding status=0 failed=0
	# The database is made for g++: clang does not know all of its warnings. Where sources include sources, what is right
	# in a source looks like what is wrong in a header.
	said=$(clang-tidy --quiet -p "$database" --checks=-bugprone-suspicious-include,-google-global-names-in-headers \
		--extra-arg=-Wno-unknown-warning-option "$2" 2>/dev/null) || status=$?
	for source in $(sources_of "$2"); do
		if finding=$(grep -m1 -E "^$root/$source:.* (error|warning): " <<<"$said"); then
			result "$results_of" fail "$source" 0 "${finding#"$root/"}"
			failed=1
		else
			result "$results_of" pass "$source" 0
		fi
	done
	if ((status == 0)); then
		: >"$clean/$1"
		return
	fi
	# In a header, or no finding at all.
	((failed == 1)) || result "$results_of" fail "${2#"$root/"}" 0 "$(grep -m1 -E ' (error|warning): ' <<<"$said")"
	printf '%s\n' "$said"
}
