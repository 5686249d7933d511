// Refused allocations, in the words of the kernel's versions and of programs.
#include "parser/allocation_refused.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "parser/scanner.hpp"

using namespace oomwhy;

namespace {

LogLine said_by(std::string_view identifier, std::string_view text, Transport transport = Transport::Unknown) {
  LogLine line;
  line.identifier = identifier;
  line.text = text;
  line.transport = transport;
  return line;
}

std::optional<AllocationRefused> kernel_said(std::string_view text, Transport transport = Transport::Kernel) {
  return classify_refusal(said_by("kernel", text, transport));
}

}  // namespace

// mm/util.c of 6.1, as quoted on lkml in February 2023, and of 6.10.
TEST_CASE("the kernel's overcommit accounting names the process it refused, and since 6.10 the size") {
  const auto old = kernel_said("__vm_enough_memory: pid: 3450, comm: xz, no enough memory for the allocation");
  REQUIRE(old);
  CHECK(old->by == RefusedBy::Overcommit);
  CHECK(old->pid == 3450U);
  CHECK(old->program == "xz");
  CHECK_FALSE(old->size);
  const auto now = kernel_said(
      "__vm_enough_memory: pid: 18440, comm: ssh, bytes: d, bytes: 1073741824 not enough memory for the allocation");
  REQUIRE(now);
  CHECK(now->program == "ssh, bytes: d");
  CHECK(now->size == Bytes{1073741824});
}

// mm/mmap.c since 4.5.
TEST_CASE("a data limit that refused is told from one that boot options let pass") {
  const auto refused = kernel_said(
      "mmap: top (x) (795): VmData 516096 exceed data ulimit 512000. Update limits or use boot option "
      "ignore_rlimit_data.");
  REQUIRE(refused);
  CHECK(refused->by == RefusedBy::DataLimit);
  CHECK(refused->program == "top (x)");
  CHECK(refused->pid == 795U);
  CHECK(refused->size == Bytes{516096});
  CHECK(refused->limit == Bytes{512000});
  CHECK_FALSE(kernel_said("mmap: top (795): VmData 516096 exceed data ulimit 512000. Update limits."));
  CHECK_FALSE(kernel_said("mmap: top (795): VmData 516096 exceed data ulimit 512000. Will be forbidden soon."));
}

TEST_CASE("damaged refusals of the kernel are none") {
  for (const char* text :
       {"__vm_enough_memory: pid: , comm: xz, no enough memory for the allocation",
        "__vm_enough_memory: pid: 3450, comm: xz, bytes: 12", "__vm_enough_memory: pid: 3450, comm: xz",
        "__vm_enough_memory: pid: 99999999999, comm: xz, no enough memory for the allocation",
        "mmap: top: VmData 1 exceed data ulimit 2. Update limits or use boot option ignore_rlimit_data.",
        "mmap: top (795): VmData x exceed data ulimit 2. Update limits or use boot option ignore_rlimit_data."}) {
    CAPTURE(text);
    CHECK_FALSE(kernel_said(text));
  }
}

TEST_CASE("a process that writes the kernel's words is not the kernel") {
  const char* text = "__vm_enough_memory: pid: 3450, comm: xz, no enough memory for the allocation";
  CHECK_FALSE(kernel_said(text, Transport::Userspace));
  CHECK_FALSE(classify_refusal(said_by("logger", text)));
  CHECK(kernel_said(text, Transport::Unknown));
  CHECK(classify_refusal(said_by("", text)));  // dmesg
}

TEST_CASE("a program's own words tell its own limit from one that somebody else set") {
  struct Row {
    const char* text;
    RefusedBy by;
  };
  for (const Row& row : {Row{"fork: Cannot allocate memory", RefusedBy::Unknown},
                         Row{"terminate called after throwing an instance of 'std::bad_alloc'", RefusedBy::Unknown},
                         Row{"fatal error: runtime: out of memory", RefusedBy::Unknown},
                         Row{"java.lang.OutOfMemoryError: unable to create native thread", RefusedBy::Unknown},
                         Row{"java.lang.OutOfMemoryError: Java heap space", RefusedBy::OwnLimit},
                         Row{"PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted", RefusedBy::OwnLimit},
                         Row{"FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
                             RefusedBy::OwnLimit}}) {
    CAPTURE(row.text);
    LogLine line = said_by("myapp", row.text, Transport::Userspace);
    line.sender_pid = 4711;
    const std::vector<Field> fields{{"_SYSTEMD_UNIT", "myapp.service"}};
    line.fields = fields;
    const auto refused = classify_refusal(line);
    REQUIRE(refused);
    CHECK(refused->program == "myapp");
    CHECK(refused->by == row.by);
    CHECK(refused->pid == 4711U);
    CHECK(refused->unit == "myapp.service");
    CHECK(may_tell_of_refusal(row.text));
    CHECK(classify_userland(line));
  }
  CHECK_FALSE(classify_refusal(said_by("myapp", "plenty of memory")));
  CHECK_FALSE(classify_refusal(said_by("kernel", "xfs: Cannot allocate memory")));
}

TEST_CASE("refusals are found among the lines of a large text") {
  for (const char* text : {"__vm_enough_memory: pid: 3450, comm: xz, no enough memory for the allocation",
                           "__vm_enough_memory: pid: 1, comm: a, bytes: 2 not enough memory for the allocation",
                           "mmap: top (795): VmData 516096 exceed data ulimit 512000. Update limits or use boot option "
                           "ignore_rlimit_data.",
                           "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted",
                           "JavaScript heap out of memory", "fork: Cannot allocate memory"}) {
    CAPTURE(text);
    Findings findings;
    scan_block(text, ScanMethod::Portable, findings);
    CHECK_FALSE(findings.anchors.empty());
  }
}
