# The entries of bad-bundles: each is a bundle that must be refused, and how.
# shellcheck shell=dash disable=SC2154

# refuses_bundle FILE LINE: the entry that begins in that line.
refuses_bundle() {
	local word text expected='' verb=create before='' after=''
	sed -n "$(($2 + 1)),\${/^[^\t]/q;p}" "$1" >entry
	while read -r word text; do
		case $word in
		'' | '#') ;;
		do) before=$text ;;
		after) after=$text ;;
		run) verb=run ;;
		unless) [ ! -e "${text%% *}" ] || skip "${text#* }" ;;
		'>') expected="$expected$text
" ;;
		*) eval "$word=\$text" ;;
		esac
	done <entry
	bundle
	in_bundle "$before"
	in_bundle "$after"
	remember
	code 1 rt "$verb" --bundle bundle "$tag"
	judge_message "$expected"
	unchanged
}

# in_bundle COMMANDS
in_bundle() {
	[ -z "$1" ] || (cd bundle && eval "$1")
}

# judge_message EXPECTED: one line, perhaps with a hint below, that has all the texts and names its place.
judge_message() {
	local text lines=0 line column
	while read -r text; do
		case $text in
		'hint: '*) ;;
		*) lines=$((lines + 1)) ;;
		esac
	done <<-END
		$errors
	END
	equal "$lines" 1 "lines of the message"
	while read -r text; do
		says "$text"
	done <<-END
		$1
	END
	says '(config.json:'
	text=${errors#*'(config.json:'}
	text=${text%%')'*}
	line=${text%%:*}
	text=${text#*:}
	column=${text%% *}
	judge_place "$line" "$column" "${text#"$column"}"
}

# judge_place LINE COLUMN POINTER: the place is that of the value the pointer names, or of its key, or, where it is
# missing, of the object that should have it.
judge_place() {
	local line number=0 key=${3##*/} before behind
	[ -n "$key" ] || return 0
	while [ "$number" -lt "$1" ]; do
		IFS= read -r line
		number=$((number + 1))
	done <bundle/config.json
	before=$(printf '%.*s' $(($2 - 1)) "$line")
	behind=${line#"$before"}
	case $key in
	*'~'*) key=$(printf '%s' "$key" | sed 's|~1|/|g; s|~0|~|g') ;;
	esac
	case $3:$before in
	*/[0-9]: | */[0-9]:*'[' | */[0-9]:*,*) return ;;
	*"\"$key\":"*) return ;;
	esac
	case $behind in
	"\"$key\": "* | '{'*) ;;
	*) differs "line $1, column $2 to be that of $3" "$before<here>$behind" ;;
	esac
}
