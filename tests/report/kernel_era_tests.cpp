#include "report/kernel_era.hpp"

#include <catch2/catch.hpp>

#include "tests/report/make_event.hpp"

using namespace oomwhy;

TEST_CASE("a release is read by its version, a RHEL kernel by its build") {
  struct Case {
    const char* release;
    KernelVersion version;
    Vendor vendor;
  };
  for (const Case& c :
       {Case{"6.1.0-56-cloud-amd64", {6, 1, 0}, Vendor::Mainline},
        Case{"5.4.281-sccxz01", {5, 4, 281}, Vendor::Mainline}, Case{"4.7.0-rc7-think+", {4, 7, 0}, Vendor::Mainline},
        Case{"7.2-amd64", {7, 2, 0}, Vendor::Mainline}, Case{"2.6.32-642.6.2.el6.x86_64", {2, 6, 32}, Vendor::El6},
        Case{"2.6.18-128.el5", {2, 6, 18}, Vendor::El5},
        Case{"3.10.0-1160.71.1.el7.x86_64", {3, 10, 1160}, Vendor::El7},
        Case{"4.18.0-147.8.1.el8_1.x86_64", {4, 18, 147}, Vendor::El8},
        Case{"5.14.0-162.el9_1.x86_64", {5, 14, 0}, Vendor::Mainline},
        Case{"5.4.17-2136.el7uek.x86_64", {5, 4, 17}, Vendor::Mainline},
        Case{"6.1.1-1.el7.elrepo.x86_64", {6, 1, 1}, Vendor::Mainline}}) {
    CAPTURE(c.release);
    const auto release = parse_release(c.release);
    REQUIRE(release);
    CHECK(release->version == c.version);
    CHECK(release->vendor == c.vendor);
  }
  for (const char* damaged : {"", "x", "6", "6.", ".1", "generic", "99999999999.1"}) {
    CAPTURE(damaged);
    CHECK_FALSE(parse_release(damaged));
  }
}

TEST_CASE("a printed release names the era, and both where a stable branch changed at an unknown patch") {
  const auto kernels = [](const char* release) {
    OomEvent event;
    event.kernel.release = release;
    std::vector<std::string_view> names;
    for (const ScoringEra& era : fitting_eras(event)) names.push_back(era.kernels);
    return names;
  };
  using Names = std::vector<std::string_view>;
  CHECK(kernels("7.2.12-1-amd64") == Names{"7.0 and later"});
  CHECK(kernels("6.12.117+deb13-amd64") == Names{"6.2 to 6.19"});
  CHECK(kernels("6.1.0-56-cloud-amd64") == Names{"5.9 to 6.1"});
  CHECK(kernels("5.4.0-77-generic") == Names{"5.3 to 5.8", "later 5.4 stable"});
  CHECK(kernels("5.4.291-1") == Names{"later 5.4 stable"});
  CHECK(kernels("5.8.0-1") == Names{"5.3 to 5.8"});
  CHECK(kernels("4.18.0-147.el8.x86_64") == Names{"RHEL 8.0 to 8.2"});
  CHECK(kernels("4.18.0-240.el8.x86_64") == Names{"RHEL 8.3 and later"});
  CHECK(kernels("4.18.0-553.el8_10.x86_64") == Names{"RHEL 8.3 and later", "RHEL 8.4 and later"});
  CHECK(kernels("4.17.3") == Names{"4.17 to 5.0", "4.9 to 4.17"});
  CHECK(kernels("3.10.0-1160.el7.x86_64") == Names{"RHEL 7"});
  CHECK(kernels("3.13.0-135-generic") == Names{"3.10 to 3.13 stable", "3.5 to 3.13"});
  CHECK(kernels("3.2.48-grsec") == Names{"2.6.39 to 3.4"});
  CHECK(kernels("2.6.32-5-amd64") == Names{"2.6.35 and earlier"});
  CHECK(kernels("2.6.32-642.el6.x86_64") == Names{"RHEL 6"});
}

TEST_CASE("a table of later columns than the release had is believed over the release") {
  OomEvent event;
  event.kernel.release = "2.6.32-220.ali878";  // RHEL 6 under another name
  event.table_layout = table_of_2_6_36();
  for (const ScoringEra& era : fitting_eras(event)) CHECK(era.form != ScoreForm::Heuristic);
  REQUIRE_FALSE(fitting_eras(event).empty());
  event.kernel.release = "6.6.0-deepin";  // backported columns, the era's rules all the same
  event.table_layout = table_of_6_8();
  REQUIRE(fitting_eras(event).size() == 1);
  CHECK(fitting_eras(event)[0].kernels == "6.2 to 6.19");
}

TEST_CASE("without a release the lines narrow the candidates") {
  OomEvent event;
  event.table_layout = table_of_4_15();
  const auto candidates = [&event] { return fitting_eras(event).size(); };
  const std::size_t all = candidates();
  event.lines.constraint = 1;  // 5.0 and later
  const std::size_t with_constraint = candidates();
  CHECK(with_constraint < all);
  event.memory.emplace();
  event.memory->kernel_misc_reclaimable = Pages{0};  // 5.15 and later
  CHECK(candidates() == 2);
  event.table_layout = table_of_6_8();
  for (const ScoringEra& era : fitting_eras(event)) CHECK(era.floor == ScoreFloor::None);
}
