// Names for the bits of a gfp mask. The same number means different flags in different kernels (kernel-formats: 2.1),
// so names are given only where the kernel printed them or where every kernel that the evidence allows agrees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oomwhy {

// "GFP_HIGHUSER_MOVABLE|__GFP_COMP|0x200000" as a list, in printed order. Empty for an empty text.
std::vector<std::string> split_gfp_flags(std::string_view printed);

// Names for a mask that was printed as a number only (kernels before 4.6), or lost its names. `release` is the printed
// kernel release or empty. Empty result: not certain.
std::vector<std::string> decode_gfp_mask(std::string_view mask, std::string_view release);

}  // namespace oomwhy
