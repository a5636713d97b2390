# What the cases of the house share.
# shellcheck shell=bash disable=SC2154  # set by run

# fails_with TEXT COMMAND...: fails unless the command does, and says TEXT.
fails_with() {
	local said
	if said=$("${@:2}" 2>&1); then
		echo "this does not fail: ${*:2}"
		return 1
	fi
	[[ $said = *"$1"* ]] || {
		printf '%s\n' "$said" "it does not say: $1"
		return 1
	}
}

# includes LIBRARY HEADER: compiles that include with the roots that the library's sources are compiled with.
includes() (
	local flags
	flags=$(grep -o -m1 "\"command\": .*/$1\.dir/.*" "$root/build/release/compile_commands.json" | grep -oE -- '-I[^ ]+')
	# Not in the repository, where it would be found beside the source.
	cd "$folder" || return
	# shellcheck disable=SC2086  # a list of options
	printf '#include "%s"\n' "$2" | c++ -std=c++20 -D_GNU_SOURCE $flags -fsyntax-only -x c++ -
)

# without_apt COMMAND...: with all programs that there are, but apt's and dpkg's.
without_apt() {
	local path
	mkdir -p "$folder/bin"
	for path in /usr/local/bin /usr/bin /bin /usr/sbin /sbin; do
		find -H "$path" -mindepth 1 -maxdepth 1 ! -name 'apt*' ! -name 'dpkg*' -exec ln -sf -t "$folder/bin" {} +
	done
	PATH=$folder/bin "$@"
}
