// Values of the contract: text, sizes, times, places, names.
#include <nettle/base64.h>
#include <nlohmann/json.hpp>

#include <limits>

#include "report/format.hpp"
#include "report/json_parts.hpp"

namespace oomwhy::json {

std::string base64(std::string_view raw) {
  std::string text(BASE64_ENCODE_RAW_LENGTH(raw.size()), '\0');
  base64_encode_raw(text.data(), raw.size(), reinterpret_cast<const std::uint8_t*>(raw.data()));
  return text;
}

Json text(std::string_view raw) { return to_utf8(raw); }
Json text_or_null(const std::string& raw) { return raw.empty() ? Json(nullptr) : text(raw); }
Json text_or_null(const std::optional<std::string>& raw) { return raw ? text(*raw) : Json(nullptr); }

Json size_or_null(const std::optional<Bytes>& size) { return size ? Json(size->count) : Json(nullptr); }
Json size_or_null(const std::optional<Kibibytes>& size) { return size ? Json(to_bytes(*size).count) : Json(nullptr); }
Json size_or_null(const std::optional<Pages>& size, PageSize page) {
  return size ? Json(to_bytes(*size, page).count) : Json(nullptr);
}

Json time(const Time& time) {
  const std::optional<std::string> realtime = time.realtime_us ? format_rfc3339(*time.realtime_us) : std::nullopt;
  const bool stamped = time.realtime_us || time.uptime_us || !time.as_printed.empty();
  Json object;
  object["realtime"] = text_or_null(realtime);
  object["uptime_seconds"] = time.uptime_us ? Json(static_cast<double>(*time.uptime_us) / 1e6) : Json(nullptr);
  object["as_printed"] = text_or_null(time.as_printed);
  object["clock"] = stamped ? Json(spell(time.clock)) : Json(nullptr);
  object["certainty"] = stamped ? Json(spell(time.certainty)) : Json(nullptr);
  return object;
}
Json time_or_null(const std::optional<Time>& value) { return value ? time(*value) : Json(nullptr); }

Json origin_or_null(const Origin& origin) {
  if (origin.source.empty() && origin.line == 0 && origin.cursor.empty()) return nullptr;
  Json object;
  object["source"] = text_or_null(origin.source);
  object["line"] = origin.line == 0 ? Json(nullptr) : Json(origin.line);
  object["cursor"] = text_or_null(origin.cursor);
  return object;
}

std::optional<std::int64_t> unsigned_uid(const std::optional<std::int64_t>& uid) {
  const bool wrapped = uid && *uid < 0 && *uid >= std::numeric_limits<std::int32_t>::min();
  return wrapped ? static_cast<std::uint32_t>(*uid) : uid;
}
Json uid_or_null(const std::optional<std::int64_t>& uid) { return number_or_null(unsigned_uid(uid)); }

void set_name(Json& object, const std::string& key, const std::optional<std::string>& raw) {
  object[key] = text_or_null(raw);
  if (raw && !is_valid_utf8(*raw)) object[key + "_bytes"] = base64(*raw);
}

}  // namespace oomwhy::json
