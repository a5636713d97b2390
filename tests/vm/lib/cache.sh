# Where built things live, and when they may be used again.
# shellcheck shell=bash

# The cache folder: $OCI_RT_VM_CACHE, or oci-rt/vm in the user's own cache.
cache_folder() {
	printf '%s\n' "${OCI_RT_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/oci-rt/vm}"
}

# recipe_key WORD... < FILES: a name for everything that decides how a thing turns out.  What is built goes into a
# folder of this name, so a changed recipe never meets an old result, and two work trees with different recipes can
# share one cache.
recipe_key() {
	local sum
	sum=$({ printf '%s\n' "$@"; cat; } | sha256sum)
	printf '%s\n' "${sum:0:16}"
}

# make_once FOLDER COMMAND...: runs COMMAND with an empty folder as its last argument and renames that to FOLDER, unless
# FOLDER is there.  Safe to call from many processes: one makes, the others wait; a maker that dies leaves no FOLDER.
make_once() {
	local folder=$1
	shift
	[[ ! -d $folder ]] || return 0
	mkdir -p "${folder%/*}"
	(
		# The lock ends with the subshell; what it starts must not hold it longer, hence the closed descriptor below.
		exec {lock}>"$folder.lock"
		flock "$lock"
		[[ ! -d $folder ]] || exit 0
		trap 'rm -rf "$folder.new"' EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP
		rm -rf "$folder.new"
		mkdir "$folder.new"
		"$@" "$folder.new" {lock}>&-
		mv -T "$folder.new" "$folder"
	)
}

# forget_unused PARENT: removes the entries of PARENT that nobody has used for a week (the results of former recipes).
# A user marks what it uses with mark_used.
mark_used() {
	touch -c "$1"
}
forget_unused() {
	find "$1" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf {} +
}
