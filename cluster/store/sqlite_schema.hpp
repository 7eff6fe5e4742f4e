// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/store/sqlite_database.hpp"

namespace agents::journal::sqlite {

/// The version of the tables that this code writes, in the file's `user_version`.
inline constexpr int schema_version = 1;

/// Brings an empty or older file to `schema_version`, in one transaction. `unsupported` for a file of a newer version
/// and for a database that is no store.
[[nodiscard]] expected<void> migrate(database& db);

}  // namespace agents::journal::sqlite
