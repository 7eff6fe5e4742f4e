// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/store/sqlite_database.hpp"
#include "cluster/store/sqlite_store.hpp"

namespace agents::journal::sqlite {

/// What a connection is for.
enum class role : std::uint8_t { writer, reader, checkpointer };

/// A connection to an up-to-date store, configured for its role.
[[nodiscard]] expected<std::unique_ptr<database>> open_connection(const sqlite_options& options, role what_for);

}  // namespace agents::journal::sqlite
