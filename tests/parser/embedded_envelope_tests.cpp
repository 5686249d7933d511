#include "parser/embedded_envelope.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace oomwhy;

namespace {

struct Case {
  std::string front;
  std::string envelope;
  std::string behind;
};

}  // namespace

TEST_CASE("an envelope in the middle of a line is found with all of its characters") {
  const std::vector<Case> cases = {
      {"CPU: 0 PID: 246 Comm: oom Not tainted 6.0.0+ #27", " [ 5.168021] ", "Hardware name: QEMU"},
      {" [<c011ad45>] __wake_up+0x2a/0x3d", " Nov  2 11:52:13 slesk kernel: ", "oom-killer: gfp_mask=0x200d2"},
      {"cut off", "<6>", "lowmemorykiller: Killing"},
      {"x", " [Tue Nov 12 03:54:03 2025] ", "Mem-Info:"},
      {"x", " 2025-08-12T03:54:03.123456+00:00 host kernel: ", "Mem-Info:"},
      {"x", " [   12.345678] [  T123] ", " <TASK>"},
      {"x", "\t<4>[   12.345678] ", "Mem-Info:"},
  };
  for (const auto& expected : cases) {
    const auto text = expected.front + expected.envelope + expected.behind;
    INFO(text);
    const auto found = find_embedded_envelope(text);
    REQUIRE(found.has_value());
    CHECK(text.substr(found->offset + found->length) == expected.behind);
    CHECK(text.substr(0, found->offset).find_last_not_of(" \t") + 1 == expected.front.size());
  }
  const auto stamped = find_embedded_envelope("x [ 5.168021] [  T12] y");
  REQUIRE(stamped.has_value());
  CHECK(stamped->stamp.uptime_us == 5168021);
  CHECK(stamped->caller == "T12");
  const auto syslog = find_embedded_envelope("x Nov  2 11:52:13 slesk kernel: y");
  REQUIRE(syslog.has_value());
  CHECK(syslog->host == "slesk");
  CHECK(syslog->identifier == "kernel");
}

TEST_CASE("texts of the kernel's have no envelope in them") {
  for (const std::string text :
       {"[  1234]  1000  1234    16432      100      10        0             0 bash", "[   12.345678] at the front",
        "Node 0 DMA: 1*4kB (U) 2*8kB (M) = 20kB", " [<ffffffff8027388c>] oom_kill_process+0x57/0x1dc",
        "Killed process 548 (x) [1]: (y) total-vm:192072kB", "gfp_mask=0x201da(GFP_X), order=0 [1.2] no stamp",
        "Hardware name: VMware, BIOS 6.00 05/22/2020", "Not tainted 2.6.26 #1 Nov", "< 6>", "a <b> c", "<>", "",
        "Jan is no month here: 1", "x [ 99999999999999.123456] y"}) {
    INFO(text);
    CHECK_FALSE(find_embedded_envelope(text).has_value());
  }
}
