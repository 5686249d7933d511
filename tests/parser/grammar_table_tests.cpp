// The task table: headers and rows of every column layout (kernel-formats: 2.8), rows with odd names, damaged rows, and
// rows whose header is lost. Rows with figures are real kernels' or the formats document's own examples.
#include <catch2/catch.hpp>
#include <string>

#include "parser/grammar.hpp"
#include "tests/parser/classified.hpp"

using namespace oomwhy;
using oomwhy::test::read;
using C = TaskColumn;

namespace {

const TaskTableLayout t1{{C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::Cpu, C::OomAdj, C::Name}};
const TaskTableLayout t2{{C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::Cpu, C::OomAdj, C::OomScoreAdj, C::Name}};
const TaskTableLayout t3{
    {C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::NrPtes, C::Swapents, C::OomScoreAdj, C::Name}};
const TaskTableLayout t4{
    {C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::NrPtes, C::NrPmds, C::Swapents, C::OomScoreAdj, C::Name}};
const TaskTableLayout t6{
    {C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::PgtablesBytes, C::Swapents, C::OomScoreAdj, C::Name}};
const TaskTableLayout t7{{C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::RssAnon, C::RssFile, C::RssShmem,
                          C::PgtablesBytes, C::Swapents, C::OomScoreAdj, C::Name}};

DecodedTaskRow decode(const std::string& line, const TaskTableLayout& layout) {
  const auto row = decode_task_row(read<TaskRow>(line), layout);
  INFO(line);
  REQUIRE(std::holds_alternative<DecodedTaskRow>(row));
  return std::get<DecodedTaskRow>(row);
}
Damaged decode_damaged(const std::string& line, const TaskTableLayout& layout) {
  const auto row = decode_task_row(read<TaskRow>(line), layout);
  INFO(line);
  REQUIRE(std::holds_alternative<Damaged>(row));
  return std::get<Damaged>(row);
}

}  // namespace

TEST_CASE("a task table's header is read by its columns' names") {
  const std::pair<std::string, TaskTableLayout> cases[] = {
      {"[ pid ]   uid  tgid total_vm      rss cpu oom_adj name", t1},
      {"[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name", t2},
      {"[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name", t3},
      {"[ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name", t4},
      {"[ pid ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name", t6},
      {"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name", t6},
      {"[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name",
       t7},
      // Reflowed text has single blanks, joined lines a newline.
      {"[pid] uid tgid total_vm rss pgtables_bytes swapents oom_score_adj\nname", t6},
      // A column of a patched kernel.
      {"[  pid  ]   uid  tgid total_vm      rss (01)nrss  pgtables_bytes swapents oom_score_adj name",
       {{C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::Unknown, C::PgtablesBytes, C::Swapents, C::OomScoreAdj,
         C::Name}}},
      {"[ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds nr_puds swapents oom_score_adj name",
       {{C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::NrPtes, C::NrPmds, C::NrPuds, C::Swapents, C::OomScoreAdj,
         C::Name}}},
  };
  for (const auto& [line, layout] : cases) {
    const TaskTableHeader header = read<TaskTableHeader>(line);
    CHECK(header.layout == layout);
    CHECK_FALSE(header.cut);
  }
  CHECK(std::holds_alternative<TaskTableTitle>(classify("Tasks state (memory values in pages):")));
}

TEST_CASE("a header that was cut names the columns that are certain") {
  const TaskTableHeader marked =
      read<TaskTableHeader>("[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes sw...");
  CHECK(marked.cut);
  CHECK(marked.layout == TaskTableLayout{{C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::RssAnon, C::RssFile,
                                          C::RssShmem, C::PgtablesBytes}});
  // The last word may go on: "rss" may be the beginning of "rss_anon".
  const TaskTableHeader wrapped = read<TaskTableHeader>("[  pid  ]   uid  tgid total_vm      rss");
  CHECK(wrapped.cut);
  CHECK(wrapped.layout == TaskTableLayout{{C::Pid, C::Uid, C::Tgid, C::TotalVm}});
  CHECK(may_continue(wrapped));
  CHECK(read<Damaged>("[ pid ]   uid").may_continue);
}

