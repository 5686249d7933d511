// Stack lines of every architecture, and the lines around reports (kernel-formats: 2.3, 2.12 to 2.14).
#include <catch2/catch.hpp>
#include <string>

#include "parser/grammar.hpp"
#include "tests/parser/classified.hpp"

using namespace oomwhy;
using oomwhy::test::read;

TEST_CASE("stack lines of all eras and architectures are known") {
  for (const std::string line : {
           "Call Trace:",
           "Call trace:",
           " <TASK>",
           " </TASK>",
           " <IRQ>",
           " [<ffffffff810b68f4>] ? oom_kill_process+0x7f/0x23f",
           "[<c01447f6>] out_of_memory+0x25/0x13f",
           "Call Trace: <ffffffff801561f2>{out_of_memory+50} ",
           "<ffffffff8015854c>{__alloc_pages+556}",
           " dump_stack_lvl+0x44/0x5c",
           " ? dump_header+0x43/0x97",
           "  dump_header+0x27b/0xf72 mm/oom_kill.c:441",
           "  __dump_stack lib/dump_stack.c:77 [inline]",
           "dump_stack_lvl (lib/dump_stack.c:107)",
           " xfs_vm_readpages+0x18/0x20 [xfs]",
           " oom_kill_process.cold+0xb/0x10",
           "RIP: 0033:0x7f7fb0b1a9ca",
           "Code: Unable to access opcode bytes at 0x7f7fb0b1a9a0.",
           "RSP: 002b:00007ffd3f8eec50 EFLAGS: 00010206",
           "RAX: 0000000006381000 RBX: ffffffffffffffff RCX: 00007f4d33df1010",
           "R13: 00000000ffffffff R14: 0000000000000002 R15: 0000000009600000",
           "  0000000000000000 00000000c4c0ff2b ffff88045038f718 ffffffffa9589f5b",
           "pc : arch_get_regs+0x11c/0x140",
           "lr : arch_get_regs+0xb4/0x140",
           "sp : ffff80001736f6e0",
           "x29: ffff80001736f6e0 x28: 0000000000000000",
           "x9 : 0000000000000000 x8 : ffff80001736f858",
           "pstate: 00000085 (nzcv daIf -PAN -UAO)",
           "[<c0015a84>] (unwind_backtrace+0x0/0xf8) from [<c00b4a20>] (dump_header+0x5c/0x1c4)",
           "[c000000001a2b3c0] [c0000000003d4e20] dump_stack+0xb0/0xf4 (unreliable)",
           "([<0000000000112a3a>] show_trace+0x8a/0xe0)",
           "Modules linked in: xfs libcrc32c",
           "Workqueue: writeback wb_workfn",
           "Tainted: [W]=WARN, [O]=OOT_MODULE",
           "---[ end Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled ]---",
       }) {
    CHECK_FALSE(read<StackLine>(line).sysrq);
  }
}

TEST_CASE("a manual trigger is told by its frame") {
  CHECK(read<StackLine>(" [<ffffffff8037824c>] moom_callback+0x0/0x1a").sysrq);
  CHECK(read<StackLine>("Workqueue: events moom_callback").sysrq);
  CHECK(read<StackLine>(" moom_callback+0x6b/0x90").sysrq);
}

TEST_CASE("lines that only look a little like a stack are unrelated") {
  for (const std::string line :
       {"x86: Booting SMP configuration:", "x86/mm: Memory block size: 128MB", "pci 0000:00:1f.2: [8086:2922] type 00",
        "sp: one", "deadbeef", "ACPI: PM-Timer IO Port: 0x608", "e820: update [mem 0x00000000-0x00000fff]",
        "Stack overflow", "Code", "(unnamed net_device)", "<not a tag>", "[drm] ready", "a+0x", "1+0x10/0x20",
        "r8169 0000:02:00.0 eth0: RTL8168h"}) {
    INFO(line);
    CHECK(std::holds_alternative<Unrelated>(classify(line)));
  }
}

