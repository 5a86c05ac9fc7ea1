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
