# Debian packages of any suite and architecture, without touching the machine's own apt or dpkg.
# shellcheck shell=bash

# The archive that this machine's own apt uses, or $OCI_RT_VM_MIRROR (needed where the host is no Debian).
debian_mirror() {
	local uri
	if [[ -n ${OCI_RT_VM_MIRROR-} ]]; then
		printf '%s\n' "$OCI_RT_VM_MIRROR"
		return
	fi
	uri=$(
		# shellcheck source=/dev/null
		. /etc/os-release
		[[ $ID = debian ]] || exit 0
		# shellcheck disable=SC2016  # the $(...) are apt's
		apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
			awk -v suite="${VERSION_CODENAME-sid}" '($1 == suite || $1 == "stable") && $2 == "main" { print $3; exit }'
	)
	if [[ -z $uri ]]; then
		echo "no Debian archive in this machine's apt configuration: set OCI_RT_VM_MIRROR" >&2
		return 1
	fi
	printf '%s\n' "$uri"
}

# unpack_debian SUITE ARCH PATTERN PACKAGE... DIR: downloads the PACKAGEs, and those of their dependencies whose names
# match the extended regular expression PATTERN, and unpacks them all over each other in DIR, /bin, /lib and /sbin
# being links into /usr whatever the suite thinks of that.
#
# The dependencies are what apt's own resolver would install on a machine that has nothing: so it does not matter that
# some suites have the kernel in one package and others (from forky on) in three.
#
# Fails with 3 if the archive has no such suite (any more).
unpack_debian() {
	local suite=$1 arch=$2 pattern=$3 dir=${*: -1} packages=("${@:4:$#-4}")
	local state=$dir/.apt keyring=/usr/share/keyrings/debian-archive-keyring.gpg mirror plan said
	mirror=$(debian_mirror)
	mkdir -p "$state"/{lists/partial,cache/archives/partial,debs}
	if ! said=$(/usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file \
		"${mirror%/}/dists/$suite/Release" "$state/Release" 2>&1); then
		echo "$said" >&2
		[[ $said = *404* ]] || return 1
		echo "the Debian archive $mirror has no suite $suite" >&2
		return 3
	fi
	echo "deb [arch=$arch signed-by=$keyring] $mirror $suite main" >"$state/sources.list"
	local apt=(
		apt-get -qq
		-o APT::Architecture="$arch" -o APT::Architectures::="$arch"
		-o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
		-o Dir::State="$state" -o Dir::State::Lists="$state/lists" -o Dir::State::Status=/dev/null
		-o Dir::Cache="$state/cache"
		-o Acquire::Languages=none
		# A mirror of a fixed day serves Release files that are past their date; their signature is checked all the same.
		-o Acquire::Check-Valid-Until=false
		# root's apt would download as the user _apt, who cannot write here.
		-o APT::Sandbox::User=root
	)
	"${apt[@]}" update
	plan=$("${apt[@]}" --simulate --no-install-recommends install "${packages[@]}")
	mapfile -t -O "${#packages[@]}" packages < <(awk -v p="$pattern" '$1 == "Inst" && $2 ~ p { print $2 }' <<<"$plan")
	(cd "$state/debs" && "${apt[@]}" download "${packages[@]}")
	unpack_packages "$state"/debs/*.deb "$dir"
	rm -r "$state"
}

# unpack_packages FILE... DIR: the packages that are these files, in the same way.
unpack_packages() {
	local dir=${*: -1} package
	mkdir -p "$dir"/usr/{bin,lib,sbin}
	ln -s usr/bin usr/lib usr/sbin "$dir/"
	for package in "${@:1:$#-1}"; do
		dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$dir"
	done
}
