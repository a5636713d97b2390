# clang-tidy over all sources, several at a time; what was clean and has not changed is not looked at again.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

# What a file's outcome depends on: itself, all headers that it reaches in this repository, the checks, the program.
# Prints "KEY FILE" for each .cpp of the compilation database that is in the repository.
tidy_keys() {
	local common
	common=$(digest .clang-tidy "$(clang-tidy --version)")
	git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs sha256sum |
		awk -v common="$common" '
			{ sum[$2] = $1; files[++count] = $2 }
			END {
				for (i = 1; i <= count; ++i) {
					while ((getline line <files[i]) > 0) {
						if (split(line, part, "\"") == 3 && part[1] == "#include " && part[2] in sum) {
							includes[files[i]] = includes[files[i]] " " part[2]
						}
					}
				}
				for (i = 1; i <= count; ++i) {
					if (files[i] ~ /\.cpp$/) { print common reach(files[i]), files[i] }
				}
			}
			# The sums of a file and of all that it includes, each once.
			function reach(file,    seen, queue, first, last, names, n, i, text) {
				queue[1] = file; seen[file] = 1; first = last = 1
				while (first <= last) {
					text = text sum[queue[first]]
					n = split(includes[queue[first++]], names, " ")
					for (i = 1; i <= n; ++i) {
						if (!(names[i] in seen)) { seen[names[i]] = 1; queue[++last] = names[i] }
					}
				}
				return text
			}' |
		while read -r sums file; do
			printf '%s %s\n' "$(digest "$sums")" "$file"
		done
}

# tidy_all FILE: a result per source file. Clean ones are noted in build/tidy, by their key.
tidy_all() {
	local results_of=$1 clean=$root/build/tidy database=$root/build/asan key file
	mkdir -p "$clean"
	export clean database results_of
	export -f tidy_one result
	while read -r key file; do
		if [[ -e $clean/$key ]]; then
			touch "$clean/$key"
			result "$results_of" pass "$file" 0
		elif grep -q "\"file\": \".*/$file\"" "$database/compile_commands.json"; then
			printf '%s %s\n' "$key" "$file"
		fi
	done < <(tidy_keys) | xargs -P "$(nproc)" -n 2 nice bash -c 'tidy_one "$@"' -
	find "$clean" -type f -mtime +30 -delete
}

# tidy_one KEY FILE: runs clang-tidy on one file and adds its result.
tidy_one() {
	local began=$EPOCHSECONDS said
	# The database is made for g++: clang does not know all of its warnings.
	if said=$(clang-tidy --quiet -p "$database" --extra-arg=-Wno-unknown-warning-option "$2" 2>/dev/null); then
		: >"$clean/$1"
		result "$results_of" pass "$2" $((EPOCHSECONDS - began))
	else
		result "$results_of" fail "$2" $((EPOCHSECONDS - began)) "$(grep -m1 -E ': (error|warning):' <<<"$said")"
		printf '%s\n' "$said"
	fi
}
