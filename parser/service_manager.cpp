#include "parser/service_manager.hpp"

#include <array>
#include <string_view>

#include "parser/scan_text.hpp"

namespace oomwhy {
namespace {

// sd-messages.h; stable since the version named in parser/userland.hpp.
struct MessageId {
  std::string_view id;
  UnitWord word;
};
constexpr std::array kMessageIds{
    MessageId{"fe6faa94e7774663a0da52717891d8ef", UnitWord::OomKilled},
    MessageId{"d989611b15e44c9dbf31e3c81256e4ed", UnitWord::OomdKilled},
    MessageId{"98e322203f7a4ed290d09fe03c09fe15", UnitWord::ProcessExited},
    MessageId{"d9b373ed55a64feb8242e02dbe79a49c", UnitWord::Failed},
    MessageId{"ae8f7b866b0347b9af31fe1c80b127c0", UnitWord::Consumed},
    MessageId{"5eb03494b6584870a536b337290809b3", UnitWord::RestartScheduled},
    MessageId{"39f53479d3a045ac8e11786248231fbf", UnitWord::Started},
    MessageId{"9d1aaa27d60140bd96365438aad20286", UnitWord::Stopped},
    MessageId{"7ad2d189f7e94e70a38c781354912448", UnitWord::Deactivated},
};

std::string_view field(const LogLine& line, std::string_view name) {
  for (const Field& candidate : line.fields) {
    if (candidate.name == name) return candidate.value;
  }
  return {};
}

std::optional<std::uint64_t> number_field(const LogLine& line, std::string_view name) {
  auto value = field(line, name);
  return take_number<std::uint64_t>(value);
}

// The manager itself: its tag in syslog; in a journal the trusted command name, too, so that `logger -t systemd` is
// none.
bool is_manager(const LogLine& line) {
  if (line.identifier != "systemd") return false;
  if (line.fields.empty()) return true;
  const auto comm = field(line, "_COMM");
  return comm == "systemd" || (comm.empty() && field(line, "_PID") == "1");
}

std::optional<UnitWord> word_of_message_id(std::string_view id) {
  for (const MessageId& known : kMessageIds) {
    if (known.id == id) return known.word;
  }
  return std::nullopt;
}

bool ends_in_unit_type(std::string_view unit) {
  constexpr std::array<std::string_view, 8> kTypes{".service", ".scope", ".slice", ".socket",
                                                   ".mount",   ".swap",  ".timer", ".target"};
  for (const auto type : kTypes) {
    if (unit.size() > type.size() && unit.ends_with(type)) return true;
  }
  return false;
}

// "mariadb.service: Main process exited" -> the unit, and the sentence left in `text`.
std::string_view take_unit(std::string_view& text) {
  const auto colon = text.find(": ");
  if (colon == std::string_view::npos || !ends_in_unit_type(text.substr(0, colon))) return {};
  const auto unit = text.substr(0, colon);
  if (unit.find(' ') != std::string_view::npos) return {};
  text.remove_prefix(colon + 2);
  return unit;
}

// "Main process exited, code=killed, status=9/KILL": any of the processes that a unit has, any capitalisation.
std::optional<UnitMessage> read_exit(std::string_view text) {
  const auto exited = text.find(" process exited, code=");
  if (exited > std::string_view("Control").size()) return std::nullopt;  // npos, too
  UnitMessage message{.word = UnitWord::ProcessExited};
  text.remove_prefix(exited + std::string_view(" process exited, code=").size());
  message.exit_code = std::string(text.substr(0, text.find_first_of(", ")));
  if (take_until(text, "status=")) message.exit_status = std::string(text.substr(0, text.find(' ')));
  return message;
}

// "Killing process 375 (sh) with signal SIGKILL.", "Sent signal SIGKILL to main process 330 (api-server) on client
// request."
std::optional<UnitMessage> read_signal(std::string_view text) {
  UnitMessage message;
  if (text.starts_with("Killing process ")) {
    message.word = UnitWord::KillingProcess;
  } else if (text.starts_with("Sen") && text.find(" on client request") != std::string_view::npos) {
    message.word = UnitWord::SignalOnRequest;
  } else {
    return std::nullopt;
  }
  if (const auto at = text.find(" SIG"); at != std::string_view::npos) {
    message.signal = std::string(text.substr(at + 1, text.find_first_of(". ", at + 1) - at - 1));
  }
  auto rest = text;
  if (take_until(rest, "process ")) {
    message.pid = take_number<std::uint32_t>(rest);
    const auto close = rest.rfind(')');
    if (take(rest, " (") && close != std::string_view::npos && close >= 2)
      message.comm = std::string(rest.substr(0, close - 2));
  }
  return message;
}

std::optional<UnitMessage> plain(UnitWord word) { return UnitMessage{.word = word}; }

std::optional<UnitMessage> read_failed(std::string_view text) {
  auto message = plain(UnitWord::Failed);
  if (const auto result = between(text, "Failed with result '", "'")) message->result = std::string(*result);
  return message;
}

std::optional<UnitMessage> read_counted(UnitWord word, std::string_view text, std::string_view before) {
  auto message = plain(word);
  if (take_until(text, before)) message->count = take_number<std::uint64_t>(text);
  return message;
}

std::optional<UnitMessage> read_sentence(std::string_view text) {
  if (text.starts_with("A process of this unit has been killed by the OOM killer") ||
      text.starts_with("The kernel OOM killer killed some processes in this unit")) {
    return plain(UnitWord::OomKilled);
  }
  if (text.starts_with("systemd-oomd killed ")) return read_counted(UnitWord::OomdKilled, text, "systemd-oomd killed ");
  if (text.starts_with("Failed with result '")) return read_failed(text);
  if (text.starts_with("Consumed ")) return plain(UnitWord::Consumed);
  if (text.starts_with("Scheduled restart job"))
    return read_counted(UnitWord::RestartScheduled, text, "restart counter is at ");
  if (text.starts_with("Service hold-off time over, scheduling restart")) return plain(UnitWord::RestartScheduled);
  if (text.starts_with("Start request repeated too quickly")) return plain(UnitWord::StartLimitHit);
  if (text.starts_with("start request repeated too quickly")) return plain(UnitWord::StartLimitHit);
  if (text.starts_with("Deactivated successfully") || text.starts_with("Succeeded."))
    return plain(UnitWord::Deactivated);
  if (text.starts_with("Watchdog timeout")) return plain(UnitWord::WatchdogTimeout);
  if (text.find("timed out. Killing") != std::string_view::npos ||
      text.find("timed out. (Killing)") != std::string_view::npos) {
    return plain(UnitWord::StopTimeout);
  }
  if (auto exit = read_exit(text)) return exit;
  return read_signal(text);
}

// "Started mariadb.service - MariaDB database server." names the unit since 252; before, only its description.
std::string unit_in_job_text(std::string_view text) {
  for (const std::string_view verb : {"Started ", "Stopped "}) {
    if (!take(text, verb)) continue;
    const auto word = text.substr(0, text.find(' '));
    return ends_in_unit_type(word) ? std::string(word) : std::string();
  }
  return {};
}

void add_fields(const LogLine& line, UnitMessage& message) {
  if (const auto unit = field(line, "UNIT"); !unit.empty()) message.unit = std::string(unit);
  if (const auto unit = field(line, "USER_UNIT"); !unit.empty()) {
    message.unit = std::string(unit);
    message.user_manager = true;
  }
  if (const auto result = field(line, "UNIT_RESULT"); !result.empty()) message.result = std::string(result);
  for (const std::string_view name : {"INVOCATION_ID", "USER_INVOCATION_ID"}) {
    if (const auto id = field(line, name); !id.empty()) message.invocation_id = std::string(id);
  }
  if (const auto job = field(line, "JOB_TYPE"); !job.empty()) message.job_type = std::string(job);
  if (const auto peak = number_field(line, "MEMORY_PEAK")) message.memory_peak = Bytes{*peak};
  if (const auto peak = number_field(line, "MEMORY_SWAP_PEAK")) message.memory_swap_peak = Bytes{*peak};
  if (const auto count = number_field(line, "N_RESTARTS")) message.count = count;
  if (const auto count = number_field(line, "N_PROCESSES")) message.count = count;
}

}  // namespace

std::optional<UnitMessage> classify_service_manager(const LogLine& line) {
  if (!is_manager(line)) return std::nullopt;
  auto text = line.text;
  const std::string unit(take_unit(text));
  auto message = unit.empty() ? std::optional<UnitMessage>() : read_sentence(text);
  if (const auto word = word_of_message_id(field(line, "MESSAGE_ID"))) {
    if (!message) message = plain(*word);
    message->word = *word;
  } else if (!message && (text.starts_with("Started ") || text.starts_with("Stopped "))) {
    message = plain(text.starts_with("Started ") ? UnitWord::Started : UnitWord::Stopped);
  }
  if (!message) return std::nullopt;
  message->unit = unit.empty() ? unit_in_job_text(text) : unit;
  message->user_manager = line.fields.empty() ? line.sender_pid.value_or(1) != 1 : false;
  add_fields(line, *message);
  if (message->unit.empty()) return std::nullopt;
  return message;
}

}  // namespace oomwhy
