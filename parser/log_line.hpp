// One kernel line with its envelope taken off: what normalize hands to grammar. All views point into buffers of the
// stage that produced them and live until that stage is asked for the next line.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace oomwhy {

// Who wrote the line, as far as its source can tell.
enum class Transport {
  Unknown,    // a text file: anyone may have written it
  Kernel,     // /dev/kmsg facility 0, or a journal entry of transport and identifier "kernel"
  Userspace,  // the source says that a process wrote it (syslog tag, facility other than 0, journal transport)
};

// What kind of clock a stamp was read from; the names are the contract's.
enum class Clock {
  Printk,    // seconds since boot, by the kernel when it printed
  Received,  // by the logger when the line reached it, up to half a minute late
  Printed,   // a wall-clock time that stands in the line, author unknown
  Computed,  // by dmesg -T from boot time and uptime; wrong after suspend or clock steps
};

struct Stamp {
  std::optional<std::int64_t> uptime_us;  // the printk clock
  std::optional<std::int64_t>
      realtime_us;  // since the epoch, UTC; only where the zone and the year are printed or given
  // The printed wall clock read as if it were UTC, in some leap year where the year is not printed: good for the
  // distance between two lines of one source, never for saying when something was.
  std::optional<std::int64_t> wall_us;
  std::string_view as_printed;  // the stamp's own characters; empty: the line has none
  Clock clock = Clock::Printk;
};

// The written forms that normalize tells apart.
enum class EnvelopeForm {
  Bare,
  Dmesg,  // every option of util-linux dmesg, serial console
  DmesgJson,
  KmsgRecord,  // /dev/kmsg, netconsole ext
  Syslog3164,
  SyslogIso,  // RFC 3339 stamp, host, tag
  Syslog5424,
  JournalShort,  // all journalctl text forms with one line a record
  JournalVerbose,
  JournalExport,
  JournalJson,
  ContainerJson,  // docker json-file
  ContainerCri,   // kubelet/containerd "TIME stdout F text"
  Pstore,
};

// A journal field; only journal forms have any.
struct Field {
  std::string_view name;
  std::string_view value;
};

struct LogLine {
  std::string_view text;  // kernel text without its envelope, without line end; raw bytes, escapes of the form undone
  Stamp stamp;
  std::string_view host;                    // empty: not printed
  std::string_view identifier;              // syslog tag: "kernel", "systemd", "earlyoom"; empty: not printed
  std::optional<std::uint32_t> sender_pid;  // the number in tag[123]
  std::string_view boot_id;                 // empty: not printed
  std::string_view caller;                  // printk caller id, "T123" or "C0"; empty: not printed
  std::optional<int> priority;              // 0 to 7
  std::optional<int> facility;              // 0 is the kernel
  Transport transport = Transport::Unknown;
  EnvelopeForm form = EnvelopeForm::Bare;
  bool starts_record = true;      // false: a further line of the record before (an embedded newline in one printk)
  bool enveloped = false;         // false: nothing was recognised around the text; it may be the rest of a wrapped line
  std::uint64_t line = 0;         // physical line number in the source, from 1
  std::string_view cursor;        // of a journal entry
  std::span<const Field> fields;  // of a journal entry
};

}  // namespace oomwhy
