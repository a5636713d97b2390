# What only the cases of hooks.sh need.
# shellcheck shell=dash disable=SC2154,SC2034

# all_hooks: makes ./shared, which the container sees as /shared, with a program that notes each hook in shared/order.
# The parts of the bundle that it takes are set.
all_hooks() {
	local name folder comma=''
	mkdir shared
	cp "$house/rootfs/bin/busybox" shared/busybox
	cat >shared/hook <<-'END'
		#!/bin/sh
		"$2/busybox" cat >"$2/state.$1"
		echo "$1 $("$2/busybox" readlink /proc/self/ns/mnt) $("$2/busybox" sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p' "$2/state.$1")" >>"$2/order"
	END
	chmod 755 shared/hook
	mount=", {\"destination\": \"/shared\", \"type\": \"bind\", \"source\": \"$PWD/shared\", \"options\": [\"bind\"]}"
	root='{"path": "root"}'
	mkdir bundle
	cp -a "$house/rootfs" bundle/root
	hooks=', "hooks": {'
	for name in prestart createRuntime createContainer startContainer poststart poststop; do
		folder=$PWD/shared
		[ "$name" != startContainer ] || folder=/shared
		hooks="$hooks$comma\"$name\": [{\"path\": \"$folder/hook\", \"args\": [\"hook\", \"$name\", \"$folder\"]}]"
		comma=', '
	done
	hooks="$hooks}"
	top=$hooks
}