TEST_CASE("a row is read by its table's header") {
  const DecodedTaskRow old = decode("[ 1234]    33  1234    54321    12345   3     -17 httpd", t1);
  CHECK(old.pid == 1234);
  CHECK(old.uid == 33);
  CHECK(old.tgid == 1234U);
  CHECK(old.total_vm == Pages{54321});
  CHECK(old.rss == Pages{12345});
  CHECK(old.oom_adj == -17);
  CHECK_FALSE(old.oom_score_adj);
  CHECK_FALSE(old.swapents);
  CHECK_FALSE(old.pgtables_bytes);
  CHECK(old.name == "httpd");

  const DecodedTaskRow el6 = decode("[  545]     0   545     2671      102   0     -17         -1000 udevd", t2);
  CHECK(el6.oom_adj == -17);
  CHECK(el6.oom_score_adj == -1000);
  CHECK_FALSE(el6.nr_ptes);

  const DecodedTaskRow el7 =
      decode("[  545]     0   545     9204       50      20      115             0 systemd-journal", t3);
  CHECK(el7.nr_ptes == Pages{20});
  CHECK(el7.swapents == Pages{115});
  CHECK(el7.oom_score_adj == 0);
  CHECK_FALSE(el7.oom_adj);

  const DecodedTaskRow xenial =
      decode("[24387]     0 24387    27434    25609      57       3        0             0 stress", t4);
  CHECK(xenial.nr_ptes == Pages{57});
  CHECK(xenial.nr_pmds == Pages{3});

  const DecodedTaskRow bookworm =
      decode("[    515] 62583   515    36491      175   192512      116         -1000 systemd-timesyn", t6);
  CHECK(bookworm.pgtables_bytes == Bytes{192512});
  CHECK(bookworm.swapents == Pages{116});
  CHECK(bookworm.oom_score_adj == -1000);

  const DecodedTaskRow trixie = decode(
      "[1055041]     0 1055041  1280029  1262242  1262089      153         7 10272768        2           200 nix-env",
      t7);
  CHECK(trixie.pid == 1055041);
  CHECK(trixie.rss_anon == Pages{1262089});
  CHECK(trixie.rss_file == Pages{153});
  CHECK(trixie.rss_shmem == Pages{7});
  CHECK(trixie.pgtables_bytes == Bytes{10272768});
  CHECK(trixie.swapents == Pages{2});
  CHECK(trixie.oom_score_adj == 200);
  CHECK_FALSE(trixie.cut);
}

TEST_CASE("the number in a column of a patched kernel is skipped") {
  const TaskTableLayout patched{{C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::Unknown, C::PgtablesBytes, C::Swapents,
                                 C::OomScoreAdj, C::Name}};
  const DecodedTaskRow row =
      decode("[  13135]     0 13135   787018   674666   674300  5439488        0             0 a.out", patched);
  CHECK(row.rss == Pages{674666});
  CHECK(row.pgtables_bytes == Bytes{5439488});
  CHECK(row.name == "a.out");
}

TEST_CASE("a uid from 2^31 on is printed negative") {
  CHECK(decode("[   1234]    -2  1234      597      188    24576        0             0 sh", t6).uid == -2);
}

TEST_CASE("the name of a row is all that follows one blank") {
  const std::string names[] = {"bash",
                               "Web Content",
                               "(sd-pam)",
                               "[kworker/0:1]",
                               "]",
                               "[",
                               "1",
                               "0 0 0 0 name",
                               "-5",
                               "  lead",
                               "trailing   ",
                               " ",
                               "Mem-Info:",
                               "a)b (c",
                               "ab,task=x,pid=1",
                               "tab\there",
                               "new\nline",
                               "\x1b[31mred",
                               "99999999999999999999",
                               "\xff\xfe"
                               "bad\x80",
                               "Killed process",
                               "Out of memory:",
                               "..."};
  for (const std::string& name : names) {
    INFO(name);
    CHECK(decode("[    402]     0   402     6930     6824    90112        0             0 " + name, t6).name == name);
    CHECK(decode("[  402]     0   402     6930     6824   3       0 " + name, t1).name == name);
    // Reflowed text has single blanks.
    CHECK(decode("[ 402] 0 402 6930 6824 90112 0 0 " + name, t6).name == name);
    CHECK(decode("[402] 0 402 6930 6824 6000 820 4 90112 0 0 " + name, t7).name == name);
  }
  const DecodedTaskRow nameless =
      decode("[    402]     0   402     6930     6824    90112        0             0 ", t6);
  CHECK(nameless.name.empty());
  CHECK_FALSE(nameless.cut);
}

