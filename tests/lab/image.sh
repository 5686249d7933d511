# Builds what a guest boots from. Sourced by run.
# shellcheck shell=bash

guest_packages=(systemd-sysv dbus udev kmod initramfs-tools python3 earlyoom)

# make_image SUITE KERNEL_PACKAGE FOLDER: FOLDER/{root.ext4,vmlinuz,initrd}, a Debian of systemd, python3, earlyoom and,
# where SUITE has it, systemd-oomd as a package of its own. From the archive's default mirrors; some 400 MB.
make_image() {
  local suite=$1 folder=$3 packages=("${guest_packages[@]}" "$2") here root
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")/guest" && pwd)
  if [ "$suite" != bullseye ]; then packages+=(systemd-oomd); fi
  root=$folder.root
  as_root rm -rf "$root" "$folder.part"
  mkdir -p "$folder.part"
  as_root mmdebstrap --variant=minbase --mode=root --quiet --include="$(IFS=, && echo "${packages[*]}")" \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' --essential-hook="'$here/initramfs.sh' \"\$1\"" \
    --customize-hook="'$here/settle.sh' \"\$1\"" "$suite" "$root"
  as_root cat "$root"/vmlinuz >"$folder.part/vmlinuz"
  as_root cat "$root"/initrd.img >"$folder.part/initrd"
  truncate -s 1200M "$folder.part/root.ext4"
  as_root mkfs.ext4 -q -F -d "$root" "$folder.part/root.ext4"
  as_root rm -rf "$root"
  rm -rf "$folder"
  mv "$folder.part" "$folder"
}
