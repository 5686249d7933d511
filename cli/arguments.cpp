#include "cli/arguments.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/boot_choice.hpp"

namespace oomwhy {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

Error unknown_option(std::string option) { return {std::move(option), "no such option", "oomwhy --help"}; }
Error needs_value(std::string option) { return {std::move(option), "needs a value", "oomwhy --help"}; }

class Splitter {
 public:
  Splitter(const std::vector<std::string>& argv, const OptionTable& table) : argv_(argv), table_(table) {}

  Result<Arguments> run() {
    while (at_ < argv_.size()) {
      const std::string& word = argv_[at_++];
      if (const auto error = take(word)) return *error;
    }
    return arguments_;
  }

 private:
  using Failure = std::optional<Error>;

  Failure take(const std::string& word) {
    if (only_words_ || word == "-" || !word.starts_with('-')) return take_word(word);
    if (word == "--") {
      only_words_ = true;
      return std::nullopt;
    }
    return word.starts_with("--") ? take_long(word) : take_bundle(word);
  }

  Failure take_word(const std::string& word) {
    if (const auto command = arguments_.words.empty() && !only_words_ ? as_command(word) : std::nullopt) {
      if (!arguments_.command) {
        arguments_.command = command;
        return std::nullopt;
      }
    }
    if (arguments_.words.empty() && !arguments_.command && !only_words_ && is_reserved(word)) {
      return Error{word, "no such command in this version",
                   "oomwhy --help (a process of this name: oomwhy explain " + word + ")"};
    }
    arguments_.words.push_back(word);
    return std::nullopt;
  }

  Failure take_long(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const auto takes = name.size() > 1 ? table_(name) : std::nullopt;
    if (!takes) return unknown_option("--" + name);
    if (equals != std::string::npos) {
      if (*takes == TakesValue::Never) return Error{"--" + name, "takes no value", "oomwhy --help"};
      if (equals + 1 == word.size() && *takes != TakesValue::Boot) return needs_value("--" + name);
      arguments_.options.push_back(word);
      return std::nullopt;
    }
    return take_value("--" + name, "--" + name + "=", *takes);
  }

  // "-ab", "-n5", "-b-1": flags up to the first letter that takes a value; the rest of the word is that value.
  Failure take_bundle(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const std::string option = std::string("-") + word[i];
      const auto takes = table_(option.substr(1));
      if (!takes) return is_number(word.substr(1)) ? last_hint(word) : unknown_option(option);
      if (option == "-1") {
        arguments_.options.push_back("-n1");
        continue;
      }
      if (*takes == TakesValue::Never) {
        arguments_.options.push_back(option);
        continue;
      }
      const std::string prefix = *takes == TakesValue::Boot ? "--boot=" : option;
      if (i + 1 == word.size()) return take_value(option, prefix, *takes);
      arguments_.options.push_back(prefix + word.substr(i + 1));
      return std::nullopt;
    }
    return std::nullopt;
  }

  static Error last_hint(const std::string& word) {
    return {word, "no such option; -1 is the last incident",
            "-n " + word.substr(1) + " for the last " + word.substr(1)};
  }

  Failure take_value(const std::string& option, const std::string& prefix, TakesValue takes) {
    const bool more = at_ < argv_.size();
    switch (takes) {
      case TakesValue::Never:
        arguments_.options.push_back(option);
        return std::nullopt;
      case TakesValue::Boot:
        arguments_.options.push_back(more && looks_like_boot(argv_[at_]) ? "--boot=" + argv_[at_++] : "--boot=0");
        return std::nullopt;
      case TakesValue::Redaction:
        arguments_.options.push_back(option + "=all");
        return std::nullopt;
      case TakesValue::Always:
        if (!more || argv_[at_].empty()) return needs_value(option);
        arguments_.options.push_back(prefix + argv_[at_++]);
        return std::nullopt;
    }
    return std::nullopt;
  }

  static std::optional<Command> as_command(std::string_view word) {
    const auto named = std::find_if(kCommands.begin(), kCommands.end(),
                                    [&](Command command) { return word == command_name(command); });
    return named == kCommands.end() ? std::nullopt : std::optional(*named);
  }
  // Commands of a later version: never taken for the name of a process.
  static bool is_reserved(std::string_view word) { return word == "help"; }

  const std::vector<std::string>& argv_;
  const OptionTable& table_;
  std::size_t at_ = 0;
  bool only_words_ = false;
  Arguments arguments_;
};

}  // namespace

std::string_view command_name(Command command) {
  switch (command) {
    case Command::Explain:
      return "explain";
    case Command::List:
      return "list";
    case Command::Report:
      return "report";
    case Command::Advise:
      return "advise";
    case Command::Scan:
      return "scan";
    case Command::Doctor:
      return "doctor";
  }
  return {};
}

Result<Arguments> split_arguments(const std::vector<std::string>& argv, const OptionTable& table) {
  return Splitter(argv, table).run();
}

bool names_input(std::string_view word) {
  static constexpr std::array<std::string_view, 11> kEndings = {".log", ".txt", ".json", ".journal", ".gz", ".xz",
                                                                ".zst", ".bz2", ".lz4",  ".tar",     ".tgz"};
  if (word == "-" || word.find('/') != std::string_view::npos) return true;
  if (std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view end) { return word.ends_with(end); })) {
    return true;
  }
  // "kern.log.1", but not "python3.11".
  return word.size() > 2 && word[word.size() - 2] == '.' && is_digit(word.back());
}

}  // namespace oomwhy
