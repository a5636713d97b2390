# podman: networks.  All of them are in the house's own network namespace.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

without_a_network_there_is_loopback() {
	ok podman run --rm --network none "$image" sh -c 'ls /sys/class/net; ping -c 1 -W 2 127.0.0.1'
	matches '^lo$'
	lacks eth
	has '1 packets received'
}

the_hosts_network_is_shared_on_request() {
	ok podman run --rm --network host "$image" readlink /proc/self/ns/net
	is "$(readlink /proc/self/ns/net)"
}

a_published_port_is_reached_from_the_host() {
	ok podman run --detach --name "$tag" --network bridge --publish 18080:80 "$image" sh -c 'echo page >/tmp/index.html; httpd -f -h /tmp -p 80'
	soon "an answer" busybox wget -q -O page http://127.0.0.1:18080/
	equal "$(cat page)" page "the page"
	ok podman port "$tag"
	has '80/tcp -> 0.0.0.0:18080'
}

a_container_on_the_bridge_is_reached_by_its_address() {
	ok podman run --detach --name "$tag" --network bridge "$image" sh -c 'echo page >/tmp/index.html; httpd -f -h /tmp -p 80'
	local address
	address=$(podman inspect --format '{{.NetworkSettings.IPAddress}}' "$tag")
	soon "an answer" busybox wget -q -O page "http://$address/"
	equal "$(cat page)" page "the page"
}

a_container_on_the_bridge_reaches_the_host() {
	ok podman run --rm --network bridge "$image" sh -c 'ping -c 1 -W 5 "$(ip route | sed -n "s/^default via \([^ ]*\) .*/\1/p")"'
	has '1 packets received'
}

two_containers_on_a_network_reach_each_other() {
	ok podman network create "$tag"
	ok podman run --detach --name "$tag" --network "$tag" "$image" sh -c 'echo page >/tmp/index.html; httpd -f -h /tmp -p 80'
	local address
	address=$(podman inspect --format "{{(index .NetworkSettings.Networks \"$tag\").IPAddress}}" "$tag")
	ok podman run --rm --network "$tag" "$image" \
		soon wget -q -O - "http://$address/"
	is page
	podman rm --force --time 0 "$tag"
	ok podman network rm "$tag"
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
