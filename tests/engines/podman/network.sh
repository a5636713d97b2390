# podman: networks.  All of them are in the house's own network namespace.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_container_on_the_bridge_is_reached_by_its_address() {
	ok podman run --detach --name "$tag" --network bridge "$image" sh -c 'echo page >/tmp/index.html; httpd -f -h /tmp -p 80'
	local address
	address=$(podman inspect --format '{{.NetworkSettings.IPAddress}}' "$tag")
	soon "an answer" busybox wget -q -O page "http://$address/"
	equal "$(cat page)" page "the page"
}

a_network_namespace_is_joined_by_path() {
	ip netns add "$tag"
	ip -n "$tag" link add mine type bridge
	try podman run --rm --network "ns:/run/netns/$tag" "$image" ls /sys/class/net
	ip netns del "$tag"
	equal "$status" 0 "the exit code"
	matches '^mine$'
}

host_names_are_added() {
	ok podman run --rm --add-host other:10.1.2.3 "$image" grep other /etc/hosts
	matches '^10\.1\.2\.3'
}
