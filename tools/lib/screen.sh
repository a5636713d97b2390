# What the tools print: headings, steps, and failures with what to do about them.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this

# Colours are for people: not for files, nor where NO_COLOR is set.
bold='' dim='' red='' green='' yellow='' plain=''
if [[ -t 1 && -z ${NO_COLOR-} && ${TERM-dumb} != dumb ]]; then
	bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
fi

heading() {
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# step TEXT...: one thing that is done now.
step() {
	printf '  %s\n' "$*"
}

# remark TEXT...: what only the curious want to know.
remark() {
	printf '  %s%s%s\n' "$dim" "$*" "$plain"
}

# give_up WHAT [ADVICE...]: ends the tool; each ADVICE is one line that says what to do.
give_up() {
	printf '%s%s: %s%s\n' "$red" "${0##*/}" "$1" "$plain" >&2
	shift
	(($# == 0)) || printf '  %s\n' "$@" >&2
	exit 1
}
