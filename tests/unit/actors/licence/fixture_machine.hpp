// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "actors/licence/machine.hpp"

namespace agents::licence::testing {

/// A machine made of maps: files by path, libraries by program, packages by file.
class fixture_machine final : public machine {
 public:
  std::map<std::string, std::string> texts;
  std::map<std::string, std::string> links;  ///< symbolic links
  std::map<std::string, std::vector<std::string>> libraries;
  std::map<std::string, std::string> owner_of;
  std::map<std::string, std::string> installed;
  bool has_dpkg = true;
  mutable int queries = 0;

  expected<std::string> read(const std::string& path) const override {
    const auto file = texts.find(path);
    if (file == texts.end()) return unexpected{errc::not_found, "cannot read " + path};
    return file->second;
  }
  expected<std::string> resolve(const std::string& path) const override {
    const auto link = links.find(path);
    const auto& real = link == links.end() ? path : link->second;
    const auto below = texts.lower_bound(real + "/");
    const bool is_folder = below != texts.end() && below->first.starts_with(real + "/");
    if (!texts.contains(real) && !owner_of.contains(real) && !is_folder)
      return unexpected{errc::not_found, "cannot find " + path};
    return real;
  }
  expected<std::vector<std::string>> files(const std::string& folder, int) const override {
    std::vector<std::string> out;
    for (const auto& [path, text] : texts)
      if (path.starts_with(folder + "/")) out.push_back(path);
    return out;
  }
  expected<std::string> own_program() const override { return std::string{"/usr/bin/agents"}; }
  expected<std::vector<std::string>> linked_libraries(const std::string& program) const override {
    const auto list = libraries.find(program);
    if (list == libraries.end()) return unexpected{errc::not_found, "cannot find " + program};
    return list->second;
  }
  expected<std::vector<owned_file>> owners(const std::vector<std::string>& paths) const override {
    ++queries;
    if (!has_dpkg) return unexpected{errc::unsupported, "no dpkg-query; review a folder instead"};
    std::vector<owned_file> out;
    for (const auto& path : paths)
      if (const auto owner = owner_of.find(path); owner != owner_of.end()) out.push_back({path, owner->second});
    return out;
  }
  expected<std::vector<package_version>> versions(const std::vector<std::string>& packages) const override {
    ++queries;
    std::vector<package_version> out;
    for (const auto& name : packages)
      if (const auto version = installed.find(name); version != installed.end()) out.push_back({name, version->second});
    return out;
  }
};

/// The wording of common licences, as far as a recogniser needs it.
inline const std::string mit_text =
    " Permission is hereby granted, free of charge, to any person obtaining a copy\n"
    " of this software, to deal in the Software without restriction.\n .\n"
    " The above copyright notice and this permission notice shall be included in\n"
    " all copies or substantial portions of the Software.\n";

inline const std::string bsd3_text =
    " Redistribution and use in source and binary forms, with or without\n"
    " modification, are permitted provided that these conditions are met:\n .\n"
    " 1. Redistributions of source code must retain the above copyright notice.\n .\n"
    " 2. Redistributions in binary form must reproduce the above copyright\n"
    "    notice in the documentation or other materials of the distribution.\n .\n"
    " 3. Neither the name of the holder may be used to endorse or promote products.\n";

inline std::string gnu_text(const std::string& name, const std::string& version) {
  return " This program is free software; you can redistribute it under the terms of\n the GNU " + name +
         " as published by the Free Software Foundation; either version " + version +
         " of\n the License, or (at your option) any later version.\n";
}

inline const std::string lgpl21 =
    "4. You may copy the Library in object code provided that you\n"
    "accompany it with the complete corresponding machine-readable source code.\n\n"
    "6. You may link, provided that the terms permit\nmodification of the work for the customer's own use and reverse\n"
    "engineering for debugging such modifications.\n\n"
    "You must give prominent notice with each copy of the work that the\nLibrary is used in it. You must supply a copy "
    "of this License.\n\n"
    "b) Use a suitable shared library mechanism for linking with the Library.\n";

inline const std::string gpl2 =
    "b) You must cause any work that you distribute or publish, that in\n"
    "whole or in part contains or is derived from the Program, to be licensed as a whole.\n";

}  // namespace agents::licence::testing
