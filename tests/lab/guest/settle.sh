#!/bin/sh
# settle.sh ROOT: the guest keeps its journal, runs the lab at boot, and starts nothing that a scenario did not ask for.
set -eu
echo guest >"$1/etc/hostname"
: >"$1/etc/machine-id"
echo '/dev/vda / ext4 defaults,noatime 0 1' >"$1/etc/fstab"
mkdir -p "$1/var/log/journal" "$1/opt/lab"
for unit in earlyoom.service systemd-oomd.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
  e2scrub_all.timer e2scrub_reap.service fstrim.timer; do
  chroot "$1" systemctl disable "$unit" >/dev/null 2>&1 || true
done
cat >"$1/etc/systemd/system/lab.service" <<'UNIT'
[Unit]
Description=What this guest was booted for
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'tar -xf /dev/vdb -C /opt/lab && exec python3 /opt/lab/start.py'
OOMScoreAdjust=-1000
TimeoutStartSec=infinity
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
[Install]
WantedBy=multi-user.target
UNIT
chroot "$1" systemctl enable lab.service >/dev/null 2>&1
