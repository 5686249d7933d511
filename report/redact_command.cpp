#include "report/redact_command.hpp"

#include <string_view>

#include "report/redact_fields.hpp"

namespace oomwhy {
namespace {

// The words of a command: names of options and commands stay, their values are read by what they are values of.
class CommandWords {
 public:
  explicit CommandWords(WordRedactor& words) : words_(words) {}

  std::string redact(const std::string& word) {
    const std::string prefix = word.substr(0, prefix_length(word));
    const std::string& option = prefix.empty() ? option_before_ : prefix;
    const std::string value = word.substr(prefix.size());
    option_before_ = value.empty() ? word : "";
    return value.empty() ? word : prefix + redact_value(option, value);
  }

 private:
  // "--host=", "-i" of "-ikern.log", "unit=" of a MATCH; all of an option whose value is the next word.
  static std::size_t prefix_length(const std::string& word) {
    const auto equals = word.find('=');
    if (word.starts_with("--")) return equals == std::string::npos ? word.size() : equals + 1;
    if (word.size() > 1 && word.front() == '-')
      return std::string_view("iDMuSUbno").find(word[1]) == std::string::npos ? word.size() : 2;
    const bool field = equals != std::string::npos && word.find_first_of("/.") > equals;
    return field && equals + 1 < word.size() ? equals + 1 : 0;
  }

  std::string redact_value(const std::string& option, const std::string& value) {
    for (const char* name : {"--host", "--machine", "-M", "host="}) {
      if (option.starts_with(name)) return words_.host(value);
    }
    const bool assumption = option.starts_with("--what-if");
    if (assumption || option.starts_with("-u") || option.starts_with("--unit") || option.starts_with("unit=")) {
      return words_.name(value);
    }
    const std::string named = words_.name(value);
    const bool unit = value.find('/') == std::string::npos && words_.component(value) == named;
    return unit || value.find_first_of("/.") == std::string::npos ? named : redact_source(value, words_);
  }

  WordRedactor& words_;
  std::string option_before_;
};

}  // namespace

void redact_command(std::vector<std::string>& command, WordRedactor& words) {
  CommandWords command_words(words);
  for (std::string& word : command) word = command_words.redact(word);
}

}  // namespace oomwhy
