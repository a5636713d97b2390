# What only the cases of checkpoint.sh need.
# shellcheck shell=dash disable=SC2154,SC2034

# need_criu: that works with this kernel.
need_criu() {
	local said
	command -v criu >/dev/null || skip "there is no criu"
	said=$(criu check 2>&1) || skip "criu does not work with this kernel: $(echo "$said" | head -n 1)"
}

# need_program NAME
need_program() {
	command -v "$1" >/dev/null || skip "there is no $1"
}

# counter [PART JSON]...: a bundle whose program counts in /tmp/count, five times a second.
counter() {
	bundle args '["sh", "-c", "i=0; while sleep 0.2; do i=$((i + 1)); echo $i >/tmp/count; done"]' "$@"
}

# runs: a container of ./bundle that runs.
runs() {
	ok rt run --detach --bundle bundle "$tag"
}

# count: sets `counted` to where the counter is.
count() {
	counted=$(rt exec "$tag" cat /tmp/count)
	[ -n "$counted" ]
}

# counts_beyond N
counts_beyond() {
	count && [ "$counted" -gt "$1" ]
}

# keeps_counting: it goes on from `counted`.
keeps_counting() {
	local before=$counted
	count
	[ "$counted" -ge "$before" ] || differs "a count of at least $before" "$counted"
	soon "the counter to go on" counts_beyond "$counted"
}

# dumped [OPTION...]: an image ./image.
dumped() {
	ok rt checkpoint --image-path image "$@" "$tag"
}

# restored [OPTION...]
restored() {
	ok rt restore --detach --bundle bundle --image-path image "$@" "$tag"
}

# pid_of_container
pid_of_container() {
	rt state "$tag" | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p'
}

# fake_criu PERL: a ./bin/criu that has read one request into $_, and does this.
fake_criu() {
	command -v perl >/dev/null || skip "there is no perl"
	mkdir -p bin
	cat >bin/criu <<-END
		#!$(command -v perl)
		open(S, "+<&=", 3) or die;
		sysread(S, \$_, 65536);
		$1
	END
	chmod 755 bin/criu
	PATH=$PWD/bin:$PATH
}

# version_answer MAJOR MINOR: perl that sends it.
version_answer() {
	printf 'syswrite(S, "\\x08\\x0a\\x10\\x01\\x52\\x04\\x08\\x%02x\\x10\\x%02x");' "$1" "$2"
}

# gone: there is no such container.
gone() {
	! rt state "$tag"
}

# connected: a bundle with two processes that talk by TCP.
connected() {
	need_program iptables-restore
	bundle args '["sh", "-c", "(sleep 1000 | busybox nc -l -p 5000 | (n=0; while read x; do n=$((n + 1)); echo $n >/tmp/count; done)) & sleep 1; (while sleep 0.2; do echo word; done) | busybox nc 127.0.0.1 5000"]'
	runs
	soon "the connection" counts_beyond 1
}

# console NAME: a socket ./NAME, and what is read from the terminal that comes to it, in NAME.out.
console() {
	[ "$(uname -m)" = x86_64 ] || skip "recvmsg is known by its number on x86_64 alone"
	perl -MSocket -e '
		socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un($ARGV[0])) && listen(S, 1) && accept(C, S) or die;
		($data, $control) = ("\0" x 16, "\0" x 24);
		$part = pack("PQ", $data, 16);
		$message = pack("QQPQPQQ", 0, 0, $part, 1, $control, 24, 0);
		syscall(47, fileno(C), $message, 0) > 0 or die;
		open(F, "+<&=", unpack("x16l", $control)) or die;
		syswrite(STDOUT, $_) while sysread(F, $_, 4096)' "$1" >"$1.out" &
	soon "the socket" test -S "$1"
}

# elsewhere: the bundle has another cgroup from now on.
elsewhere() {
	cgroup="\"/${house##*/}/$tag-elsewhere\""
	mkdir -p image
	bundle
}
