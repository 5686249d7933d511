#include "cli/help.hpp"

#include <string_view>

namespace oomwhy {
namespace {

constexpr std::string_view kOverview = R"(usage: oomwhy [COMMAND] [OPTION...] [INPUT...] [MATCH...]

Explains Linux OOM kills: what was killed, what caused it, what to set.

  explain   the full story of the latest incident (the default command)
  list      one line an incident
  report    the story as Markdown for a ticket
  advise    systemd drop-ins, and who would have died under other settings
  scan      what is new since the last scan: for a timer, and for fleets
  doctor    can this host explain its next OOM kill, is its policy sane

INPUT is a word with "/" or an ending such as .log .txt .json, or "-"; without
any: standard input if something is piped in, else the logs of this machine.
MATCH is an incident's id, a PID, a process name, a unit, or FIELD=VALUE (unit
comm pid uid scope killer host boot cause).

  dmesg | oomwhy                  the latest kill in a log
  oomwhy list /var/log/kern.log   every kill in it
  oomwhy -b -1 mariadb.service    of the boot before this one, of that unit

Options: oomwhy COMMAND --help. Version: oomwhy --version.
Exit status: 0 found, 1 nothing found, 2 usage, 3 an input was unreadable.
)";

// Every command takes these.
constexpr std::string_view kCommon = R"(
  -i, --input=FILE      read FILE or a folder, "-" is standard input; repeatable
      --file=JOURNAL  -D, --directory=DIR  --root=DIR  -M, --machine=NAME
      --namespace=NS  -m, --merge  as in journalctl    --kmsg  the ring buffer
      --assume-timezone=ZONE  --assume-year=YEAR  --host=NAME    what it lacks
  -b, --boot[=ID][±N]   of one boot: -b this one, -b -1 the one before, all
  -S, --since=TIME  -U, --until=TIME   -2h, today, "2025-11-18 03:00", @EPOCH
  -u, --unit=UNIT       of this unit (shell pattern)
      --scope=SCOPE     host, cgroup, cpuset, memory_policy
      --killer=NAME     kernel, systemd-oomd, earlyoom, ...
  -a, --all   -n N   -1   every one, the last N, the last   -r, --reverse
)";

constexpr std::string_view kScan = R"(usage: oomwhy scan [OPTION...] [FOLDER|FILE|-...]

One summary of what is new in journals and in folders of plain, rotated and
compressed logs; one line where nothing is. "-": one log in, JSON lines out.

  -i, --input=FILE      a folder or file; repeatable. Without any input: the
                        journal of this machine, else its logs in /var/log
      --file=JOURNAL  -D, --directory=DIR  --root=DIR  -M, --machine=NAME
      --namespace=NS  -m, --merge              journals, as journalctl spells it
      --assume-timezone=ZONE  --assume-year=YEAR  --host=NAME    what it lacks
      --cursor-file=FILE    go on where the last scan with this FILE ended
      --textfile=FILE       counters for node_exporter's textfile collector
      --fail-on=none|incident|loop   what makes the exit status 1
      --jobs=N              sources read at once
      --redact[=none|cmdline|all]  --redact-key=FILE   placeholders for names
      --conf=FILE       in place of /etc/oomwhy.conf
  -o, --output=FORMAT   text, json-lines
      --color=auto|always|never   --no-pager
  -q, --quiet           print nothing where there is nothing to tell
  -h, --help   --version

Exit status: 0 complete, 1 --fail-on holds, 2 usage, 3 something unread.
)";

constexpr std::string_view kDoctor = R"(usage: oomwhy doctor [OPTION...]

Can this host explain its next OOM kill, and is its policy sane? Reads only;
each finding comes with the command that mends it.

      --root=DIR        another root: a mounted image, a container's files
  -o, --output=FORMAT   text, json
      --color=auto|always|never   --no-pager
  -q, --quiet           print nothing where there is no finding
  -h, --help   --version

Exit status: 0 no finding, 1 findings, 2 usage, 3 DIR is unreadable.
)";

constexpr std::string_view kDisplay = R"(      --color=auto|always|never   --no-pager   --utc   -q, --quiet
      --show-evidence   the log lines behind each sentence
      --redact[=none|cmdline|all]  --redact-key=FILE   placeholders for names
      --conf=FILE       in place of /etc/oomwhy.conf
  -h, --help   --version
)";

std::string_view usage_of(Command command) {
  switch (command) {
    case Command::Explain:
      return "usage: oomwhy [explain] [OPTION...] [INPUT...] [MATCH...]\n\n"
             "The full story of the latest incident that matches.\n";
    case Command::List:
      return "usage: oomwhy list [OPTION...] [INPUT...] [MATCH...]\n\n"
             "One line an incident, oldest first.\n";
    case Command::Report:
      return "usage: oomwhy report [OPTION...] [INPUT...] [MATCH...]\n\n"
             "The latest incident that matches as Markdown: the same text from the same log.\n";
    case Command::Advise:
      return "usage: oomwhy advise [OPTION...] [INPUT...] [MATCH...]\n\n"
             "Settings for the latest incident that matches. Never applies anything.\n";
    case Command::Scan:
      return kScan;
    case Command::Doctor:
      return kDoctor;
  }
  return {};
}

std::string_view formats_of(Command command) {
  if (command == Command::Advise) {
    return "      --what-if=UNIT|COMM|PID:SETTING=VALUE   who would have died; repeatable\n"
           "      --out=DIR  --force   drop-ins as files; overwrite what is there\n"
           "      --for=KIND        upstart nosh openrc runit wrapper cgexec choom docker\n"
           "                        kubernetes: the same settings in their words\n"
           "  -o, --output=FORMAT   text, json, json-lines\n";
  }
  if (command == Command::Explain) {
    return "      --follow          wait for the next, in the journal or --kmsg\n"
           "  -o, --output=FORMAT   text, full, markdown, json, json-lines\n";
  }
  return "  -o, --output=FORMAT   text, full, markdown, json, json-lines\n";
}

}  // namespace

std::string help_text(std::optional<Command> command) {
  if (!command) return std::string(kOverview);
  std::string text(usage_of(*command));
  if (*command == Command::Doctor || *command == Command::Scan) return text;
  return text.append(kCommon).append(formats_of(*command)).append(kDisplay);
}

std::string version_text() { return "oomwhy " OOMWHY_VERSION "\n"; }

}  // namespace oomwhy
