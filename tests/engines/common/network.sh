# run: networks.  All of them are in the house's own network namespace.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

without_a_network_there_is_loopback() {
	ok "$engine" run --rm --network none "$image" sh -c 'ls /sys/class/net; ping -c 1 -W 2 127.0.0.1'
	matches '^lo$'
	lacks eth
	has '1 packets received'
}

the_hosts_network_is_shared_on_request() {
	ok "$engine" run --rm --network host "$image" readlink /proc/self/ns/net
	is "$(readlink /proc/self/ns/net)"
}

a_published_port_is_reached_from_the_host() {
	ok "$engine" run --detach --name "$tag" --network bridge --publish 18080:80 "$image" \
		sh -c 'echo page >/tmp/index.html; httpd -f -h /tmp -p 80'
	soon "an answer" busybox wget -q -O page http://127.0.0.1:18080/
	equal "$(cat page)" page "the page"
	ok "$engine" port "$tag"
	has '80/tcp -> 0.0.0.0:18080'
}

a_container_on_the_bridge_reaches_the_host() {
	ok "$engine" run --rm --network bridge "$image" sh -c 'ping -c 1 -W 5 "$(ip route | sed -n "s/^default via \([^ ]*\) .*/\1/p")"'
	has '1 packets received'
}

two_containers_on_a_network_reach_each_other() {
	ok "$engine" network create "$tag"
	ok "$engine" run --detach --name "$tag" --network "$tag" "$image" sh -c 'echo page >/tmp/index.html; httpd -f -h /tmp -p 80'
	ok "$engine" run --rm --network "$tag" "$image" soon wget -q -O - "http://$tag/"
	is page
	remove "$tag" >/dev/null
	ok "$engine" network rm "$tag"
}
