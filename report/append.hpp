// A list at the end of another one.
#pragma once

#include <iterator>
#include <type_traits>
#include <vector>

namespace oomwhy {

template <typename Item>
void append(std::vector<Item>& list, std::type_identity_t<std::vector<Item>> more) {
  list.insert(list.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace oomwhy
