#include "report/groups.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "report/cgroup_path.hpp"
#include "report/process_rows.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kSwarmRows = 10;
constexpr double kSwarmShare = 0.30;
constexpr double kSwarmRowShare = 0.05;
constexpr double kLikeRss = 0.10;
constexpr double kLikeVirtual = 0.05;

Bytes bytes_of(const OomEvent& event, const std::optional<Pages>& pages) {
  return pages ? to_bytes(*pages, event.page_size) : Bytes{};
}

// What the log says of where a task belongs: of the victim the kernel itself, of others the journal.
struct Membership {
  GroupBy by = GroupBy::Name;
  std::string_view name;  // into the event or `Memberships::owned`
  Certainty certainty = Certainty::Stated;
};

struct Memberships {
  std::vector<std::optional<Membership>> of_task;
  std::vector<std::string> owned;
};

Membership by_cgroup(const CgroupIdentity& identity, std::vector<std::string>& owned) {
  if (identity.container) {
    owned.push_back(*identity.container);
    return {GroupBy::Container, owned.back(), Certainty::Stated};
  }
  owned.push_back(identity.unit.value_or(""));
  return {GroupBy::Unit, owned.back(), Certainty::Stated};
}

void join_victims(const OomEvent& event, Memberships& known) {
  // Views point into `owned`: it must not grow beyond what is reserved.
  known.owned.reserve(event.victims.size());
  std::unordered_map<std::uint32_t, const Victim*> victims;
  for (const Victim& victim : event.victims) {
    if (victim.cgroup) victims.emplace(victim.pid, &victim);
  }
  for (std::size_t row = 0; !victims.empty() && row < event.tasks.size(); ++row) {
    const auto victim = victims.find(event.tasks[row].pid);
    if (victim == victims.end() || known.owned.size() == known.owned.capacity()) continue;
    const CgroupIdentity identity = identify_cgroup(*victim->second->cgroup);
    if (identity.container || identity.unit) known.of_task[row] = by_cgroup(identity, known.owned);
  }
}

Memberships find_memberships(const OomEvent& event) {
  Memberships known;
  known.of_task.resize(event.tasks.size());
  for (std::size_t row = 0; row < event.tasks.size(); ++row) {
    const Task& task = event.tasks[row];
    if (task.unit) {
      known.of_task[row] = Membership{GroupBy::Unit, *task.unit, task.unit_certainty.value_or(Certainty::Assumed)};
    }
  }
  join_victims(event, known);
  return known;
}

// Groups are found again by what they are grouped by.
struct Key {
  GroupBy by = GroupBy::Name;
  std::string_view name;
  std::int64_t uid = 0;
  bool operator==(const Key&) const = default;
};

struct KeyHash {
  std::size_t operator()(const Key& key) const {
    return std::hash<std::string_view>{}(key.name) ^ (static_cast<std::size_t>(key.uid) * 31U) ^
           static_cast<std::size_t>(key.by);
  }
};

constexpr std::int64_t kNoUid = -1'000'000'000'000;  // no uid column holds it

Key name_key(const Task& task) { return {GroupBy::Name, task.comm, task.uid.value_or(kNoUid)}; }

// What the members of one name and uid that are known anywhere have in common.
struct Pool {
  std::size_t rows = 0, known = 0;
  std::optional<Membership> common;  // absent: none is known, or not all are of the same
  bool mixed = false;
  std::optional<std::size_t> place;  // of the group that goes by this name and uid, once there is one
};

using Pools = std::unordered_map<Key, Pool, KeyHash>;

void note_member(Pool& pool, const std::optional<Membership>& membership) {
  ++pool.rows;
  if (!membership) return;
  ++pool.known;
  if (!pool.common) {
    pool.common = membership;
  } else if (pool.common->by != membership->by || pool.common->name != membership->name) {
    pool.mixed = true;
  } else {
    pool.common->certainty = std::max(pool.common->certainty, membership->certainty);
  }
}

// A pool of which only some are known to be of one unit stays together under its name: which unit the others are of is
// not known, and a part of a pool would look smaller than the pool is.
bool stays_together(const Pool& pool) { return pool.known == 0 || (pool.known < pool.rows && !pool.mixed); }

class Grouping {
 public:
  explicit Grouping(const OomEvent& event)
      : event_(event), known_(find_memberships(event)), rows_(process_rows(event)) {}

