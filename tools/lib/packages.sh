# Which packages there have to be, and installing those that are missing.
#
# A list is a file with one package per line, or with three columns between tabs: the package's name in Debian, what shows
# that it is there on any other distribution (a program, or an absolute path), and what it is for.  # begins a comment.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

# Debian's and its children's package manager, which is the only one that this file can call.
can_install() {
	type -P apt-get >/dev/null && type -P dpkg-query >/dev/null
}

# missing_packages LIST...: sets missing to the packages of the lists that are not there, and purpose[PACKAGE].
declare -gA purpose=()
missing=()
missing_packages() {
	local list package sign why here
	local -A wanted=()
	missing=()
	for list; do
		while IFS=$'\t' read -r package sign why; do
			[[ -n $package && $package != '#'* ]] || continue
			wanted[$package]=${sign:-$package}
			purpose[$package]=${why:-"see ${list#"$PWD/"}"}
		done <"$list"
	done
	if can_install; then
		while read -r package here; do
			[[ $here != *' installed' ]] || unset "wanted[${package%%:*}]"
		done < <(dpkg-query --show --showformat '${Package} ${Status}\n' "${!wanted[@]}" 2>/dev/null)
	else
		for package in "${!wanted[@]}"; do
			! is_there "${wanted[$package]}" || unset "wanted[$package]"
		done
	fi
	mapfile -t missing < <(printf '%s\n' "${!wanted[@]}" | sort)
	[[ -n ${missing[0]-} ]] || missing=()
}

# is_there SIGN: a program in PATH, or a file.
is_there() {
	case $1 in
	/*) [[ -e $1 ]] ;;
	*) PATH=$PATH:/usr/sbin:/sbin type -P "$1" >/dev/null ;;
	esac
}

# install_missing: installs what missing_packages found, and says why.  Without apt-get it names the packages: what
# comes after will show whether it gets along without them.
install_missing() {
	local package verb='installing'
	((${#missing[@]} > 0)) || return 0
	can_install || verb='not found; these are their names in Debian'
	heading "Packages: $verb"
	for package in "${missing[@]}"; do
		printf '  %-32s %s%s%s\n' "$package" "$dim" "${purpose[$package]}" "$plain"
	done
	can_install || return 0
	((EUID == 0)) || give_up "only root can install packages" "sudo $0" \
		"or by hand: apt-get install --no-install-recommends ${missing[*]}"
	apt_install "${missing[@]}" || give_up "apt-get could not install them" \
		"look at what it says above; is the network there, and are /etc/apt/sources.list* right?"
}

# apt_install PACKAGE...: quiet as long as it works.  Others may be using dpkg: their lock is waited for.
apt_install() {
	local log status=0
	local -x DEBIAN_FRONTEND=noninteractive
	log=$(mktemp "${TMPDIR:-/tmp}/oci-rt-apt.XXXXXX")
	{
		apt-get -q -o DPkg::Lock::Timeout=300 update &&
			apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
	} >"$log" 2>&1 </dev/null || status=$?
	((status == 0)) || tail -n 20 "$log" >&2
	rm -f "$log"
	return "$status"
}
