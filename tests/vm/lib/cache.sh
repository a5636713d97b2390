# Where built things live, and when they may be used again.
# shellcheck shell=bash

# The cache folder: $OCI_RT_VM_CACHE, or oci-rt/vm in the user's own cache.
cache_folder() {
	realpath -m -- "${OCI_RT_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/oci-rt/vm}"
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
#
# It works in this very shell and not in a subshell, so that a signal ends the making after the current program; what
# is then unfinished is in unfinished, for the trap of the caller.  That program has the lock too: should it survive us,
# the next maker waits for it.
unfinished=''
make_once() {
	local folder=$1 lock
	shift
	[[ ! -d $folder ]] || return 0
	mkdir -p "${folder%/*}"
	exec {lock}>"$folder.lock"
	flock "$lock"
	if [[ ! -d $folder ]]; then
		unfinished=$folder.new
		rm -rf "$unfinished"
		mkdir "$unfinished"
		"$@" "$unfinished"
		mv -T "$unfinished" "$folder"
		unfinished=''
	fi
	exec {lock}>&-
}

# forget_unused PARENT: removes the entries of PARENT that nobody has used for a week (the results of former recipes).
# A user marks what it uses with mark_used.
mark_used() {
	touch -c "$1"
}
forget_unused() {
	find "$1" -mindepth 1 -maxdepth 1 -mtime +7 -exec rm -rf {} +
}
