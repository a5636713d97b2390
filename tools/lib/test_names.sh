# The names of all tests, as GROUP/NAME, from the sources: so that they are known where nothing is built.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

# A group by itself stands for all of its tests.
test_names() {
	local group
	sed -n -E 's/^(long_)?group ([a-z0-9-]+) .*/\2/p' tools/groups/*.sh
	for group in unit golden protocol root; do
		[[ ! -d tests/$group ]] || find "tests/$group" -name '*.cpp' -exec cat {} + | catch_names | sed "s|^|$group/|"
	done
	conformance_names | sed 's|^|conformance/|'
	for group in integration engines house; do
		[[ ! -x tests/$group/run ]] || "tests/$group/run" --list | sed "s|^|$group/|; s#^engines/\(docker\|dropin\):#engines-docker/\1:#"
	done
	tests/rootless/run --list | sed 's|^|full-rootless/|'
	sed -n -E 's|^.*\tfact ("([a-z/ ]+)"\|([a-z]+)) .*|picture/the container sees: \2\3|p' tools/lib/picture.sh
	# shellcheck disable=SC2016  # as it stands there
	sed -n -E 's|.*fact "mounts \$point".*|picture/the container sees: mounts /|p' tools/lib/picture.sh
	# shellcheck disable=SC2016  # as it stands there
	sed -n -E 's|.*result "\$1" pass "(the picture [^"]*)".*|picture/\1|p' tools/groups/machine.sh
}

# catch_names < SOURCES: a name may be several literals.
catch_names() {
	awk '
		/^TEST_CASE\(/ { taking = 1; name = "" }
		taking {
			line = $0
			while (match(line, /"([^"\\]|\\.)*"/)) {
				# Behind a comma there are only tags.
				if (substr(line, 1, RSTART - 1) ~ /,/) { break }
				name = name substr(line, RSTART + 1, RLENGTH - 2)
				line = substr(line, RSTART + RLENGTH)
			}
			if (line ~ /^[^"]*[,)]/) {
				gsub(/\\"/, "\"", name)
				print name
				taking = 0
			}
		}'
}

# Ids that are put together when the suite runs ("M6." and an option) are there by their beginning.
conformance_names() {
	grep -ohE '"[A-Z][0-9]+(\.[A-Za-z0-9_-]*)?"' conformance/rows/*.cpp | tr -d '"'
}