TEST_CASE("a row that ends early is good for what is certain") {
  const DecodedTaskRow marked =
      decode("[ 483880]  1000 483880    73357    14530    12706     1824         0   180224        ...", t7);
  CHECK(marked.cut);
  CHECK(marked.rss == Pages{14530});
  CHECK(marked.pgtables_bytes == Bytes{180224});
  CHECK_FALSE(marked.swapents);
  CHECK(marked.name.empty());
  // What stands at the very end may be shortened: 6824 may have been 68240.
  CHECK(decode_damaged("[    402]     0   402     6930     6824", t6).may_continue);
  const DecodedTaskRow wrapped = decode("[    402]     0   402     6930     6824    901", t6);
  CHECK(wrapped.rss == Pages{6824});
  CHECK_FALSE(wrapped.pgtables_bytes);
  CHECK(wrapped.cut);
  CHECK(may_continue(classify("[    402]     0   402     6930     6824    901")));
  // No blank for an empty name: then the adj may be shortened as well.
  const DecodedTaskRow bare = decode("[    402]     0   402     6930     6824    90112        0             0", t6);
  CHECK(bare.cut);
  CHECK_FALSE(bare.oom_score_adj);
  CHECK(bare.swapents == Pages{0});
}

TEST_CASE("a row is read as far as a cut header goes") {
  const TaskTableLayout cut{{C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::RssAnon}};
  const DecodedTaskRow row =
      decode("[ 483880]  1000 483880    73357    14530    12706     1824         0   180224        ...", cut);
  CHECK(row.rss_anon == Pages{12706});
  CHECK_FALSE(row.rss_file);
  CHECK(row.cut);
  CHECK(row.name.empty());
}

TEST_CASE("a wrapped row is whole again when its lines are joined") {
  for (const std::string joint : {" ", "\n"}) {
    const DecodedTaskRow row = decode(
        "[   6911]     0  6911    55506      640" + joint + "256      384         0    73728        0             0 dd",
        t7);
    CHECK(row.rss_anon == Pages{256});
    CHECK(row.name == "dd");
    CHECK_FALSE(row.cut);
  }
}

TEST_CASE("rows that cannot be read are damaged, with the reason") {
  struct {
    std::string line, why;
    bool out_of_range;
  } const unreadable[] = {
      {"[   1234]  1000  1234   123456     78x0   131072        0             0 php-fpm", "\"78x0\" is not a number",
       false},
      {"[   1234]  1000  1234   1a4     7890   131072        0             0 php-fpm", "\"1a4\" is not a number",
       false},
      {"[   1234]  1000  1234   99999999999999999999  7890 131072 0 0 php-fpm", "a number is out of range", true},
  };
  for (const auto& each : unreadable) {
    const Damaged damaged = read<Damaged>(each.line);
    CHECK(damaged.kind == "task row");
    CHECK(damaged.why == each.why);
    CHECK(damaged.out_of_range == each.out_of_range);
    CHECK_FALSE(damaged.may_continue);
  }
  const std::pair<std::string, std::string> impossible[] = {
      {"[   1234]  1000  1234  123456  -7890  131072     0      0 php-fpm", "rss cannot be -7890"},
      {"[   1234]  1000  1234  123456  7890  131072     0   70000 php-fpm", "oom_score_adj cannot be 70000"},
      {"[   1234]  1000  -1234  123456  7890  131072     0   0 php-fpm", "tgid cannot be -1234"},
      {"[   1234]  99999999999  1234  123456  7890  131072     0   0 php-fpm", "uid cannot be 99999999999"},
      {"[   1234]  1000  1234  123456  7890  131072   0  x php-fpm", "oom_score_adj is not a number (\"x\")"},
      {"[   1234]  1000  1234  123456  7890  131072   0  php-fpm", "oom_score_adj is not a number (\"php-fpm\")"},
      {"[   1234]  1000  1234  123456  7890  131072   0  99999999999999999999 php", "oom_score_adj is out of range"},
  };
  for (const auto& [line, why] : impossible) CHECK(decode_damaged(line, t6).why == why);
  CHECK(decode_task_row(TaskRow{}, TaskTableLayout{}).index() == 0);  // no layout: nothing is read, nothing breaks
}

