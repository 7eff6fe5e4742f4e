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
install(DIRECTORY examples/composed examples/contract_review examples/licence_review DESTINATION ${CMAKE_INSTALL_DATADIR}/agents/examples)