  std::vector<Group> group() {
    note_pools();
    for (const std::size_t row : rows_) add(row);
    for (Group& group : groups_) finish(group);
    std::stable_sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) { return held(a) > held(b); });
    return std::move(groups_);
  }

 private:
  void note_pools() {
    pool_of_row_.resize(event_.tasks.size(), nullptr);
    for (const std::size_t row : rows_) {
      Pool& pool = pools_[name_key(event_.tasks[row])];
      note_member(pool, known_.of_task[row]);
      pool_of_row_[row] = &pool;
    }
  }

  // A row's group where it goes by its name is its pool's; the others are found again by their key.
  std::size_t place_of(std::size_t row) {
    Pool& pool = *pool_of_row_[row];
    const auto& membership = known_.of_task[row];
    const bool by_name = !membership || stays_together(pool);
    const Key key = by_name ? name_key(event_.tasks[row]) : Key{membership->by, membership->name, kNoUid};
    std::optional<std::size_t>& place = by_name ? pool.place : places_[key];
    if (!place) {
      place = groups_.size();
      open(key, pool, event_.tasks[row]);
    }
    return *place;
  }

  void add(std::size_t row) {
    const Task& task = event_.tasks[row];
    Group& group = groups_[place_of(row)];
    const Bytes rss = bytes_of(event_, task.rss);
    if (rss > group.largest || group.tasks.empty()) group.comm = task.comm;
    group.largest = std::max(group.largest, rss);
    group.tasks.push_back(row);
    group.rss += rss;
    group.anon += task.rss_anon ? bytes_of(event_, task.rss_anon) : rss;
    group.anon_known = group.anon_known && task.rss_anon;
    group.swap += bytes_of(event_, task.swapents);
    if (group.by != GroupBy::Name && known_.of_task[row]) {
      group.unit_certainty = std::max(group.unit_certainty.value_or(Certainty::Stated), known_.of_task[row]->certainty);
    }
  }

  void open(const Key& key, const Pool& pool, const Task& task) {
    Group group;
    group.by = key.by;
    group.name = key.name;
    if (key.by == GroupBy::Name) group.uid = task.uid;
    group.anon_known = true;
    if (key.by == GroupBy::Unit) group.unit = key.name;
    if (key.by == GroupBy::Name && pool.common && !pool.mixed && pool.common->by == GroupBy::Unit) {
      group.unit = pool.common->name;
      group.unit_certainty = Certainty::Assumed;
    }
    groups_.push_back(std::move(group));
  }

  // Rows of one program map the same files and segments, and a fork its parent's anonymous pages as well; only where
  // the table has a column for anonymous pages is anything known to be one row's own.
  void finish(Group& group) const {
    const bool shares = group.rss > group.anon || !group.anon_known;
    group.upper_bound = group.count() > 1 && (shares || is_fork_pair(event_, group));
  }

  static Bytes held(const Group& group) { return (group.anon_known ? group.anon : group.rss) + group.swap; }

  const OomEvent& event_;
  Memberships known_;
  std::vector<std::size_t> rows_;
  Pools pools_;
  std::vector<Pool*> pool_of_row_;
  std::unordered_map<Key, std::optional<std::size_t>, KeyHash> places_;  // of groups that do not go by a name
  std::vector<Group> groups_;
};

bool is_within(std::uint64_t a, std::uint64_t b, double tolerance) {
  const auto larger = static_cast<double>(std::max(a, b));
  const auto smaller = static_cast<double>(std::min(a, b));
  return larger > 0 && (larger - smaller) / larger <= tolerance;
}

bool are_alike(const Task& a, const Task& b) {
  return a.rss && b.rss && a.total_vm && b.total_vm && is_within(a.rss->count, b.rss->count, kLikeRss) &&
         is_within(a.total_vm->count, b.total_vm->count, kLikeVirtual);
}

// Anonymous memory that exists: of the cgroup by its statistics, of the host by its lists (with what is locked, which
// is on no anonymous list).
std::optional<Bytes> anonymous_memory(const OomEvent& event) {
  if (event.memcg) {
    for (const MemcgStatEntry& entry : event.memcg->stats) {
      if (entry.is_bytes && (entry.key == "anon" || entry.key == "total_rss")) return Bytes{entry.value};
    }
  }
  if (!event.memory || !event.memory->active_anon || !event.memory->inactive_anon) return std::nullopt;
  const SystemMemory& memory = *event.memory;
  return bytes_of(event, memory.active_anon) + bytes_of(event, memory.inactive_anon) +
         bytes_of(event, memory.isolated_anon) + bytes_of(event, memory.unevictable);
}

// What two rows map of files and shmem: at most all that is mapped, each.
Bytes mapped_at_most(const OomEvent& event) {
  if (event.memory) return bytes_of(event, event.memory->mapped) + bytes_of(event, event.memory->mapped);
  Bytes mapped;
  for (const MemcgStatEntry& entry : event.memcg->stats) {
    if (entry.is_bytes && (entry.key == "file_mapped" || entry.key == "total_mapped_file")) mapped = {entry.value};
  }
  return mapped + mapped;
}

bool hold_more_than_exists(const OomEvent& event, const Task& a, const Task& b) {
  const auto exists = anonymous_memory(event);
  if (!exists) return false;
  if (a.rss_anon && b.rss_anon) return bytes_of(event, a.rss_anon) + bytes_of(event, b.rss_anon) > *exists;
  return bytes_of(event, a.rss) + bytes_of(event, b.rss) > *exists + mapped_at_most(event);
}

}  // namespace

std::vector<Group> group_tasks(const OomEvent& event) { return Grouping(event).group(); }

bool is_fork_pair(const OomEvent& event, const Group& group) {
  if (group.count() < 2) return false;
  std::vector<std::size_t> largest = group.tasks;
  std::partial_sort(largest.begin(), largest.begin() + 2, largest.end(), [&](std::size_t a, std::size_t b) {
    return event.tasks[a].rss.value_or(Pages{}) > event.tasks[b].rss.value_or(Pages{});
  });
  const Task& first = event.tasks[largest[0]];
  const Task& second = event.tasks[largest[1]];
  return first.comm == second.comm && first.uid == second.uid && are_alike(first, second) &&
         hold_more_than_exists(event, first, second);
}

bool is_swarm(const OomEvent& event, const Group& group, Bytes total) {
  if (group.count() < kSwarmRows || total.count == 0) return false;
  const auto whole = static_cast<double>(total.count);
  const auto share = [whole](Bytes size) { return static_cast<double>(size.count) / whole; };
  const bool small = std::all_of(group.tasks.begin(), group.tasks.end(), [&](std::size_t row) {
    const Task& task = event.tasks[row];
    return share(bytes_of(event, task.rss) + bytes_of(event, task.swapents)) < kSwarmRowShare;
  });
  return small && share(group.rss + group.swap) >= kSwarmShare;
}

}  // namespace oomwhy
