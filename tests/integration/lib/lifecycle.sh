# What only the cases of lifecycle.sh need.
# shellcheck shell=dash disable=SC2154

# The commands of README.md under "By hand"; a case compares them.
readme_commands() {
	cat <<-'END'
		mkdir -p /tmp/hello/rootfs/bin
		cp /bin/busybox /tmp/hello/rootfs/bin/
		for a in sh ls ps sleep cat id; do ln -s busybox /tmp/hello/rootfs/bin/$a; done
		cd /tmp/hello
		oci-rt spec
		oci-rt run hello
		sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sleep", "1000"/' config.json
		oci-rt create hello
		oci-rt state hello
		oci-rt start hello
		oci-rt exec hello ps
		oci-rt update --memory 64M --pids-limit 20 hello
		oci-rt pause hello; oci-rt resume hello
		oci-rt kill hello KILL
		oci-rt delete --force hello
	END
}

# by_hand: ./commands with the README's commands, in a folder and with an id of the case's own.
by_hand() {
	id=hello-${house##*.}
	{
		echo set -eu
		readme_commands | sed "s|/tmp/hello|$PWD/hello|g; s| hello| $id|g"
	} >commands
}

# more_lines: ./counted has more lines than ./before says.
more_lines() {
	[ "$(wc -l <counted)" -gt "$(cat before)" ]
}
