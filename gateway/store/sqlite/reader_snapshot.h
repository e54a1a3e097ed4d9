// Several statements over one state of the store.
#pragma once

#include "gateway/store/sqlite/reader.h"
#include "gateway/store/sqlite/reader_statements.h"

namespace waymark::store {

class Reader::Snapshot {
public:
    explicit Snapshot(Reader& reader) : reader_(reader) {
        Run run(reader_.statements_->begin.get());
        isOpen_ = run.done();
    }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot() {
        if (!isOpen_) return;
        Run run(reader_.statements_->end.get());
        run.step();
    }
    [[nodiscard]] bool isOpen() const { return isOpen_; }

private:
    Reader& reader_;
    bool isOpen_ = false;
};

}  // namespace waymark::store
