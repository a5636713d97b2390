# The entries of bad-bundles: each is a bundle that must be refused, and how.
# shellcheck shell=dash disable=SC2154

# refuses_bundle FILE LINE: the entry that begins in that line.
refuses_bundle() {
	local word text expected='' verb=create
	bundle
	remember
	sed -n "$(($2 + 1)),\${/^[^\t]/q;p}" "$1" >entry
	while read -r word text; do
		case $word in
		'' | '#') ;;
		do) (cd bundle && eval "$text") >/dev/null ;;
		run) verb=run ;;
		after)
			bundle
			(cd bundle && eval "$text") >/dev/null
			;;
		'>') expected="$expected$text
" ;;
		*) bundle "$word" "$text" ;;
		esac
	done <entry
	remember
	try rt "$verb" --bundle bundle "$tag"
	[ "$status" = 1 ] || differs "exit code 1" "$status"
	judge_message "$expected"
	code 1 rt state "$tag"
	unchanged
}

# judge_message EXPECTED: one line, perhaps with a hint below, that has all the texts and names its place.
judge_message() {
	local text lines place
	lines=$(printf '%s\n' "$errors" | grep -cv '^hint: ' || true)
	equal "$lines" 1 "lines of the message"
	printf '%s' "$1" | while read -r text; do
		contains "$errors" "$text" || differs "\"$text\" in the message" "\"$errors\""
	done || exit 1
	place=$(printf '%s\n' "$errors" | sed -n 's/.*(config\.json:\([0-9]*\):\([0-9]*\)\([ )][^)]*\).*/\1 \2 \3/p')
	[ -n "$place" ] || differs "a place in config.json" "\"$errors\""
	# shellcheck disable=SC2086  # line, column, pointer
	judge_place $place
}

# judge_place LINE COLUMN POINTER: the place is that of the value the pointer names, or of its key, or, where it is
# missing, of the object that should have it.
judge_place() {
	local line key before behind
	line=$(sed -n "$1p" bundle/config.json)
	before=$(printf '%s' "$line" | cut -b "1-$2")
	before=${before%?}
	behind=$(printf '%s' "$line" | cut -b "$2-")
	key=$(printf '%s' "${3##*/}" | sed 's|~1|/|g; s|~0|~|g')
	case $3 in
	')') return ;;
	*/[0-9])
		case $before in
		'' | *'[' | *', ') return ;;
		esac
		;;
	*)
		case $before in
		*"\"$key\": ") return ;;
		esac
		;;
	esac
	case $behind in
	"\"$key\": "* | '{'*) ;;
	*) differs "line $1, column $2 to be that of $3" "$before<here>$behind" ;;
	esac
}
