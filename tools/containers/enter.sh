#!/bin/sh
# Runs dockerd in the folder ROOT. Called under unshare with namespaces of its own, so that mounts,
# bridges and firewall rules of the engine are gone with its process.
set -eu
root=$1
mount --make-rprivate /
# dockerd and runc need a real root: after a chroot, exec would enter the host's mount namespace.
mount --bind "$root" "$root"
cd "$root"
mount --rbind /dev dev
mount -t proc proc proc
mount -t sysfs sysfs sys
mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mkdir -p host
pivot_root . host
umount -l host
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec dockerd --cgroup-parent=/fx-rates-containers --exec-opt native.cgroupdriver=cgroupfs \
  --storage-driver=overlay2 --bip=172.29.0.1/24 \
  --default-address-pool=base=172.30.0.0/16,size=24 --log-level=warn
