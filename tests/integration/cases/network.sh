# linux.netDevices with a real pair of devices.
# shellcheck shell=dash disable=SC2154

a_device_keeps_what_it_has_and_answers_both_ways() {
	pair
	ip addr add 10.88.0.1/32 dev lo
	remember
	sleeping linux ', "netDevices": {"in0": {"name": "eth0"}}'
	ok rt exec "$tag" ip addr show dev eth0
	has '10.77.0.2/24'
	has 'mtu 1400'
	has '02:00:00:00:00:07'
	has 'UP'
	gone in0 || differs "a device that has moved" "it is still here"
	ok rt exec "$tag" ip route
	has '10.77.0.0/24 dev eth0'
	ok rt exec --cap CAP_NET_ADMIN "$tag" ip route add 10.88.0.0/24 via 10.77.0.1
	soon "an answer of the container" answers 10.77.0.2
	soon "an answer to the container" rt exec --cap CAP_NET_RAW "$tag" ping -c 1 -W 1 10.77.0.1
	ok rt exec --cap CAP_NET_RAW "$tag" ping -c 1 10.88.0.1
	ok rt delete --force "$tag"
	# The pair ends with the container's own network namespace, as the kernel has it.
	soon "the end of the pair" gone out0
}

a_device_in_a_namespace_of_others_stays_there() {
	pair
	others_namespace
	sleeping namespaces "{\"type\": \"mount\"}, {\"type\": \"pid\"}, {\"type\": \"network\", \"path\": \"/proc/$other/ns/net\"}" \
		linux ', "netDevices": {"in0": {}}'
	soon "an answer of the container" answers 10.77.0.2
	ok rt delete --force "$tag"
	ok answers 10.77.0.2
	ok nsenter -t "$other" -n ip addr show dev in0
	has '10.77.0.2/24'
}

a_name_is_chosen_by_the_kernel_on_request() {
	pair
	sleeping linux ', "netDevices": {"in0": {"name": "net%d"}}'
	ok rt exec "$tag" ip addr show dev net0
	has '10.77.0.2/24'
}

a_name_that_is_taken_is_refused() {
	pair
	others_namespace
	nsenter -t "$other" -n ip link add eth0 type veth
	remember
	bundle namespaces "{\"type\": \"mount\"}, {\"type\": \"pid\"}, {\"type\": \"network\", \"path\": \"/proc/$other/ns/net\"}" \
		linux ', "netDevices": {"in0": {"name": "eth0"}}'
	code 1 rt create --bundle bundle "$tag"
	says '/linux/netDevices/in0'
	says 'eth0'
	unchanged
	ok ip addr show dev in0
	has '10.77.0.2/24'
	has 'UP'
}

two_devices_exchange_their_names() {
	pair
	veth out1 in1
	ip addr add 10.78.0.2/24 dev in1
	ip link set in1 up
	sleeping linux ', "netDevices": {"in0": {"name": "in1"}, "in1": {"name": "in0"}}'
	ok rt exec "$tag" ip addr show dev in1
	has '10.77.0.2/24'
	ok rt exec "$tag" ip addr show dev in0
	has '10.78.0.2/24'
}

loopback_is_up() {
	bundle args '["ip", "addr", "show", "dev", "lo"]'
	ok rt run --bundle bundle "$tag"
	has 'LOOPBACK,UP'
	has '127.0.0.1/8'
}
