# What only the cases of recovery.sh need.
# shellcheck shell=dash disable=SC2154

# edit_record KEY VALUE: in the record of the container's first process.
edit_record() {
	cp "state/$tag/record" record.before
	sed "s/\(\"init\": *{[^}]*\"$1\": *\)[^,}]*/\1$2/" record.before >"state/$tag/record"
	! cmp -s record.before "state/$tag/record" || differs "a record that changes" "$(cat record.before)"
}
