#!/bin/sh
# usage: bootstrap.sh WORK [MIRROR]
# Makes WORK/rootfs.tar, a small Debian bookworm with WORK/overlay laid over it. Without MIRROR the
# packages come from debootstrap's default. Runs in a mount namespace of its own, so that what
# debootstrap mounts is gone with it, however it ends.
set -eu
work=$1
mirror=${2:-}
root=$work/root
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive
unset TMPDIR
umask 022

debootstrap --variant=minbase --include=ca-certificates bookworm "$root" ${mirror:+"$mirror"}
default=$(awk '$1 == "deb" { print $2; exit }' "$root/etc/apt/sources.list")
rm "$root/etc/apt/sources.list"
cp -R "$work/overlay/." "$root/"
sources=$root/etc/apt/sources.list.d/debian.list
if [ ! -e "$sources" ]; then
  # Debian's default mirror serves the security suite beside the main archive.
  printf 'deb %s %s main\n' "$default" bookworm "$default" bookworm-updates \
    "$default-security" bookworm-security > "$sources"
fi

chroot "$root" update-ca-certificates
chroot "$root" apt-get update
chroot "$root" apt-get upgrade -y
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/cache/debconf/*-old \
  "$root"/tmp/* "$root"/etc/resolv.conf "$root"/etc/hostname
find "$root/var/log" "$root/usr/share/info" "$root/usr/share/man" -type f -delete
find "$root/usr/share/doc" -type f ! -name copyright -delete
find "$root/usr/share/doc" -type d -empty -delete
find "$root/usr/share/locale" -mindepth 1 -maxdepth 1 ! -name locale.alias -exec rm -r {} +
tar --numeric-owner --exclude='./dev/*' -C "$root" -cf "$work/rootfs.tar" .
