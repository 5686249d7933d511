// Undoes what printk, dmesg, rsyslog and terminals did to bytes on their way into a log. Each returns its argument when
// there is nothing to undo, else a view into `scratch`.
#pragma once

#include <string>
#include <string_view>

namespace oomwhy {

// /dev/kmsg and netconsole ext: every "\xHH" is a byte (kernel/printk/printk.c: msg_add_ext_text()).
std::string_view undo_kmsg_escapes(std::string_view text, std::string& scratch);

// dmesg writes "\xHH" only for bytes that cannot be printed (util-linux sys-utils/dmesg.c: safe_fwrite()), so a "\x2d"
// of a systemd unit's name, a backslash of the kernel's own, stays. So do those in cgroup paths, where systemd writes
// bytes beyond ASCII in the same way.
std::string_view undo_dmesg_escapes(std::string_view text, std::string& scratch);

// rsyslog and sysklogd: "#012" is a newline, "#033" an escape. "#134-Ubuntu" is a build number and stays.
std::string_view undo_octal_escapes(std::string_view text, std::string& scratch);

// Terminal colours (ECMA-48 SGR and "erase to end of line"), as dmesg, journalctl and grep --color write them.
// A line that only such a tool can have coloured: a process's name may hold the same sequences.
bool is_coloured(std::string_view line);
std::string_view without_colour(std::string_view text, std::string& scratch);

}  // namespace oomwhy
