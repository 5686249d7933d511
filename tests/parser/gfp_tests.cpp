// Names of gfp bits: the composites are those of kernel-formats: 2.1, the single bits those of include/linux/gfp.h.
#include "parser/gfp.hpp"

#include <catch2/catch.hpp>

using namespace oomwhy;
using Names = std::vector<std::string>;

TEST_CASE("printed flags are split in their order") {
  CHECK(split_gfp_flags("GFP_HIGHUSER_MOVABLE|__GFP_COMP|0x200000") ==
        Names{"GFP_HIGHUSER_MOVABLE", "__GFP_COMP", "0x200000"});
  CHECK(split_gfp_flags("GFP_KERNEL") == Names{"GFP_KERNEL"});
  CHECK(split_gfp_flags("").empty());
  // A wrapped line that was joined again.
  CHECK(split_gfp_flags("GFP_HIGHUSER_MOVABLE|__GFP_COMP|\n\n__GFP_ZERO") ==
        Names{"GFP_HIGHUSER_MOVABLE", "__GFP_COMP", "__GFP_ZERO"});
  CHECK(split_gfp_flags("|A||B|") == Names{"A", "B"});
}

TEST_CASE("a mask is named for the kernel that printed it") {
  struct {
    std::string mask, release;
    Names names;
  } const cases[] = {
      {"0xd0", "2.6.18-128.el5", {"GFP_KERNEL"}},
      {"0xd0", "2.6.32-642.el6.x86_64", {"GFP_KERNEL"}},
      {"0xd0", "3.10.0-1160.el7.x86_64", {"GFP_KERNEL"}},
      {"0x201d2", "2.6.18-128.el5", {"GFP_HIGHUSER", "__GFP_COLD"}},
      {"0x280d2", "2.6.18", {"GFP_HIGHUSER", "__GFP_ZERO"}},
      {"0x1200d2", "2.6.26-2-amd64", {"GFP_HIGHUSER_MOVABLE"}},
      {"0x1201d2", "2.6.26-2-amd64", {"GFP_HIGHUSER_MOVABLE", "__GFP_COLD"}},
      {"0x201da", "3.10.0-514.el7.x86_64", {"GFP_HIGHUSER_MOVABLE", "__GFP_COLD"}},
      {"0x280da", "2.6.32-5-amd64", {"GFP_HIGHUSER_MOVABLE", "__GFP_ZERO"}},
      {"0x50", "3.2.0-4-amd64", {"GFP_NOFS"}},
      {"0x84d0", "3.2.0-4-amd64", {"GFP_KERNEL", "__GFP_REPEAT", "__GFP_ZERO"}},
      {"0x26000c0", "4.4.0-210-generic", {"GFP_KERNEL", "__GFP_NOTRACK"}},
      {"0x24200ca", "4.4.262", {"GFP_HIGHUSER_MOVABLE"}},
      {"0x24200ca", "4.9.0-12-amd64", {"GFP_HIGHUSER_MOVABLE"}},
      {"0x24280ca", "4.5.0", {"GFP_HIGHUSER_MOVABLE", "__GFP_ZERO"}},
      {"0x2400040", "4.4.0", {"GFP_NOFS"}},
  };
  for (const auto& each : cases) {
    INFO(each.mask << " " << each.release);
    CHECK(decode_gfp_mask(each.mask, each.release) == each.names);
  }
}

TEST_CASE("without a release a mask is named where all kernels agree") {
  // Up to 4.3 0x10 is __GFP_WAIT; 4.4 comes to the killer only with __GFP_DIRECT_RECLAIM, which 0xd0 lacks.
  CHECK(decode_gfp_mask("0xd0", "") == Names{"GFP_KERNEL"});
  CHECK(decode_gfp_mask("0x201da", "") == Names{"GFP_HIGHUSER_MOVABLE", "__GFP_COLD"});
  CHECK(decode_gfp_mask("0x24200ca", "") == Names{"GFP_HIGHUSER_MOVABLE"});
  // 0x100000 is __GFP_MOVABLE in 2.6.26 and something else in 3.10.
  CHECK(decode_gfp_mask("0x1200d2", "").empty());
  // 0x80000 is nothing in 2.6.18, so only kernels that know it can have printed it.
  CHECK(decode_gfp_mask("0x800d0", "") == Names{"GFP_TEMPORARY"});
}

TEST_CASE("what is not certain has no names") {
  const std::pair<std::string, std::string> cases[] = {
      {"0x0", ""},  // the page fault path
      {"0x0", "3.10.0"},
      {"0x100cca", ""},        // a new kernel's mask whose names were cut off
      {"0x140dca", "3.10.0"},  // not this kernel's
      {"0x6200ca", ""},
      {"0x84d0", ""},                     // page tables up to 4.3 (__GFP_REPEAT), or something else from 5.2 on
      {"0xcc0", "6.1.0-56-cloud-amd64"},  // these kernels print the names
      {"0x14200ca", "4.14.177"},
      {"0x1000d0", "3.10.0-1160.el7.x86_64"},  // __GFP_KMEMCG, or __GFP_ACCOUNT in EL7.9
      {"0x20", "3.10.0"},                      // GFP_ATOMIC never comes to the killer
      {"0xd0", "custom-kernel"},
      {"0xd0", "x"},
      {"", ""},
      {"0x", ""},
      {"d0 ", ""},
      {"0xg0", ""},
      {"0x1000000000000000d0", ""},
      {"-0xd0", ""},
  };
  for (const auto& [mask, release] : cases) {
    INFO(mask << " " << release);
    CHECK(decode_gfp_mask(mask, release).empty());
  }
}
