# SPDX-License-Identifier: Apache-2.0
# `cmake --install`: libraries, headers, the program, and a package that find_package(libagents) finds.
include(CMakePackageConfigHelpers)

get_property(installed GLOBAL PROPERTY AGENTS_INSTALLED)
install(TARGETS ${installed} EXPORT libagentsTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY libagents actors monitoring cluster DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(EXPORT libagentsTargets NAMESPACE libagents:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/libagents)
configure_package_config_file(cmake/libagentsConfig.cmake.in libagentsConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/libagents)
write_basic_package_version_file(libagentsConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/libagentsConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/libagentsConfigVersion.cmake"
              cmake/FindCAF.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/libagents)
# The build folder is a package too: -DCMAKE_PREFIX_PATH=build/release works like an installation.
export(EXPORT libagentsTargets NAMESPACE libagents:: FILE "${CMAKE_CURRENT_BINARY_DIR}/libagentsTargets.cmake")
configure_file(cmake/FindCAF.cmake FindCAF.cmake COPYONLY)
# The jobs: `agents run` finds them by name, and the contract review trains on the contracts at its first use.
install(DIRECTORY examples/code_check examples/composed examples/contract_review examples/licence_review DESTINATION ${CMAKE_INSTALL_DATADIR}/agents/examples)
# The SDKs; alone: cmake --install … --component sdk. Debian's Python finds its own below the prefix /usr, else by PYTHONPATH.
install(DIRECTORY actors/sdk/python/agents_sdk DESTINATION lib/python3/dist-packages COMPONENT sdk
        FILES_MATCHING PATTERN "*.py" PATTERN "py.typed" PATTERN "__pycache__" EXCLUDE)
install(DIRECTORY actors/sdk/python/examples DESTINATION ${CMAKE_INSTALL_DATADIR}/agents/python COMPONENT sdk
        FILES_MATCHING PATTERN "*.py" PATTERN "__pycache__" EXCLUDE)
install(FILES actors/sdk/javascript/index.js actors/sdk/javascript/index.d.ts actors/sdk/javascript/package.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/agents/javascript COMPONENT sdk)
install(DIRECTORY actors/sdk/javascript/lib actors/sdk/javascript/examples
        DESTINATION ${CMAKE_INSTALL_DATADIR}/agents/javascript COMPONENT sdk FILES_MATCHING PATTERN "*.js")