TEST_CASE("other lines in brackets are no rows") {
  const std::string lines[] = {"[drm] Initialized i915 1.6.0 20060119 on minor 0",
                               "[1] foo",
                               "[12] 3 files",
                               "[ 1234 ] done",
                               "[1234] 17 33 files were read",
                               "[",
                               "[]",
                               "[ pid ] is a word",
                               "[99999999999]  1000  1234",
                               "[...]",
                               "[2]kdb>",
                               "[ 1234.567890] usb 1-1: new device"};
  for (const std::string& line : lines) {
    INFO(line);
    CHECK(std::holds_alternative<Unrelated>(classify(line)));
  }
}

TEST_CASE("a row alone tells its layout where its values allow no other") {
  struct {
    std::string row;
    std::optional<TaskTableLayout> layout;
  } const cases[] = {
      {"[ 1234]    33  1234    54321    12345   3       0 httpd", t1},
      {"[  545]     0   545     2671      102   0     -17         -1000 udevd", t2},
      // 4 page-table pages map at most 2048 pages, not 64723: the 4 is a CPU.
      {"[12021]  1333 12021   172027    64723   4       0             0 apache2", t2},
      {"[12417]     0 12417   616805   448697    1011        0           666 python", t3},
      {"[  545]     0   545     9204       50      20      115             0 systemd-journal", t3},
      {"[24387]     0 24387    27434    25609      57       3        0             0 stress", t4},
      {"[   1428]     0  1428     2082     2053   327680        0             0 oncealloc2", t6},
      {"[1055128]  1000 1055128   628194     4225     3950      185        90   618496        0           100 Isolated",
       t7},
      {"[    402]     0   402     6930     6824    90112        0             0 0 0 0 0 name", t6},
      {"[    402]     0   402     6930     6824    90112        0             0 1", t6},
      // 8 numbers of a patched kernel, and what is no process.
      {"[  12399]     0 12399  1311306  1311056   262170 10534912        0             0 a.out", std::nullopt},
      {"[      5]     0     0        0        0   3       0 x", std::nullopt},
  };
  for (const auto& each : cases) {
    INFO(each.row);
    CHECK(infer_layout(read<TaskRow>(each.row)) == each.layout);
  }
}

TEST_CASE("columns that a row does not tell apart stay unknown") {
  // 27 may be a CPU or page-table pages; the rest is the same in both layouts.
  const auto layout =
      infer_layout(read<TaskRow>("[12983]     0 12983    13399      230      27        0             0 exe"));
  REQUIRE(layout);
  CHECK(*layout == TaskTableLayout{
                       {C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::Unknown, C::Unknown, C::OomScoreAdj, C::Name}});
  const DecodedTaskRow row =
      decode("[12983]     0 12983    13399      230      27        0           666 exe", *layout);
  CHECK(row.rss == Pages{230});
  CHECK(row.oom_score_adj == 666);
  CHECK_FALSE(row.nr_ptes);
  CHECK_FALSE(row.swapents);
}

TEST_CASE("hostile numbers do not upset the guess") {
  for (const std::string numbers :
       {"9223372036854775807 9223372036854775807 9223372036854775807 9223372036854775807 9223372036854775807 "
        "9223372036854775807 9223372036854775807 9223372036854775807 9223372036854775807 9223372036854775807 x",
        "-9223372036854775808 1 -9223372036854775808 -9223372036854775808 -9223372036854775808 "
        "-9223372036854775808 -9223372036854775808 x",
        "0 5 9223372036854775807 9223372036854775807 -9223372036854775808 -9223372036854775808 -9223372036854775808 x",
        "0 5 9223372036854775807 5 9223372036854775807 9223372036854775807 9223372036854775807 4096 0 0 x"}) {
    CHECK_FALSE(infer_layout(read<TaskRow>("[ 5] " + numbers)) == t7);
  }
}
