# The image of all cases: busybox, three users, what is no program, and one that waits.
# shellcheck shell=bash disable=SC1090,SC1091,SC2154  # variables are shared with who sources this

# make_root_file_system FOLDER
make_root_file_system() {
	local root=$1 applet
	mkdir -p "$root"/{bin,sbin,dev,proc,sys,etc,tmp,root,home/tester,usr/bin,var/lib}
	chmod 1777 "$root/tmp"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for applet in $(busybox --list); do
		[[ $applet = busybox ]] || ln -s busybox "$root/bin/$applet"
	done
	cat >"$root/etc/passwd" <<-END
		root:x:0:0:root:/root:/bin/sh
		tester:x:1000:1000:a user:/home/tester:/bin/sh
		stranger:x:2000:2000:another:/nowhere:/bin/sh
	END
	printf 'root:x:0:\ntester:x:1000:\nhelpers:x:3000:tester\nstranger:x:2000:\n' >"$root/etc/group"
	chown -R 1000:1000 "$root/home/tester"
	echo 'no program' >"$root/bin/not-executable"
	echo 'neither an ELF file nor a script' >"$root/bin/no-format"
	printf '#!/no/such/interpreter\n' >"$root/bin/no-interpreter"
	cat >"$root/bin/soon" <<-'END'
		#!/bin/sh
		# soon COMMAND...: tries until it succeeds, at most 10 s long.
		tries=0
		until "$@"; do
			[ $((tries += 1)) -lt 200 ] || exit 1
			usleep 50000
		done
	END
	chmod 755 "$root/bin/soon" "$root/bin/no-format" "$root/bin/no-interpreter"
	chmod 644 "$root/bin/not-executable"
}

# docker_archive ROOT NAME FILE: an image as `docker save` writes it, which needs no tool but tar.
docker_archive() {
	local folder digest
	folder=$(mktemp -d "$house/archive.XXXXXX")
	tar -C "$1" --numeric-owner -cf "$folder/layer.tar" .
	digest=$(sha256sum "$folder/layer.tar" | cut -d' ' -f1)
	cat >"$folder/config.json" <<-END
		{"architecture": "amd64", "os": "linux",
		 "config": {"Cmd": ["sh"], "Env": ["PATH=/usr/bin:/bin:/sbin"]},
		 "rootfs": {"type": "layers", "diff_ids": ["sha256:$digest"]}}
	END
	printf '[{"Config": "config.json", "RepoTags": ["%s"], "Layers": ["layer.tar"]}]\n' "$2" >"$folder/manifest.json"
	tar -C "$folder" -cf "$3" manifest.json config.json layer.tar
	rm -r "$folder"
}
