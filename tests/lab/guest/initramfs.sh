#!/bin/sh
# initramfs.sh ROOT: an initramfs of the three modules that a guest's root needs, written before the kernel is installed.
set -eu
mkdir -p "$1/etc/initramfs-tools/conf.d"
echo MODULES=list >"$1/etc/initramfs-tools/conf.d/lab"
printf 'virtio_pci\nvirtio_blk\next4\n' >"$1/etc/initramfs-tools/modules"
