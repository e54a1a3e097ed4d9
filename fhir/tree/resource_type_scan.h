// Looks ahead for a resourceType that is not the first member of its object. What one look passes
// is remembered for the objects inside, so all looks together are linear in the body.
#pragma once

#include <cstddef>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tree {

class ResourceTypeScan {
public:
    /// `body` is the JSON as it came; it need not be valid.
    explicit ResourceTypeScan(std::string_view body) : body_(body) {}

    /// `firstKey` is the offset of the object's first key, behind its quote. None when the object
    /// has no resourceType that is a string. The view is valid as long as the body and this scan.
    std::optional<std::string_view> find(std::size_t firstKey);

private:
    struct Found {
        std::size_t firstKey = 0;
        std::string_view type;
    };
    struct Level {
        std::size_t firstKey = 0;  ///< 0 in arrays and before the first key
        bool isObject = false;
    };
    /// From the first key to the object's resourceType or end; fills found_.
    void scan(std::size_t firstKey);
    /// Handles the string that begins behind the quote; false when the scan is done.
    bool string(std::size_t& at);
    [[nodiscard]] std::size_t endOfString(std::size_t at) const;
    [[nodiscard]] std::size_t skipBlanks(std::size_t at) const;
    std::string_view decode(std::string_view raw);

    std::string_view body_;
    std::vector<Found> found_;  ///< in the order in which the resourceTypes stand
    std::vector<Level> levels_;
    std::forward_list<std::string> decoded_;
    std::size_t scannedTo_ = 0;
};

}  // namespace waymark::tree
