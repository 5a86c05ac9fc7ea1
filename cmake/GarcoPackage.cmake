# How other projects find the installed library: find_package (garco) and pkg-config.

include (CMakePackageConfigHelpers)

set (package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/garco")
configure_package_config_file (
  "${CMAKE_CURRENT_LIST_DIR}/garco-config.cmake.in" "${PROJECT_BINARY_DIR}/garco-config.cmake"
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change what programs compile against.
write_basic_package_version_file ("${PROJECT_BINARY_DIR}/garco-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install (FILES
  "${PROJECT_BINARY_DIR}/garco-config.cmake" "${PROJECT_BINARY_DIR}/garco-config-version.cmake"
  DESTINATION ${package_dir})
install (EXPORT garco-targets NAMESPACE garco:: DESTINATION ${package_dir})

# The prefix is found from where garco.pc lies, so that an installed tree may be moved.
set (pc_dir "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")
file (RELATIVE_PATH GARCO_PC_TO_PREFIX "${pc_dir}" "${CMAKE_INSTALL_PREFIX}")
configure_file ("${CMAKE_CURRENT_LIST_DIR}/garco.pc.in" "${PROJECT_BINARY_DIR}/garco.pc" @ONLY)
install (FILES "${PROJECT_BINARY_DIR}/garco.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