TEST_CASE("a panic tells why") {
  const std::pair<std::string, PanicReason> cases[] = {
      {"Out of memory: compulsory panic_on_oom is enabled", PanicReason::PanicOnOom},
      {"Out of memory: system-wide panic_on_oom is enabled", PanicReason::PanicOnOom},
      {"out of memory. panic_on_oom is selected", PanicReason::PanicOnOom},
      {"out of memory. Compulsory panic_on_oom is selected.", PanicReason::PanicOnOom},
      {"System is deadlocked on memory", PanicReason::Deadlocked},
      {"Out of memory and no killable processes...", PanicReason::NoKillable},
      {"Attempted to kill init! exitcode=0x00000009", PanicReason::Other},
  };
  for (const auto& [text, reason] : cases) {
    const Panic panic = read<Panic>("Kernel panic - not syncing: " + text);
    CHECK(panic.reason == reason);
    CHECK(panic.text == text);
  }
  read<NoKillable>("Out of memory and no killable processes...");
}

TEST_CASE("the manual trigger and what it may say") {
  for (const std::string line :
       {"SysRq : Manual OOM execution", "sysrq: SysRq : Manual OOM execution", "sysrq: Manual OOM execution"}) {
    CHECK_FALSE(read<SysrqOom>(line).ignored);
  }
  for (const std::string line :
       {"sysrq: OOM request ignored because killer is disabled", "sysrq: OOM request ignored. No task eligible"}) {
    CHECK(read<SysrqOom>(line).ignored);
  }
  CHECK(std::holds_alternative<Unrelated>(classify("sysrq: Show Memory")));
  CHECK(std::holds_alternative<Unrelated>(classify("SysRq : Emergency Sync")));
}

TEST_CASE("suppressed and lost messages are counted") {
  const CallbacksSuppressed oom = read<CallbacksSuppressed>("oom_kill_process: 10 callbacks suppressed");
  CHECK(oom.function == "oom_kill_process");
  CHECK(oom.count == 10);
  CHECK(read<CallbacksSuppressed>("__ratelimit: 7 callbacks suppressed").function == "__ratelimit");
  CHECK(read<CallbacksSuppressed>("warn_alloc: 3 callbacks suppressed").count == 3);
  CHECK(read<CallbacksSuppressed>("printk: 5 messages suppressed.").function == "printk");
  CHECK(read<MessagesLost>("printk: 12 messages dropped").count == 12U);
  CHECK(read<MessagesLost>("** 12 printk messages dropped **").count == 12U);
  CHECK(read<MessagesLost>("** 12 printk messages dropped ** [    1.5] x").count == 12U);
  CHECK(read<MessagesLost>("Missed 318 kernel messages").count == 318U);
  CHECK(read<MessagesLost>("imjournal: 9 messages lost due to rate-limiting").count == 9U);
  CHECK_FALSE(read<MessagesLost>("/dev/kmsg buffer overrun, some messages lost.").count);
  for (const std::string line :
       {"net_ratelimit: callbacks suppressed", "a b: 5 callbacks suppressed", "Missed the train",
        "printk: console [tty0]", "** WARNING **", "oom_kill_process: 99999999999999999999 callbacks suppressed",
        "5 callbacks suppressed"}) {
    INFO(line);
    CHECK(std::holds_alternative<Unrelated>(classify(line)));
  }
}

TEST_CASE("another boot and a fault tried again") {
  CHECK(
      read<BootStart>("Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP").release ==
      "6.1.0-56-cloud-amd64");
  CHECK(std::holds_alternative<Unrelated>(classify("Linux version of the game")));
  read<FaultRetry>("Huh VM_FAULT_OOM leaked out to the #PF handler. Retrying PF");
}

TEST_CASE("blank lines and junk are unrelated") {
  for (const std::string& line :
       {std::string(), std::string("   "), std::string("\n"), std::string("\0\0", 2), std::string("\xff\xfe"),
        std::string(100000, 'a'), std::string(100000, ' '), std::string(100000, ':'), std::string(100000, '(')}) {
    CHECK(std::holds_alternative<Unrelated>(classify(line)));
  }
}
