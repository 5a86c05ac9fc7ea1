# The libraries that garco links; scripts/bootstrap names their packages, docs/hacking.md the reasons.

find_package (PkgConfig REQUIRED)
pkg_check_modules (LIBARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules (ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules (LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules (POPT REQUIRED IMPORTED_TARGET popt)
pkg_check_modules (JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules (CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
find_package (ZLIB REQUIRED)
find_package (BZip2 REQUIRED)
find_package (Threads REQUIRED)
find_library (GARCO_LIBM m)

# The name by which the dynamic loader knows the library that LIBRARY, a linker's path, stands for.
function (garco_soname variable library)
  execute_process (COMMAND ${CMAKE_READELF} -d ${library} OUTPUT_VARIABLE dynamic ERROR_QUIET)
  if (NOT dynamic MATCHES "SONAME[^[]*\\[([^]]+)\\]")
    message (FATAL_ERROR "${library}: no shared library, expected one that has a SONAME")
  endif ()
  set (${variable} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction ()

# Loaded when they are first needed, not with the program (docs/decisions/0006-loaded-when-needed.md).
garco_soname (GARCO_LIBARCHIVE ${LIBARCHIVE_LINK_LIBRARIES})
garco_soname (GARCO_LIBCRYPTO ${CRYPTO_LINK_LIBRARIES})
